"""The client for asyncio: the methods of :class:`accountstatus.Client`, to be awaited."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterable
from types import TracebackType
from typing import TypeVar

from . import calls, sockets
from .aio_connection import Connection, within
from .aio_ledger_client import LedgerClient
from .aio_status_watch import WatchClient
from .aio_testing_client import TestingClient
from .calls import Batch, Call, Query, StatusFilter
from .client import DEFAULT_TIMEOUT, MAX_STALENESS, from_table
from .connection import ConnectionBroken, Deadline
from .errors import MalformedReply, NoAnswer, NotFound, Unavailable
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
from .table_reader import TableCounters, TableReader, TableReading
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


class Client(LedgerClient, TestingClient, WatchClient):
    """The account-status server of this host, for one event loop.

    Calls run side by side on one connection, as many as the loop likes. Methods, arguments and
    errors are those of :class:`accountstatus.Client`, where they are explained; what iterates there
    is to be iterated with ``async for`` here. Reads of the table never wait for anybody.
    """

    def __init__(
        self,
        socket: str | os.PathLike[str] | None = None,
        *,
        timeout: float = DEFAULT_TIMEOUT,
        table_socket: str | os.PathLike[str] | None = None,
        use_table: bool = True,
        import_patience: float = 30.0,
    ) -> None:
        """Connects to nothing yet. The arguments are those of :class:`accountstatus.Client`."""
        self.socket = sockets.rpc_socket(socket)
        self.timeout = timeout
        self._import_patience = import_patience
        path = sockets.table_socket(table_socket, self.socket) if use_table else None
        self._table = None if path is None else TableReader(path)
        self._connection: Connection | None = None
        self._connecting: asyncio.Lock | None = None
        self._is_closed = False

    async def close(self) -> None:
        """Closes the connection, ends the calls that run, and lets go of the table."""
        self._is_closed = True
        if self._connection is not None:
            await self._connection.close()
            self._connection = None
        if self._table is not None:
            self._table.close()

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    @property
    def table_counters(self) -> TableCounters:
        """What became of the reads of the table."""
        return TableCounters() if self._table is None else self._table.counters

    # ------------------------------------------------------------------------- statuses

    async def get(
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
        """The status of an account. ``NotFound``: there is none."""
        # Spelt out: making a Query costs as much as reading the table.
        if as_of is known_at is None and not (policy_edition or at_least or view == FULL):
            known = None if self._table is None else self._table.status(account_id, MAX_STALENESS)
            if known is not None:
                return known
            found = await self._read_table(account_id, MAX_STALENESS)
            if found.outcome is Outcome.FOUND and found.status is not None:
                return found.status
            if found.outcome is Outcome.NOT_FOUND:
                raise NotFound(f"no account {account_id}")
        query = Query(as_of, known_at, policy_edition, at_least)
        return await self._run(calls.get(account_id, view, query), timeout)

    async def read(
        self,
        account_id: str,
        *,
        on_unavailable: Decision,
        max_staleness: float = MAX_STALENESS,
        timeout: float | None = None,
    ) -> Reading:
        """The status of an account, or what is decided without one."""
        found = await self._read_table(account_id, max_staleness)
        if found.outcome in (Outcome.FOUND, Outcome.NOT_FOUND):
            return from_table(account_id, found, on_unavailable)
        try:
            status = await self._run(calls.get(account_id, None, Query()), timeout)
        except NotFound:
            return Reading(account_id, Outcome.NOT_FOUND, None, Source.SERVER, 0.0, on_unavailable)
        except NoAnswer as error:
            return from_table(account_id, found, on_unavailable, error)
        return Reading(account_id, Outcome.FOUND, status, Source.SERVER, 0.0, on_unavailable)

    async def is_active(
        self,
        account_id: str,
        *,
        on_unavailable: Decision,
        max_staleness: float = MAX_STALENESS,
        timeout: float | None = None,
    ) -> bool:
        """Whether the account exists and is active."""
        if self._table is not None:
            certain = self._table.certain(account_id, max_staleness)
            if certain is not None and certain["state"] in KNOWN_STATES:
                return bool(certain["state"] is ACTIVE)
        reading = await self.read(
            account_id,
            on_unavailable=on_unavailable,
            max_staleness=max_staleness,
            timeout=timeout,
        )
        return reading.is_active()

    async def allows(
        self,
        account_id: str,
        capability: Capability,
        *,
        on_unavailable: Decision,
        max_staleness: float = MAX_STALENESS,
        timeout: float | None = None,
    ) -> bool:
        """Whether the account exists and may do that."""
        if self._table is not None and capability in KNOWN_CAPABILITIES:
            certain = self._table.certain(account_id, max_staleness)
            if certain is not None and certain["state"] in KNOWN_STATES:
                return capability in certain["capabilities"]
        reading = await self.read(
            account_id,
            on_unavailable=on_unavailable,
            max_staleness=max_staleness,
            timeout=timeout,
        )
        return reading.allows(capability)

    async def get_many(
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
        return await self._run(calls.get_many(account_ids, view, query), timeout)

    async def check(
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
        return await self._run(calls.check(account_id, capabilities, query), timeout)

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
    ) -> AsyncIterator[AccountStatus]:
        """The accounts that match, by account id, page after page as they are taken."""
        filtered = StatusFilter(
            state, reason, notice, eligible, reinstatement_state, older_than, suspends_before
        )
        query = Query(as_of, known_at, policy_edition, at_least)
        return self._pages(
            lambda token: calls.list_statuses(filtered, query, page_size, token), timeout
        )

    async def explain(
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
        """Why an account's status is what it is, and the steps that lead back."""
        query = Query(as_of, known_at, policy_edition, at_least)
        return await self._run(calls.explain(account_id, locale, query), timeout)

    async def simulate(
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
        return await self._run(calls.simulate(account_id, facts, query), timeout)

    # ----------------------------------------------------------------------- the server

    async def info(self, *, timeout: float | None = None) -> ServerInfo:
        """The server about itself."""
        return await self._run(calls.info(), timeout)

    async def stats(self, *, timeout: float | None = None) -> ServerStats:
        """Counters, and how long calls take; durations in seconds."""
        return await self._run(calls.stats(), timeout)

    async def health(self, service: str = "", *, timeout: float | None = None) -> bool:
        """Whether the server, or one of its services, serves."""
        return await self._run(calls.health(service), timeout)

    async def editions(self, *, timeout: float | None = None) -> tuple[EditionSummary, ...]:
        """The policy editions that the server knows, by name."""
        return await self._run(calls.editions(), timeout)

    async def edition(
        self, name: str | None = None, *, timeout: float | None = None
    ) -> PolicyEdition:
        """An edition's rules; the default one's without a name."""
        return await self._run(calls.edition(name), timeout)

    # ---------------------------------------------------------------------------- within

    async def _read_table(self, account_id: str, max_staleness: float) -> TableReading:
        table = self._table
        if table is None:
            return TableReading(Outcome.UNAVAILABLE, None, 0.0)
        reading, outdated = table.glance(account_id, max_staleness)
        if outdated and table.is_due():
            # Asking for a table waits for the daemon; the loop does not.
            loop = asyncio.get_running_loop()
            patience = table.patience(reading)
            if await loop.run_in_executor(None, table.renew, patience):
                reading, _ = table.glance(account_id, max_staleness)
        table.count(reading.outcome)
        return reading

    async def _run(self, call: Call[_T], timeout: float | None) -> _T:
        """Makes a call, and once more where that is safe and may help."""
        deadline = Deadline(self.timeout if timeout is None else timeout)
        try:
            return call.answer(await self._attempt(call, deadline))
        except ConnectionBroken as error:
            if not call.method.is_idempotent:
                raise Unavailable(f"{self.socket}: {error}") from None
        except Unavailable as error:
            if not (error.is_going_away and call.method.is_idempotent):
                raise
            await self._abandon()
        try:
            return call.answer(await self._attempt(call, deadline))
        except ConnectionBroken as error:
            raise Unavailable(f"{self.socket}: {error}") from None

    async def _attempt(self, call: Call[_T], deadline: Deadline) -> bytes:
        connection = await self._connected(deadline)
        try:
            return await connection.call(call.method.prefix, call.payload, deadline)
        except MalformedReply:
            await self._abandon(connection)
            raise

    async def _connected(self, deadline: Deadline) -> Connection:
        if self._connection is not None and self._connection.is_usable():
            return self._connection
        if self._connecting is None:
            # Here, since before Python 3.10 a lock belongs to the loop it was made in.
            self._connecting = asyncio.Lock()
        await within(self._connecting.acquire(), deadline)
        try:
            if self._is_closed:
                raise Unavailable("the client is closed")
            if self._connection is None or not self._connection.is_usable():
                await self._abandon()
                self._connection = await Connection.open(self.socket, deadline)
                if self._is_closed:
                    await self._abandon()
                    raise Unavailable("the client is closed")
            return self._connection
        finally:
            self._connecting.release()

    async def _abandon(self, connection: Connection | None = None) -> None:
        """Lets go of the connection, if it is still that one."""
        if self._connection is not None and connection in (None, self._connection):
            connection, self._connection = self._connection, None
            await connection.close()
