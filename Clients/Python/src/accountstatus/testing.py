"""A server of its own for a test: in a temporary directory, with a clock that the test holds.

    with accountstatus.testing.Server() as server:
        server.register("contoso")
        server.suspend("contoso")
        assert not my_service(server.rpc_socket).takes_order("contoso")

With pytest, the fixtures ``accountstatus_server`` and ``accountstatus_clock`` are there by
themselves.
"""

from __future__ import annotations

import itertools
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from types import TracebackType

from .client import Client
from .types import (
    AbuseFindingChanged,
    AbuseSeverity,
    AbuseState,
    AccountRegistered,
    Cloud,
    Fact,
    PartnerType,
    Program,
    Report,
)
from .values import DurationLike, Instant, InstantLike

_READY_WITHIN = 30.0
_STOPPED_WITHIN = 10.0
# Asks the kernel to end the server when the thread that started it ends (PR_SET_PDEATHSIG, with
# SIGTERM), then becomes it. A program of its own, since a forked child of a process with threads,
# of gRPC for example, may not get as far as that.
_LAUNCHER = """
import ctypes, os, sys
ctypes.CDLL(None).prctl(1, 15)
os.getppid() == int(sys.argv[1]) and os.execv(sys.argv[2], sys.argv[2:])
"""

START = "2026-01-01T00:00:00Z"
"""What a test's clock says at first."""


class ServerFailed(Exception):
    """The server could not be started; the text has what it said."""


def find_server(given: str | None = None) -> str | None:
    """The path given, else ``$ACCOUNTSTATUSD``, else ``accountstatusd`` of ``$PATH``; ``None``:
    there is none.
    """
    return given or os.environ.get("ACCOUNTSTATUSD") or shutil.which("accountstatusd")


class Clock:
    """The clock of a test's server. It stands still but for what is done here."""

    def __init__(self, client: Client, now: Instant) -> None:
        self._client = client
        self.now = now

    def advance(self, by: DurationLike) -> Instant:
        """Moves it forward; returns when all that was due by then is decided and published."""
        self.now = self._client.advance_clock(by)
        return self.now

    def set(self, now: InstantLike) -> Instant:
        """Moves it to an instant, which is not before the present."""
        self.now = self._client.set_clock(now)
        return self.now


class Server:
    """A server with a ledger of its own, which ends with the test, also when that crashes."""

    def __init__(self, path: str | None = None, *, now: InstantLike = START) -> None:
        """Starts one, and returns when it answers. ``ServerFailed``."""
        found = find_server(path)
        if found is None:
            raise ServerFailed("no accountstatusd on PATH, and ACCOUNTSTATUSD does not name one")
        self._ids = itertools.count(1)
        self._log = tempfile.TemporaryFile()  # noqa: SIM115
        start = Instant.of(now)
        launcher = [sys.executable, "-ISc", _LAUNCHER, str(os.getpid()), os.path.abspath(found)]
        command = [*launcher, "--ephemeral", "--clock", "manual", "--now", str(start)]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        try:
            announced = self._announcement()
            self.rpc_socket: str = announced["rpcSocket"]
            self.table_socket: str = announced["tableSocket"]
            self.client = Client(self.rpc_socket, table_socket=self.table_socket or None)
            self.clock = Clock(self.client, start)
        except BaseException:
            self.close()
            raise

    def _announcement(self) -> dict[str, str]:
        output = self.process.stdout
        if output is None or not select.select([output], [], [], _READY_WITHIN)[0]:
            raise ServerFailed(f"accountstatusd was not ready within {_READY_WITHIN:.0f} s")
        line = output.readline()
        try:
            announced: dict[str, str] = json.loads(line)
        except ValueError:
            self._log.seek(0)
            said = self._log.read().decode(errors="replace").strip()
            raise ServerFailed(f"accountstatusd did not start: {said or line!r}") from None
        return announced

    @property
    def environment(self) -> dict[str, str]:
        """What makes clients in child processes, of any language, use this server."""
        return {
            "ACCOUNTSTATUS_SOCKET": self.rpc_socket,
            "ACCOUNTSTATUS_TABLE_SOCKET": self.table_socket,
        }

    def fact(self, account_id: str, kind: object, effective_at: InstantLike | None = None) -> Fact:
        """A fact of the test's own, true from an instant on; else from now on."""
        at = self.clock.now if effective_at is None else Instant.of(effective_at)
        return Fact(
            account_id=account_id,
            source="test",
            fact_id=str(next(self._ids)),
            effective_at=at,
            kind=kind,  # type: ignore[arg-type]
        )

    def register(self, account_id: str, *partner_types: PartnerType) -> Report:
        """Registers an account, active from now on; a direct-bill partner's unless it says so."""
        kind = AccountRegistered(
            cloud=Cloud.PUBLIC,
            partner_types=partner_types or (PartnerType.DIRECT_BILL,),
            program=Program.CSP,
        )
        return self.client.report(self.fact(account_id, kind))

    def suspend(self, account_id: str) -> Report:
        """Suspends an account: a significant abuse finding is confirmed."""
        kind = AbuseFindingChanged(
            finding_id=f"test-{next(self._ids)}",
            severity=AbuseSeverity.SIGNIFICANT,
            state=AbuseState.CONFIRMED,
        )
        return self.client.report(self.fact(account_id, kind))

    def stop(self) -> None:
        """Ends the server in order, as an operator would."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends the server at once, as a crash would."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Makes the server silent: it takes connections and answers nothing."""
        os.kill(self.process.pid, signal.SIGSTOP)
        # Until it really stands still; its exit is left for others to see.
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def resume(self) -> None:
        """Makes a silent server go on."""
        os.kill(self.process.pid, signal.SIGCONT)

    def _end(self, by: signal.Signals) -> None:
        if self.process.poll() is None:
            self.process.send_signal(by)
            self.process.send_signal(signal.SIGCONT)
            try:
                self.process.wait(_STOPPED_WITHIN)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def close(self) -> None:
        """Ends the server and removes what it left behind."""
        self.stop()
        client = getattr(self, "client", None)
        if client is not None:
            client.close()
            # A killed server leaves its directory.
            shutil.rmtree(os.path.dirname(self.rpc_socket), ignore_errors=True)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self._log.close()

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
