"""The blocking client."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TypeVar

from . import calls, sockets
from .calls import Batch, Call, Query, StatusFilter
from .connection import ConnectionBroken, ConnectionPool, Deadline
from .errors import AccountStatusError, MalformedReply, NoAnswer, NotFound, Unavailable
from .ledger_client import LedgerClient
from .reading import (
    ACTIVE,
    FULL,
    KNOWN_CAPABILITIES,
    KNOWN_STATES,
    Decision,
    Outcome,
    Reading,
    Source,
)
from .status_watch import WatchClient
from .table_reader import TableCounters, TableReader, TableReading
from .testing_client import TestingClient
from .types import (
    AccountState,
    AccountStatus,
    Capability,
    CapabilityCheck,
    EditionSummary,
    Explanation,
    Fact,
    Notice,
    PolicyEdition,
    ReasonCode,
    ReinstatementState,
    ServerInfo,
    ServerStats,
    Simulation,
    StatusView,
)
from .values import DurationLike, InstantLike

_T = TypeVar("_T")

DEFAULT_TIMEOUT = 5.0
MAX_STALENESS = 2.0


class Client(LedgerClient, TestingClient, WatchClient):
    """The account-status server of this host, as one program sees it.

    Makes connections when they are needed: it can be made while the server is down. Any number of
    threads may use one; after a fork the child makes connections of its own. Close it, or use it
    in a ``with`` statement.

    Every call takes a ``timeout`` in seconds, else the client's, and returns by then, whatever the
    server does. Calls whose connection broke are made once more, where a second call has the effect
    of one. What goes wrong is an :class:`AccountStatusError`; none of them means "active".
    """

    def __init__(
        self,
        socket: str | os.PathLike[str] | None = None,
        *,
        timeout: float = DEFAULT_TIMEOUT,
        table_socket: str | os.PathLike[str] | None = None,
        use_table: bool = True,
        max_connections: int = 8,
        import_patience: float = 30.0,
    ) -> None:
        """Connects to nothing yet.

        - socket: of the server; else ``$ACCOUNTSTATUS_SOCKET``, else the first that exists of
          ``$XDG_RUNTIME_DIR/accountstatus/rpc.sock`` and ``/run/accountstatus/rpc.sock``.
        - table_socket: else ``$ACCOUNTSTATUS_TABLE_SOCKET``, else ``table.sock`` beside the other.
        - use_table: whether present statuses are read in shared memory, which takes a microsecond
          or two, rather than asked for. ``$ACCOUNTSTATUS_TABLE=off`` turns it off as well.
        - max_connections: calls on the wire at a time.
        - import_patience: seconds that an import goes on without an answer.
        """
        self.socket = sockets.rpc_socket(socket)
        self.timeout = timeout
        self._pool = ConnectionPool(self.socket, max_connections)
        self._import_patience = import_patience
        path = sockets.table_socket(table_socket, self.socket) if use_table else None
        self._table = None if path is None else TableReader(path)

    def close(self) -> None:
        """Closes the connections and lets go of the table."""
        self._pool.close()
        if self._table is not None:
            self._table.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def table_counters(self) -> TableCounters:
        """What became of the reads of the table."""
        return TableCounters() if self._table is None else self._table.counters

    # ------------------------------------------------------------------------- statuses

    def get(
        self,
        account_id: str,
        *,
        view: StatusView | None = None,
        as_of: InstantLike | None = None,
        known_at: InstantLike | None = None,
        policy_edition: str | None = None,
        at_least: bytes | None = None,
        timeout: float | None = None,
    ) -> AccountStatus:
        """The status of an account. ``NotFound``: there is none.

        The present BASIC status comes from the table, where there is one: it has every change
        whose write has returned. What asks for more goes to the server.

        - view: ``StatusView.FULL`` adds each reason's since, subjects and detail; it is what a
          query with one of the next three answers.
        - as_of: the instant asked about; known_at: as it was known then, inclusive.
        - policy_edition: under other rules than the server's own.
        - at_least: a token; the answer is at least that fresh.
        """
        # Spelt out: making a Query costs as much as reading the table.
        if as_of is known_at is None and not (policy_edition or at_least or view == FULL):
            known = None if self._table is None else self._table.status(account_id, MAX_STALENESS)
            if known is not None:
                return known
            found = self._read_table(account_id, MAX_STALENESS, timeout)
            if found.outcome is Outcome.FOUND and found.status is not None:
                return found.status
            if found.outcome is Outcome.NOT_FOUND:
                raise NotFound(f"no account {account_id}")
        query = Query(as_of, known_at, policy_edition, at_least)
        return self._run(calls.get(account_id, view, query), timeout)

    def read(
        self,
        account_id: str,
        *,
        on_unavailable: Decision,
        max_staleness: float = MAX_STALENESS,
        timeout: float | None = None,
    ) -> Reading:
        """The status of an account, or what is decided without one: for services that must go on.

        Reads the table, else asks the server, else says what the table knew last; then, and when
        nothing is known, ``on_unavailable`` decides. Raises only what is the caller's mistake or a
        missing right.

        - max_staleness: seconds without a sign of life after which the table is not gone by.
        """
        deadline = time.monotonic() + (self.timeout if timeout is None else timeout)
        found = self._read_table(account_id, max_staleness, timeout)
        if found.outcome in (Outcome.FOUND, Outcome.NOT_FOUND):
            return from_table(account_id, found, on_unavailable)
        try:
            left = max(0.001, deadline - time.monotonic())
            status = self._run(calls.get(account_id, None, Query()), left)
        except NotFound:
            return Reading(account_id, Outcome.NOT_FOUND, None, Source.SERVER, 0.0, on_unavailable)
        except NoAnswer as error:
            return from_table(account_id, found, on_unavailable, error)
        return Reading(account_id, Outcome.FOUND, status, Source.SERVER, 0.0, on_unavailable)

    def is_active(
        self,
        account_id: str,
        *,
        on_unavailable: Decision,
        max_staleness: float = MAX_STALENESS,
        timeout: float | None = None,
    ) -> bool:
        """Whether the account exists and is active. ``on_unavailable`` as in :meth:`read`."""
        if self._table is not None:
            certain = self._table.certain(account_id, max_staleness)
            if certain is not None and certain["state"] in KNOWN_STATES:
                return bool(certain["state"] is ACTIVE)
        return self.read(
            account_id,
            on_unavailable=on_unavailable,
            max_staleness=max_staleness,
            timeout=timeout,
        ).is_active()

    def allows(
        self,
        account_id: str,
        capability: Capability,
        *,
        on_unavailable: Decision,
        max_staleness: float = MAX_STALENESS,
        timeout: float | None = None,
    ) -> bool:
        """Whether the account exists and may do that. ``on_unavailable`` as in :meth:`read`."""
        if self._table is not None and capability in KNOWN_CAPABILITIES:
            certain = self._table.certain(account_id, max_staleness)
            if certain is not None and certain["state"] in KNOWN_STATES:
                return capability in certain["capabilities"]
        return self.read(
            account_id,
            on_unavailable=on_unavailable,
            max_staleness=max_staleness,
            timeout=timeout,
        ).allows(capability)

    def get_many(
        self,
        account_ids: Iterable[str],
        *,
        view: StatusView | None = None,
        as_of: InstantLike | None = None,
        known_at: InstantLike | None = None,
        policy_edition: str | None = None,
        at_least: bytes | None = None,
        timeout: float | None = None,
    ) -> Batch:
        """The statuses of up to 1 000 accounts, at one instant."""
        query = Query(as_of, known_at, policy_edition, at_least)
        return self._run(calls.get_many(account_ids, view, query), timeout)

    def check(
        self,
        account_id: str,
        *capabilities: Capability,
        as_of: InstantLike | None = None,
        known_at: InstantLike | None = None,
        policy_edition: str | None = None,
        at_least: bytes | None = None,
        timeout: float | None = None,
    ) -> CapabilityCheck:
        """Whether an account may do 1 to 64 things, why not, and how long the answer is good."""
        query = Query(as_of, known_at, policy_edition, at_least)
        return self._run(calls.check(account_id, capabilities, query), timeout)

    def list(
        self,
        *,
        state: AccountState | None = None,
        reason: ReasonCode | None = None,
        notice: Notice | None = None,
        eligible: bool = False,
        reinstatement_state: ReinstatementState | None = None,
        older_than: DurationLike | None = None,
        suspends_before: InstantLike | None = None,
        as_of: InstantLike | None = None,
        known_at: InstantLike | None = None,
        policy_edition: str | None = None,
        at_least: bytes | None = None,
        page_size: int | None = None,
        timeout: float | None = None,
    ) -> Iterator[AccountStatus]:
        """The accounts that match, by account id, page after page as they are taken.

        - eligible: only accounts that an approval would reinstate.
        - older_than: the reinstatement state, where one is asked for, else the state, has lasted
          longer.
        - suspends_before: the next transition is to SUSPENDED, and comes before that instant.
        - page_size: accounts a call, at most 1 000; the timeout is that of one call.
        """
        filtered = StatusFilter(
            state, reason, notice, eligible, reinstatement_state, older_than, suspends_before
        )
        query = Query(as_of, known_at, policy_edition, at_least)
        return self._pages(
            lambda token: calls.list_statuses(filtered, query, page_size, token), timeout
        )

    def explain(
        self,
        account_id: str,
        *,
        locale: str | None = None,
        as_of: InstantLike | None = None,
        known_at: InstantLike | None = None,
        policy_edition: str | None = None,
        at_least: bytes | None = None,
        timeout: float | None = None,
    ) -> Explanation:
        """Why an account's status is what it is, and the steps that lead back.

        - locale: of the texts; ``en`` or ``sv``.
        """
        query = Query(as_of, known_at, policy_edition, at_least)
        return self._run(calls.explain(account_id, locale, query), timeout)

    def simulate(
        self,
        account_id: str,
        facts: Iterable[Fact] = (),
        *,
        as_of: InstantLike | None = None,
        policy_edition: str | None = None,
        at_least: bytes | None = None,
        timeout: float | None = None,
    ) -> Simulation:
        """What the status would be if those facts were reported now. Stores nothing."""
        query = Query(as_of, None, policy_edition, at_least)
        return self._run(calls.simulate(account_id, facts, query), timeout)

    # ----------------------------------------------------------------------- the server

    def info(self, *, timeout: float | None = None) -> ServerInfo:
        """The server about itself."""
        return self._run(calls.info(), timeout)

    def stats(self, *, timeout: float | None = None) -> ServerStats:
        """Counters, and how long calls take; durations in seconds."""
        return self._run(calls.stats(), timeout)

    def health(self, service: str = "", *, timeout: float | None = None) -> bool:
        """Whether the server, or one of its services, serves."""
        return self._run(calls.health(service), timeout)

    def editions(self, *, timeout: float | None = None) -> tuple[EditionSummary, ...]:
        """The policy editions that the server knows, by name."""
        return self._run(calls.editions(), timeout)

    def edition(self, name: str | None = None, *, timeout: float | None = None) -> PolicyEdition:
        """An edition's rules; the default one's without a name."""
        return self._run(calls.edition(name), timeout)

    # ---------------------------------------------------------------------------- within

    def _read_table(
        self, account_id: str, max_staleness: float, timeout: float | None
    ) -> TableReading:
        if self._table is None:
            return TableReading(Outcome.UNAVAILABLE, None, 0.0)
        return self._table.read(
            account_id, max_staleness, self.timeout if timeout is None else timeout
        )

    def _run(self, call: Call[_T], timeout: float | None) -> _T:
        """Makes a call, and once more where that is safe and may help."""
        deadline = Deadline(self.timeout if timeout is None else timeout)
        try:
            return call.answer(self._attempt(call, deadline, fresh=not call.method.is_idempotent))
        except ConnectionBroken as error:
            if not call.method.is_idempotent:
                raise Unavailable(f"{self.socket}: {error}") from None
        except Unavailable as error:
            if not (error.is_going_away and call.method.is_idempotent):
                raise
        try:
            return call.answer(self._attempt(call, deadline, fresh=True))
        except ConnectionBroken as error:
            raise Unavailable(f"{self.socket}: {error}") from None

    def _attempt(self, call: Call[_T], deadline: Deadline, *, fresh: bool) -> bytes:
        connection = self._pool.acquire(deadline, fresh=fresh)
        try:
            payload = connection.call(call.method.prefix, call.payload, deadline)
        except AccountStatusError as error:
            if isinstance(error, (MalformedReply, TimeoutError)) or error.is_going_away:
                self._pool.discard(connection)
            else:
                self._pool.release(connection)
            raise
        except BaseException:
            self._pool.discard(connection)
            raise
        self._pool.release(connection)
        return payload


def from_table(
    account_id: str,
    found: TableReading,
    on_unavailable: Decision,
    error: AccountStatusError | None = None,
) -> Reading:
    """What a read of the table comes to for the caller."""
    source = Source.NONE if found.outcome is Outcome.UNAVAILABLE else Source.TABLE
    return Reading(
        account_id, found.outcome, found.status, source, found.age, on_unavailable, error
    )
