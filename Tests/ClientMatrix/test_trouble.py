"""What every client does while the server is slow, drains, restarts, hangs or is gone."""

from __future__ import annotations

import re
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from clients import COMMANDS, PATIENCE, Driver, Drivers

import accountstatus
from accountstatus import Client
from accountstatus.testing import Server, Standing, find_server

README = Path(__file__).resolve().parents[2] / "Clients" / "README.md"
STATUS_SERVICE = "accountstatus.v1.StatusService"

CALLS = "by calls"
FRESH = "by the table"
STALE = "by a table that is too old"

# Milliseconds: a timeout that only a server without an answer outlasts, and one that it does.
LONG, SHORT = 60_000, 300
# How old a table's last sign of life may be: older than any test, and younger than any trouble.
OLD, YOUNG = 600_000, 100


@dataclass(frozen=True)
class Trouble:
    """Something that is wrong with the server, and what it does to a question."""

    name: str
    make: Callable[[Any], None]
    """Before each question."""
    ways: tuple[str, ...] = (CALLS, FRESH)
    timeout: int = LONG


def fault(**options: Any) -> Callable[[Server], None]:
    """Injects a fault anew."""

    def make(server: Server) -> None:
        server.clear_faults()
        server.inject_fault(STATUS_SERVICE, **options)

    return make


def silence(server: Server) -> None:
    """The table goes silent; the server answers."""
    server.inject_fault(stop_heartbeat=True)


def drain(server: Server) -> None:
    """A call in flight keeps a server that was told to stop from ending."""
    if server.process.poll() is not None or hasattr(server, "drained"):
        return
    server.inject_fault("accountstatus.v1.AdminService/GetInfo", delay=3600)
    client = Client(server.rpc_socket, timeout=PATIENCE)

    def call() -> None:
        try:
            client.info()
        except accountstatus.NoAnswer:
            client.close()

    server.drained = threading.Thread(target=call)  # type: ignore[attr-defined]
    server.drained.start()  # type: ignore[attr-defined]
    while counter(server, "faults.struck") == 0:
        time.sleep(0.001)
    server.process.terminate()
    while Path(server.rpc_socket).exists():
        time.sleep(0.001)


def counter(server: Server, name: str) -> int:
    """One of the server's counters."""
    return sum(each.value for each in server.client.stats().counters if each.name == name)


ALL = (CALLS, FRESH, STALE)
TROUBLES = [
    Trouble("answers", lambda server: None),
    Trouble("is slow, and answers in time", fault(delay=0.1)),
    Trouble("is slower than the timeout", fault(delay=3600), timeout=SHORT),
    Trouble("drops a connection", fault(drop_connection=True, count=1)),
    Trouble("drops every connection", fault(drop_connection=True)),
    Trouble("says UNAVAILABLE once", fault(error=14, count=1)),
    Trouble("says UNAVAILABLE", fault(error=14)),
    Trouble("fails (INTERNAL)", fault(error=13)),
    Trouble("is draining", drain),
    Trouble("was restarted", lambda server: server.restart()),
    Trouble("has stopped", lambda server: server.stop(), ALL),
    Trouble("has crashed", lambda server: server.kill(), ALL),
    Trouble("hangs", lambda server: server.pause(), ALL, timeout=SHORT),
    Trouble("answers, and its table is silent", silence, ALL),
]


class Restartable:
    """A server on a ledger that outlives it."""

    def __init__(self) -> None:
        self.directory = tempfile.TemporaryDirectory()
        self.rpc_socket = f"{self.directory.name}/run/rpc.sock"
        self.has_restarted = False
        self.start()
        with Client(self.rpc_socket, timeout=PATIENCE) as client:
            client.report(Standing.ACTIVE.facts("contoso", client.info().now))

    def start(self) -> None:
        """Starts it, and waits until it answers."""
        program = find_server()
        assert program is not None
        places = ["--runtime-directory", f"{self.directory.name}/run"]
        places += ["--database", f"{self.directory.name}/ledger.sqlite"]
        self.process = subprocess.Popen(
            [program, "--exit-with-stdin", *places], stdin=subprocess.PIPE
        )
        end = time.monotonic() + PATIENCE
        with Client(self.rpc_socket) as client:
            while True:
                try:
                    client.health()
                    return
                except accountstatus.NoAnswer:
                    assert time.monotonic() < end
                    assert self.process.poll() is None
                    time.sleep(0.005)

    def stop(self) -> None:
        """Stops it in order."""
        self.process.terminate()
        self.process.wait()
        assert self.process.stdin is not None
        self.process.stdin.close()

    def restart(self) -> None:
        """Stops it and starts it again, once."""
        if not self.has_restarted:
            self.has_restarted = True
            self.stop()
            self.start()

    def __enter__(self) -> Restartable:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.directory.cleanup()


@contextmanager
def troubled_server(trouble: Trouble) -> Iterator[Any]:
    """A server with contoso, which is active."""
    if trouble.name == "was restarted":
        with Restartable() as restartable:
            yield restartable
        return
    with Server({"contoso": "active"}) as server:
        yield server
        if hasattr(server, "drained"):
            server.drained.join(PATIENCE)


