"""The clients of the matrix, each behind its driver."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PATIENCE = 120.0
"""Seconds after which a driver that says nothing has failed; for a busy machine."""

COMMANDS: dict[str, list[str]] = {
    "C": [os.environ.get("MATRIX_DRIVER_C", "")],
    "Swift": [os.environ.get("MATRIX_DRIVER_SWIFT", "")],
    "Python": [sys.executable, str(HERE / "driver.py")],
    "asyncio": [sys.executable, str(HERE / "driver.py")],
}


class Driver:
    """A client in a process of its own."""

    def __init__(self, name: str, socket: str, *, reads_table: bool) -> None:
        environment = {**os.environ, "ACCOUNTSTATUS_TABLE": "on" if reads_table else "off"}
        extra = ["asyncio"] if name == "asyncio" else []
        self.name = name
        self.process = subprocess.Popen(
            [*COMMANDS[name], socket, *extra],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )

    def ask(self, question: str) -> str:
        """The line that a question is answered with."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{question}\n".encode())
        self.process.stdin.flush()
        ready = select.select([self.process.stdout], [], [], PATIENCE)[0]
        assert ready, f"{self.name}: no answer to {question!r} within {PATIENCE:.0f} s"
        line = self.process.stdout.readline().decode().rstrip("\n")
        assert line, f"{self.name}: ended at {question!r}"
        return line

    def decide(self, decision: str, timeout: int, staleness: int) -> dict[str, Any]:
        """Whether contoso may sell new licences, as the client says; times in milliseconds."""
        question = f"decide contoso SELL_NEW_LICENSES {decision} {timeout} {staleness}"
        answer: dict[str, Any] = json.loads(self.ask(question))
        return answer

    def close(self) -> None:
        """Ends the process."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


class Drivers:
    """One driver of each client, all of them asking one server."""

    def __init__(self, socket: str, *, reads_table: bool) -> None:
        self.all = [Driver(name, socket, reads_table=reads_table) for name in COMMANDS]

    def ask(self, question: str) -> dict[str, str]:
        """What each client answers."""
        return {driver.name: driver.ask(question) for driver in self.all}

    def __enter__(self) -> Drivers:
        return self

    def __exit__(self, *_: object) -> None:
        for driver in self.all:
            driver.close()
