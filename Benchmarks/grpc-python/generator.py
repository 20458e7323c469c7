"""The load generator for clients in Python: generator.h says what it does and by which lines."""

import json
import sys
import threading
import time
from collections.abc import Callable

Call = Callable[[str], str]
# Keeps a number of calls in flight for a lane's accounts.
Pipeline = Callable[["Lane", int], None]


def account_id(number: int) -> str:
    return f"partner-{number:08d}"


class Lane:
    """Calls one after the other until an end."""

    def __init__(self, ids: list[str], seed: int, seconds: float) -> None:
        self.ids = ids
        self.random = (seed * 2654435761 & 0xFFFFFFFF) | 1
        self.end = time.monotonic_ns() + int(seconds * 1e9)
        self.latencies: list[int] = []
        self.calls = 0
        self.wrong = 0

    def next(self) -> str | None:
        """The next account to ask for; None: it is over."""
        if time.monotonic_ns() >= self.end:
            return None
        self.random ^= self.random << 13 & 0xFFFFFFFF
        self.random ^= self.random >> 17
        self.random ^= self.random << 5 & 0xFFFFFFFF
        return self.ids[self.random % len(self.ids)]

    def answered(self, is_right: bool) -> None:
        self.calls += 1
        self.wrong += not is_right

    def run(self, call: Call) -> None:
        while (wanted := self.next()) is not None:
            before = time.monotonic_ns()
            self.answered(call(wanted) == wanted)
            self.latencies.append(time.monotonic_ns() - before)


def run(lanes: list[Lane], calls: list[Call], pipeline: Pipeline, in_flight: int) -> None:
    if in_flight > 1:
        pipeline(lanes[0], in_flight)
        return
    threads = [
        threading.Thread(target=lane.run, args=(call,))
        for lane, call in zip(lanes, calls, strict=True)
    ]
    if len(threads) == 1:
        lanes[0].run(calls[0])
        return
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main(connect: Callable[[str], tuple[Call, Pipeline]]) -> None:
    """Runs a client whose argument connects to a socket."""
    socket, accounts = sys.argv[1], int(sys.argv[2])
    ids = [account_id(number) for number in range(accounts)]
    connections = [connect(socket)]
    print("ready", flush=True)
    for line in sys.stdin:
        in_flight, count, warmup, length, seed = map(int, line.removeprefix("turn ").split())
        while len(connections) < count:
            connections.append(connect(socket))
        calls = [call for call, _ in connections[:count]]
        before = [Lane(ids, seed + lane, warmup / 1000) for lane in range(count)]
        run(before, calls, connections[0][1], in_flight)
        wall, cpu = time.monotonic_ns(), time.process_time_ns()
        lanes = [Lane(ids, seed + lane + 1000, length / 1000) for lane in range(count)]
        run(lanes, calls, connections[0][1], in_flight)
        wall, cpu = time.monotonic_ns() - wall, time.process_time_ns() - cpu
        answer: dict[str, float] = {
            "calls": sum(lane.calls for lane in lanes),
            "warmup_calls": sum(lane.calls for lane in before),
            "wall_ns": wall,
            "cpu_ns": cpu,
            "wrong": sum(lane.wrong for lane in lanes + before),
        }
        latencies = sorted(latency for lane in lanes for latency in lane.latencies)
        if latencies:
            answer["p50_ns"] = latencies[len(latencies) // 2]
            answer["p99_ns"] = latencies[len(latencies) - 1 - len(latencies) // 100]
        print(json.dumps(answer), flush=True)
