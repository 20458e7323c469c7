"""Calls by gRPC Python's stub; in flight, by its futures: client.py SOCKET ACCOUNTS."""

import threading

import generator
import grpc
from lookup_pb2 import GetStatusRequest
from lookup_pb2_grpc import StatusServiceStub


def connect(path: str) -> tuple[generator.Call, generator.Pipeline]:
    # Each channel has a connection of its own.
    options = [("grpc.use_local_subchannel_pool", 1)]
    stub = StatusServiceStub(grpc.insecure_channel("unix:" + path, options=options))

    def call(account: str) -> str:
        return str(stub.GetStatus(GetStatusRequest(account_id=account)).status.account_id)

    def pipeline(lane: generator.Lane, depth: int) -> None:
        places = threading.Semaphore(depth)
        lock = threading.Lock()

        def send(account: str) -> None:
            def answered(future: grpc.Future) -> None:
                with lock:
                    lane.answered(future.result().status.account_id == account)
                places.release()

            stub.GetStatus.future(GetStatusRequest(account_id=account)).add_done_callback(answered)

        while (account := lane.next()) is not None:
            places.acquire()
            send(account)
        for _ in range(depth):
            places.acquire()

    return call, pipeline


generator.main(connect)
