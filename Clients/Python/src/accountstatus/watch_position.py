"""Where a watch of statuses is in what it is told. No I/O, so that both clients watch alike."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Union

from . import calls, contract
from .errors import AccountStatusError, InvalidArgument, MalformedReply, NoAnswer, Unavailable
from .types import (
    AccountStatus,
    StatusChange,
    StatusEvent,
    WatchCompacted,
    WatchProgress,
    WatchResumed,
    WatchSnapshotBegin,
    WatchSnapshotEnd,
)

SILENCE = 10.0
"""Seconds after which a server that says nothing may be stopped, and another in its place: one
that runs makes progress every second.
"""

WATCH_STATUSES = calls.Method(
    "accountstatus.v1.StatusService",
    "WatchStatuses",
    "accountstatus.v1.WatchStatusesRequest",
    "accountstatus.v1.WatchStatusesResponse",
)

_FIRST_BACK_OFF, _LAST_BACK_OFF = 0.005, 1.0


@dataclass(frozen=True)
class WatchDisconnected:
    """The server cannot be reached, or has ended the stream. Told once; ``WatchResumed`` or
    ``WatchSnapshotBegin`` follows when it can be reached again.
    """

    error: AccountStatusError
    """Why."""


WatchEvent = Union[
    WatchResumed,
    WatchSnapshotBegin,
    AccountStatus,
    WatchSnapshotEnd,
    StatusChange,
    WatchProgress,
    WatchCompacted,
    WatchDisconnected,
]
"""What a watch tells: an ``AccountStatus`` is one of a snapshot's."""


class WatchPosition:
    """What was told so far: how to go on behind it, and when to try again."""

    def __init__(self, account_ids: Iterable[str], from_token: bytes | None) -> None:
        if isinstance(account_ids, str):
            raise TypeError("account_ids are several: pass a list")
        self._ids = list(account_ids)
        self.token = from_token or b""
        """Goes on behind the last event; empty within a snapshot, and before anything was told."""
        self._in_snapshot = False
        self._is_down = False
        self._failures = 0
        self.not_before = 0.0
        """When to connect again, on the monotonic clock."""
        # What is malformed is the caller's mistake, now and not later.
        self.request()

    def request(self) -> bytes:
        """The request of the next connection."""
        self._in_snapshot = False
        try:
            request = contract.fill(
                WATCH_STATUSES.request(), account_ids=self._ids, from_token=self.token
            )
        except (ValueError, UnicodeError) as error:
            raise InvalidArgument(str(error)) from None
        payload: bytes = request.SerializeToString()
        return payload

    def told(self, payload: bytes) -> WatchEvent | None:
        """Takes in a message. ``None``: this version of the library has no word for it. Behind
        ``WatchCompacted`` the stream is over, and another one begins anew.

        ``MalformedReply``: it does not decode.
        """
        message: StatusEvent = contract.value(WATCH_STATUSES.decode(payload))
        event = message.event
        if event is None:
            return None
        self._is_down = False
        if isinstance(event, (WatchSnapshotBegin, WatchCompacted)):
            self._in_snapshot = isinstance(event, WatchSnapshotBegin)
            self.token = b""
            if isinstance(event, WatchCompacted):
                self._rest(0)
        elif isinstance(event, (WatchSnapshotEnd, StatusChange, WatchProgress)):
            if isinstance(event, WatchSnapshotEnd):
                self._in_snapshot = False
            if event.token and not self._in_snapshot:
                self.token = event.token
                # Only a stream that gets somewhere is one to go back to at once.
                self._failures = 0
        return event

    def failed(self, error: Exception) -> WatchDisconnected | None:
        """Takes in that the stream is over, or could not be opened, and says when to try again.

        ``None``: that was told before. Raises what does not pass by itself.
        """
        failure = error if isinstance(error, AccountStatusError) else Unavailable(str(error))
        self._rest(failure.retry_delay or 0)
        if not isinstance(failure, NoAnswer):
            raise failure
        if self._is_down:
            return None
        self._is_down = True
        return WatchDisconnected(failure)

    def _rest(self, at_least: float) -> None:
        """Says when to connect again."""
        longest = min(_FIRST_BACK_OFF * 2 ** min(self._failures, 8), _LAST_BACK_OFF)
        self._failures += 1
        pause = max(longest * random.uniform(0.5, 1), at_least)
        self.not_before = time.monotonic() + pause


def ended() -> Unavailable:
    """What a watch without an end ended with."""
    return Unavailable("the server ended the watch")


def silent() -> Unavailable:
    """What a watch ends with that is told nothing."""
    return Unavailable(f"the server has been silent for {SILENCE:g} s")


def stranger(what: str) -> MalformedReply:
    """What came is no ttrpc."""
    return MalformedReply(f"what came back for WatchStatuses is no ttrpc stream: {what}")