def until(driver: Driver, source: str) -> None:
    """Asks until answers come from where they are to come from."""
    end = time.monotonic() + PATIENCE
    while (answer := driver.decide("deny", LONG, OLD)) != {"holds": True, "source": source}:
        assert time.monotonic() < end, f"{driver.name}: {answer}"


def decide(driver: Driver, trouble: Trouble, decision: str, way: str) -> dict[str, Any]:
    """What a client says. A table has to grow old before it is too old."""
    staleness = YOUNG if way == STALE else OLD
    end = time.monotonic() + PATIENCE
    while True:
        answer = driver.decide(decision, trouble.timeout, staleness)
        if way != STALE or answer["source"] != "TABLE" or time.monotonic() >= end:
            return answer


def cell(driver: Driver, server: Any, trouble: Trouble, way: str) -> str:
    """What a client does, in a word or two; checks that the caller's decision is what holds."""
    answers = {}
    for decision in ("deny", "allow"):
        trouble.make(server)
        answers[decision] = decide(driver, trouble, decision, way)
    denied, allowed = answers["deny"], answers["allow"]
    assert allowed.get("error") == denied.get("error"), answers
    assert allowed["source"] == denied["source"], answers
    # What is known counts, whatever was decided; without it the decision counts, and nothing else.
    assert allowed["holds"] is True, answers
    assert denied["holds"] is (denied["source"] != "DEFAULT"), answers
    return " ".join([denied["source"], *([denied["error"]] if "error" in denied else [])])


def row(trouble: Trouble, way: str) -> dict[str, str]:
    """What each client does."""
    with (
        troubled_server(trouble) as server,
        Drivers(server.rpc_socket, reads_table=way != CALLS) as drivers,
    ):
        for driver in drivers.all:
            until(driver, "CALL" if way == CALLS else "TABLE")
        return {driver.name: cell(driver, server, trouble, way) for driver in drivers.all}


EXPECTED = {
    # What all of them do by calls, by the table, and when that is too old.
    "answers": ("CALL", "TABLE"),
    "is slow, and answers in time": ("CALL", "TABLE"),
    "is slower than the timeout": ("DEFAULT DEADLINE_EXCEEDED", "TABLE"),
    "drops a connection": ("CALL", "TABLE"),
    "drops every connection": ("DEFAULT UNAVAILABLE", "TABLE"),
    "says UNAVAILABLE once": ("CALL", "TABLE"),
    "says UNAVAILABLE": ("DEFAULT UNAVAILABLE", "TABLE"),
    "fails (INTERNAL)": ("DEFAULT INTERNAL", "TABLE"),
    "is draining": ("DEFAULT UNAVAILABLE", "TABLE"),
    "was restarted": ("CALL", "TABLE"),
    "has stopped": ("DEFAULT UNAVAILABLE", "TABLE", "DEFAULT UNAVAILABLE"),
    "has crashed": ("DEFAULT UNAVAILABLE", "TABLE", "DEFAULT UNAVAILABLE"),
    "hangs": ("DEFAULT DEADLINE_EXCEEDED", "TABLE", "DEFAULT DEADLINE_EXCEEDED"),
    "answers, and its table is silent": ("CALL", "TABLE", "CALL"),
}
CASES = [(trouble, way) for trouble in TROUBLES for way in trouble.ways]
rows: list[tuple[str, str, dict[str, str]]] = []


@pytest.mark.parametrize(("trouble", "way"), CASES, ids=[f"{t.name}, {w}" for t, w in CASES])
def test_every_client_does_as_documented(trouble: Trouble, way: str) -> None:
    """What the table of Clients/README.md says."""
    found = row(trouble, way)
    rows.append((trouble.name, way, found))
    expected = EXPECTED[trouble.name][ALL.index(way)]
    assert found == dict.fromkeys(COMMANDS, expected)


def test_without_a_server_that_ever_was_the_decision_holds(tmp_path: Path) -> None:
    """Nothing was ever known."""
    for reads_table in (False, True):
        with Drivers(str(tmp_path / "none.sock"), reads_table=reads_table) as drivers:
            for driver in drivers.all:
                for decision in ("allow", "deny"):
                    assert driver.decide(decision, LONG, OLD) == {
                        "holds": decision == "allow",
                        "source": "DEFAULT",
                        "error": "UNAVAILABLE",
                    }


def matrix() -> str:
    """The matrix as a table."""
    lines = [
        f"| the server … | asked … | {' | '.join(COMMANDS)} |",
        f"|---|---|{'---|' * len(COMMANDS)}",
    ]
    for name, way, found in rows:
        lines.append(f"| {name} | {way} | {' | '.join(found.values())} |")
    return "\n".join(lines) + "\n"


def test_the_matrix_is_the_documented_one(capsys: pytest.CaptureFixture[str]) -> None:
    """Prints it as well."""
    assert len(rows) == len(CASES), "only after the others"
    with capsys.disabled():
        print(f"\n{matrix()}")
    documented = re.search(r"^\| the server … .*?\n\n", README.read_text() + "\n", re.M | re.S)
    assert documented is not None
    assert documented.group().strip() == matrix().strip()
