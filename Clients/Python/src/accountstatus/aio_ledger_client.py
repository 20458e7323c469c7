"""The part of the asyncio client that is about the facts behind the statuses."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable
from typing import TypeVar

from . import calls
from .aio_connection import FactImport
from .calls import Call, Query
from .import_window import ImportedChunk
from .types import Billing, BillingInvoice, Correction, Fact, History, Report
from .values import InstantLike

_T = TypeVar("_T")


class LedgerClient(ABC):
    """Reports facts, and reads them and what follows from them."""

    socket: str
    """Path of the server's socket."""
    _import_patience: float

    @abstractmethod
    async def _run(self, call: Call[_T], timeout: float | None) -> _T:
        """Makes a call."""

    def _pages(
        self, call: Callable[[str], Call[tuple[tuple[_T, ...], str]]], timeout: float | None
    ) -> AsyncIterator[_T]:
        async def page(token: str) -> tuple[Iterable[_T], str]:
            things, following = await self._run(call(token), timeout)
            return things, following

        return walk(page)

    async def report(
        self, facts: Fact | Iterable[Fact], *, each: bool = False, timeout: float | None = None
    ) -> Report:
        """Reports 1 to 1 000 facts, judged in that order; they are durable when it returns."""
        given = [facts] if isinstance(facts, Fact) else facts
        return await self._run(calls.report(given, each), timeout)

    def import_facts(
        self, facts: Iterable[Fact] | AsyncIterable[Fact]
    ) -> AsyncIterator[ImportedChunk]:
        """Loads any number of facts, and yields what became of each chunk after its commit."""
        return FactImport(self.socket, self._import_patience, facts).run()

    def facts(
        self,
        account_id: str,
        *,
        at_least: bytes | None = None,
        page_size: int | None = None,
        timeout: float | None = None,
    ) -> AsyncIterator[Fact]:
        """The facts about an account, in the order in which they were stored."""
        return self._pages(
            lambda token: calls.list_facts(account_id, at_least, page_size, token), timeout
        )

    async def history(
        self,
        account_id: str,
        *,
        as_of: InstantLike | None = None,
        known_at: InstantLike | None = None,
        policy_edition: str | None = None,
        at_least: bytes | None = None,
        timeout: float | None = None,
    ) -> History:
        """The suspensions and decisions of an account, and the newest corrections."""
        query = Query(as_of, known_at, policy_edition, at_least)
        return await self._run(calls.history(account_id, query, None, ""), timeout)

    def corrections(
        self,
        account_id: str,
        *,
        as_of: InstantLike | None = None,
        known_at: InstantLike | None = None,
        policy_edition: str | None = None,
        at_least: bytes | None = None,
        page_size: int | None = None,
        timeout: float | None = None,
    ) -> AsyncIterator[Correction]:
        """What was learned too late about an account, newest first."""
        query = Query(as_of, known_at, policy_edition, at_least)

        async def page(token: str) -> tuple[Iterable[Correction], str]:
            found = await self._run(calls.history(account_id, query, page_size, token), timeout)
            return found.corrections, found.next_page_token

        return walk(page)

    async def billing(
        self,
        account_id: str,
        *,
        months: int | None = None,
        as_of: InstantLike | None = None,
        known_at: InstantLike | None = None,
        at_least: bytes | None = None,
        timeout: float | None = None,
    ) -> Billing:
        """What an account owes: balances, months, payments, and the first page of invoices."""
        query = Query(as_of, known_at, None, at_least)
        return await self._run(calls.billing(account_id, months, query, None, ""), timeout)

    def invoices(
        self,
        account_id: str,
        *,
        as_of: InstantLike | None = None,
        known_at: InstantLike | None = None,
        at_least: bytes | None = None,
        page_size: int | None = None,
        timeout: float | None = None,
    ) -> AsyncIterator[BillingInvoice]:
        """The invoices of an account, open ones first, by due date."""
        query = Query(as_of, known_at, None, at_least)

        async def page(token: str) -> tuple[Iterable[BillingInvoice], str]:
            call = calls.billing(account_id, None, query, page_size, token)
            found = await self._run(call, timeout)
            return found.invoices, found.next_page_token

        return walk(page)


async def walk(
    page: Callable[[str], Awaitable[tuple[Iterable[_T], str]]],
) -> AsyncIterator[_T]:
    """The things of all pages; a page may be empty and not be the last."""
    token = ""
    while True:
        things, token = await page(token)
        for thing in things:
            yield thing
        if not token:
            return
