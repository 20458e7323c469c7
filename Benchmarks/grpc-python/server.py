"""A service on gRPC Python with a pool of threads: server.py SOCKET ACCOUNTS."""

import sys
from concurrent import futures

import generator
import grpc
from lookup_pb2 import AccountStatus, GetStatusRequest, GetStatusResponse
from lookup_pb2_grpc import StatusServiceServicer, add_StatusServiceServicer_to_server


class Lookup(StatusServiceServicer):  # type: ignore[misc]  # generated code has no types
    def __init__(self, count: int) -> None:
        self.accounts = {generator.account_id(number): number for number in range(count)}

    def GetStatus(
        self, request: GetStatusRequest, context: grpc.ServicerContext
    ) -> GetStatusResponse:
        number = self.accounts.get(request.account_id)
        if number is None:
            context.abort(grpc.StatusCode.NOT_FOUND, "no such account")
        status = AccountStatus(
            account_id=request.account_id,
            state=1 + number % 2,
            capabilities=range(1, 19),
            policy_edition="2020-06",
            revision=1 + number % 100,
        )
        return GetStatusResponse(status=status, token=b"t" * 56)


server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
add_StatusServiceServicer_to_server(Lookup(int(sys.argv[2])), server)
server.add_insecure_port("unix:" + sys.argv[1])
server.start()
server.wait_for_termination()
