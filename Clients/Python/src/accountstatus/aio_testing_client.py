"""The part of the asyncio client that only tests need: the clock, and faults on purpose."""

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
    async def _run(self, call: Call[_T], timeout: float | None) -> _T:
        """Makes a call."""

    async def set_clock(self, now: InstantLike, *, timeout: float | None = None) -> Instant:
        """Sets a test server's clock; returns when all that was due by then is published."""
        return await self._run(calls.set_clock(now), timeout)

    async def advance_clock(self, by: DurationLike, *, timeout: float | None = None) -> Instant:
        """Moves a test server's clock forward, as :meth:`set_clock` does."""
        return await self._run(calls.advance_clock(by), timeout)

    async def inject_fault(
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
        """Makes a test server do something wrong on purpose, as the blocking client does."""
        call = calls.inject_fault(method, count, delay, error, drop_connection, stop_heartbeat)
        await self._run(call, timeout)

    async def clear_faults(self, *, timeout: float | None = None) -> int:
        """Ends all faults of a test server; returns how many calls they struck."""
        return await self._run(calls.clear_faults(), timeout)
