"""A server of its own for a test: in a temporary directory, with a clock that the test holds.

    with accountstatus.testing.Server({"contoso": "active", "fabrikam": "suspended"}) as server:
        assert my_service(server.rpc_socket).takes_order("contoso")
        assert not my_service(server.rpc_socket).takes_order("fabrikam")

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
import tempfile
import time
from collections.abc import Callable, Mapping
from enum import Enum
from types import TracebackType
from typing import Union

from .client import Client
from .reading import Decision
from .types import (
    AbuseFindingChanged,
    AbuseSeverity,
    AbuseState,
    AccountClosed,
    AccountRegistered,
    AccountState,
    AccountStatus,
    Cloud,
    Fact,
    InvoiceIssued,
    PartnerType,
    Program,
    Report,
)
from .values import DurationLike, Instant, InstantLike, Money

_READY_WITHIN = 30.0
_STOPPED_WITHIN = 10.0
_DAY = 86_400_000_000_000

START = "2026-01-01T00:00:00Z"
"""What a test's clock says at first."""


class ServerFailed(Exception):
    """The server could not be started; the text has what it said."""


def find_server(given: str | None = None) -> str | None:
    """The path given, else ``$ACCOUNTSTATUSD``, else ``accountstatusd`` of ``$PATH``; ``None``:
    there is none.
    """
    return given or os.environ.get("ACCOUNTSTATUSD") or shutil.which("accountstatusd")


class Standing(Enum):
    """How an account stands, in a word: short for the facts that make it so.

    All of them are direct-bill partners of the public cloud, registered a year before.
    """

    ACTIVE = "active"
    SUSPENDED = "suspended"
    """For abuse: a significant finding is confirmed."""
    PAST_DUE = "past due"
    """Suspended for billing: an invoice has been due for months."""
    AWAITING_REINSTATEMENT = "awaiting reinstatement"
    """Suspended, and eligible for reinstatement: the finding was dismissed."""
    CLOSED = "closed"

    def facts(self, account_id: str, now: Instant) -> list[Fact]:
        """The facts that make an account stand so at an instant."""

        def day(days: int) -> Instant:
            return Instant(now.nanoseconds + days * _DAY)

        registered = AccountRegistered(
            cloud=Cloud.PUBLIC, partner_types=(PartnerType.DIRECT_BILL,), program=Program.CSP
        )
        kinds: list[tuple[Instant, object]] = [(day(-365), registered)]
        if self is Standing.SUSPENDED:
            kinds.append((now, _finding(account_id, AbuseState.CONFIRMED)))
        elif self is Standing.PAST_DUE:
            issued = InvoiceIssued(
                invoice_id=f"{account_id}/invoice",
                issue_date=day(-200).datetime.date().isoformat(),
                total=Money.of("EUR", 1000),
            )
            kinds.append((day(-200), issued))
        elif self is Standing.AWAITING_REINSTATEMENT:
            kinds.append((day(-10), _finding(account_id, AbuseState.CONFIRMED)))
            kinds.append((day(-5), _finding(account_id, AbuseState.DISMISSED)))
        elif self is Standing.CLOSED:
            kinds.append((now, AccountClosed()))
        return [
            Fact(account_id, "standing", f"{account_id}/{n}", at, kind=kind)  # type: ignore[arg-type]
            for n, (at, kind) in enumerate(kinds, 1)
        ]


StandingLike = Union[Standing, str]
"""A standing, or its word."""


def _finding(account_id: str, state: AbuseState) -> AbuseFindingChanged:
    return AbuseFindingChanged(
        finding_id=f"{account_id}/finding", severity=AbuseSeverity.SIGNIFICANT, state=state
    )


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
    """A server with a ledger of its own, which ends with the test, also when that is killed.

    It waits for the end of a pipe that only this process writes to, and then ends in order; what
    this process forks without an exec holds the pipe open as well.
    """

    def __init__(
        self,
        accounts: Mapping[str, StandingLike] | None = None,
        *,
        path: str | None = None,
        now: InstantLike = START,
    ) -> None:
        """Starts one with some accounts, and returns when it answers. ``ServerFailed``.

        ``path``: the program; ``None``: ``$ACCOUNTSTATUSD``, else ``accountstatusd`` of ``$PATH``.
        """
        found = find_server(path)
        if found is None:
            raise ServerFailed("no accountstatusd on PATH, and ACCOUNTSTATUSD does not name one")
        self._ids = itertools.count(1)
        self._log = tempfile.TemporaryFile()  # noqa: SIM115
        start = Instant.of(now)
        command = [os.path.abspath(found), "--ephemeral", "--exit-with-stdin"]
        self.process = subprocess.Popen(
            [*command, "--clock", "manual", "--now", str(start)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        try:
            announced = self._announcement()
            self.rpc_socket: str = announced["rpcSocket"]
            self.table_socket: str = announced["tableSocket"]
            self.client = Client(self.rpc_socket, table_socket=self.table_socket or None)
            self.clock = Clock(self.client, start)
            self.add(accounts or {})
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

    def add(self, accounts: Mapping[str, StandingLike]) -> None:
        """Makes new accounts stand as the test wants them, at the clock's present."""
        for account_id, standing in accounts.items():
            self.client.report(Standing(standing).facts(account_id, self.clock.now))

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

    def wait_until(
        self, account_id: str, state: AccountState, *, timeout: float = 60.0
    ) -> AccountStatus:
        """Waits until an account is in a state, for what the service under test reports by itself.

        ``TimeoutError``.
        """
        end = time.monotonic() + timeout
        while True:
            reading = self.client.read(account_id, on_unavailable=Decision.DENY)
            if reading.status is not None and reading.fresh and reading.state is state:
                return reading.status
            if time.monotonic() >= end:
                raise TimeoutError(f"{reading!r} after {timeout:.0f} s, not {state.name}")
            time.sleep(0.002)

    @property
    def inject_fault(self) -> Callable[..., None]:
        """Makes the server do something wrong on purpose: :meth:`Client.inject_fault`."""
        return self.client.inject_fault

    def clear_faults(self) -> int:
        """Ends all faults; returns how many calls they struck."""
        return self.client.clear_faults()

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
        for end in (self.process.stdin, self.process.stdout):
            if end is not None:
                end.close()
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
