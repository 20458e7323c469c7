"""The part of the blocking client that only tests need: the clock, and faults on purpose."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TypeVar

from . import calls
from .calls import Call
from .errors import AccountStatusError
from .values import DurationLike, Instant, InstantLike

_T = TypeVar("_T")


class TestingClient(ABC):
    """Moves a test server's clock, and makes it do wrong."""

    @abstractmethod
    def _run(self, call: Call[_T], timeout: float | None) -> _T:
        """Makes a call."""

    def set_clock(self, now: InstantLike, *, timeout: float | None = None) -> Instant:
        """Sets a test server's clock; returns when all that was due by then is published."""
        return self._run(calls.set_clock(now), timeout)

    def advance_clock(self, by: DurationLike, *, timeout: float | None = None) -> Instant:
        """Moves a test server's clock forward, as :meth:`set_clock` does."""
        return self._run(calls.advance_clock(by), timeout)

    def inject_fault(
        self,
        method: str = "",
        *,
        count: int | None = None,
        delay: DurationLike | None = None,
        error: int | type[AccountStatusError] | None = None,
        drop_connection: bool = False,
        stop_heartbeat: bool = False,
        timeout: float | None = None,
    ) -> None:
        """Makes a test server do something wrong on purpose.

        A call is struck by the first fault that is for it, in the order in which they were
        injected, and that is not used up. Calls to the clock and to faults are never struck. What
        reads the status table makes no call: ``stop_heartbeat`` is what makes it ask.

        ``method``: ``package.Service/Method``, ``package.Service``, or empty for every method.
        ``count``: how many calls; ``None``: all, until :meth:`clear_faults`. ``delay``: how long
        each waits first. ``error``: what it is answered with, a gRPC code or one of the exceptions
        here. ``drop_connection``: its connection is closed instead. ``stop_heartbeat``: the table
        shows no sign of life.
        """
        call = calls.inject_fault(method, count, delay, error, drop_connection, stop_heartbeat)
        self._run(call, timeout)

    def clear_faults(self, *, timeout: float | None = None) -> int:
        """Ends all faults of a test server; returns how many calls they struck."""
        return self._run(calls.clear_faults(), timeout)
