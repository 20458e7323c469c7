"""What a read of one status costs: over RPC, in the table, and over gRPC where grpcio is installed.

    ACCOUNTSTATUSD=... python3 tools/bench.py

All ask the same question about the same account and are measured in turns, in one run. gRPC's
server is grpcio's own and answers a constant, so its figure has no lookup in it; accountstatusd
does the whole of its work.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from accountstatus import DENY, Capability, Client, contract, testing

METHOD = "/accountstatus.v1.StatusService/GetStatus"
REQUEST = contract.message_class("GetStatusRequest")
RESPONSE = contract.message_class("GetStatusResponse")


def serve(path: str, status: str) -> None:
    """A gRPC server that knows one answer."""
    from concurrent import futures

    import grpc

    answer = RESPONSE.FromString(bytes.fromhex(status))
    handler = grpc.unary_unary_rpc_method_handler(
        lambda request, context: answer,
        request_deserializer=REQUEST.FromString,
        response_serializer=RESPONSE.SerializeToString,
    )
    service, method = METHOD[1:].split("/")
    server = grpc.server(futures.ThreadPoolExecutor(4))
    handlers = grpc.method_handlers_generic_handler(service, {method: handler})
    server.add_generic_rpc_handlers((handlers,))
    server.add_insecure_port(f"unix:{path}")
    server.start()
    print("ready", flush=True)
    server.wait_for_termination()


@contextmanager
def grpc_read(status: Any) -> Iterator[Callable[[], Any]]:
    """A read over gRPC."""
    import grpc

    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "grpc.sock")
        answer = RESPONSE(status=contract.message(status)).SerializeToString().hex()
        command = [sys.executable, __file__, "--serve", path, answer]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        try:
            if process.stdout is None or not process.stdout.readline():
                raise SystemExit("the gRPC server did not start")
            with grpc.insecure_channel(f"unix:{path}") as channel:
                call = channel.unary_unary(
                    METHOD,
                    request_serializer=REQUEST.SerializeToString,
                    response_deserializer=RESPONSE.FromString,
                )
                yield lambda: contract.value(call(REQUEST(account_id="contoso"), timeout=5).status)
        finally:
            process.terminate()
            process.wait()


def measure(reads: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """The median over rounds of what a read costs, in microseconds."""
    found: dict[str, list[float]] = {name: [] for name in reads}
    for _ in range(rounds):
        for name, read in reads.items():
            count = 20_000 if name.startswith("table") else 1_000
            read()
            began = time.perf_counter()
            for _ in range(count):
                read()
            found[name].append((time.perf_counter() - began) / count * 1e6)
    return {name: statistics.median(values) for name, values in found.items()}


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--serve", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(*options.serve)
        return
    with testing.Server() as server:
        server.register("contoso")
        table, rpc = server.client, Client(server.rpc_socket, use_table=False)
        sell = Capability.SELL_NEW_LICENSES
        reads: dict[str, Callable[[], Any]] = {
            "RPC get": lambda: rpc.get("contoso"),
            "table get": lambda: table.get("contoso"),
            "table read": lambda: table.read("contoso", on_unavailable=DENY),
            "table is_active": lambda: table.is_active("contoso", on_unavailable=DENY),
            "table allows": lambda: table.allows("contoso", sell, on_unavailable=DENY),
        }
        try:
            with grpc_read(rpc.get("contoso")) as read:
                costs = measure({"grpcio get": read, **reads}, options.rounds)
        except ImportError:
            print("grpcio is not installed: measuring without it")
            costs = measure(reads, options.rounds)
    for name, cost in costs.items():
        print(f"{name:16} {cost:8.2f} µs  {costs['RPC get'] / cost:6.1f} × as fast as RPC get")


if __name__ == "__main__":
    main()
