"""The part of the blocking client that is about the facts behind the statuses."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from . import calls
from .calls import Call, Query
from .fact_import import FactImport
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
    def _run(self, call: Call[_T], timeout: float | None) -> _T:
        """Makes a call."""

    def _pages(
        self, call: Callable[[str], Call[tuple[tuple[_T, ...], str]]], timeout: float | None
    ) -> Iterator[_T]:
        return walk(lambda token: self._run(call(token), timeout))

    def report(
        self, facts: Fact | Iterable[Fact], *, each: bool = False, timeout: float | None = None
    ) -> Report:
        """Reports 1 to 1 000 facts, judged in that order; they are durable when it returns.

        A fact that is refused refuses all: the error is the first one's, and its ``refusals`` name
        every one. With ``each``, every fact is judged by itself and has its result. After
        ``DeadlineExceeded`` or ``Unavailable``, report them again, unchanged: a fact counts once.
        """
        given = [facts] if isinstance(facts, Fact) else facts
        return self._run(calls.report(given, each), timeout)

    def import_facts(self, facts: Iterable[Fact]) -> Iterator[ImportedChunk]:
        """Loads any number of facts, and yields what became of each chunk after its commit.

        Facts are taken as they are sent; at most eight chunks are unanswered. When the server
        restarts or falls silent it goes on behind the last answer, for the client's
        ``import_patience``. What was stored counts once: a failed import is simply run again.
        """
        return FactImport(self.socket, self._import_patience, facts).run()

    def facts(
        self,
        account_id: str,
        *,
        at_least: bytes | None = None,
        page_size: int | None = None,
        timeout: float | None = None,
    ) -> Iterator[Fact]:
        """The facts about an account, in the order in which they were stored."""
        return self._pages(
            lambda token: calls.list_facts(account_id, at_least, page_size, token), timeout
        )

    def history(
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
        return self._run(calls.history(account_id, query, None, ""), timeout)

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
    ) -> Iterator[Correction]:
        """What was learned too late about an account, newest first."""
        query = Query(as_of, known_at, policy_edition, at_least)

        def page(token: str) -> tuple[Iterable[Correction], str]:
            found = self._run(calls.history(account_id, query, page_size, token), timeout)
            return found.corrections, found.next_page_token

        return walk(page)

    def billing(
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
        return self._run(calls.billing(account_id, months, query, None, ""), timeout)

    def invoices(
        self,
        account_id: str,
        *,
        as_of: InstantLike | None = None,
        known_at: InstantLike | None = None,
        at_least: bytes | None = None,
        page_size: int | None = None,
        timeout: float | None = None,
    ) -> Iterator[BillingInvoice]:
        """The invoices of an account, open ones first, by due date."""
        query = Query(as_of, known_at, None, at_least)

        def page(token: str) -> tuple[Iterable[BillingInvoice], str]:
            found = self._run(calls.billing(account_id, None, query, page_size, token), timeout)
            return found.invoices, found.next_page_token

        return walk(page)


def walk(page: Callable[[str], tuple[Iterable[_T], str]]) -> Iterator[_T]:
    """The things of all pages; a page may be empty and not be the last."""
    token = ""
    while True:
        things, token = page(token)
        yield from things
        if not token:
            return
