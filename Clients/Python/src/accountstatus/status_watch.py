"""The part of the blocking client that is told of changes."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from types import TracebackType

from . import frames
from .connection import Connection, ConnectionBroken, Deadline
from .errors import AccountStatusError, DeadlineExceeded
from .types import WatchCompacted
from .watch_position import SILENCE, WATCH_STATUSES, WatchEvent, WatchPosition, ended, silent


class StatusWatch(Iterator[WatchEvent]):
    """A stream of changes that outlives its connections: iterate over it, without an end.

    Whoever takes every event has, in the end, the latest status of every account watched, never
    goes back to an older one, and is told nothing twice. When the connection breaks or the server
    restarts it says so once, connects again with jittered back-off, and goes on behind what was
    told last. It has a connection of its own, which a forked child makes anew. Of one thread at a
    time; close it, or use it in a ``with`` statement.
    """

    def __init__(self, path: str, account_ids: Iterable[str], from_token: bytes | None) -> None:
        self._path = path
        self._position = WatchPosition(account_ids, from_token)
        self._connection: Connection | None = None
        self._process = os.getpid()
        self._stream = 0
        self._heard_at = 0.0

    @property
    def token(self) -> bytes:
        """Goes on behind the last event, in another watch of the same accounts: keep it with what
        was made of the events. Empty within a snapshot, and before anything was told.
        """
        return self._position.token

    def __next__(self) -> WatchEvent:
        while True:
            event = self.next()
            if event is not None:
                return event

    def next(self, timeout: float | None = None) -> WatchEvent | None:
        """The next event; ``None``: there was none for so long.

        What passes is told as ``WatchDisconnected``. What does not pass by itself is raised, as a
        missing right or malformed ids; a later call tries again.
        """
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            try:
                return self._receive(self._opened(end), end)
            except _Rest:
                return None
            except (ConnectionBroken, AccountStatusError) as error:
                self._disconnect()
                event = self._position.failed(error)
                if event is not None:
                    return event

    def close(self) -> None:
        """Closes the connection: the server stops telling."""
        self._disconnect()

    def __enter__(self) -> StatusWatch:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _opened(self, end: float | None) -> Connection:
        if self._process != os.getpid():
            # The parent goes on reading its stream.
            self._disconnect()
            self._process = os.getpid()
        if self._connection is None:
            self._rest_until(self._position.not_before, end)
            patience = SILENCE if end is None else max(0.001, end - time.monotonic())
            connection = Connection(self._path, Deadline(min(patience, SILENCE)))
            self._connection = connection
            self._stream = connection.open(
                WATCH_STATUSES.prefix, self._position.request(), Deadline(None), 0
            )
            self._heard_at = time.monotonic()
        return self._connection

    def _rest_until(self, instant: float, end: float | None) -> None:
        now = time.monotonic()
        until = instant if end is None else min(instant, end)
        if until > now:
            time.sleep(until - now)
        if until < instant:
            raise _Rest

    def _receive(self, connection: Connection, end: float | None) -> WatchEvent:
        while True:
            now, deadline = time.monotonic(), Deadline(None)
            silence = self._heard_at + SILENCE
            # What is there already is taken even where there is no time to wait.
            deadline.at = silence if end is None else min(silence, max(end, now + 0.001))
            try:
                frame = connection.receive(deadline)
            except DeadlineExceeded:
                if deadline.at == silence:
                    raise silent() from None
                raise _Rest from None
            self._heard_at = time.monotonic()
            if frame.stream != self._stream or frame.kind not in (frames.RESPONSE, frames.DATA):
                continue
            payload, is_over = frames.message(frame)
            if is_over:
                raise ended()
            event = None if payload is None else self._position.told(payload)
            if isinstance(event, WatchCompacted):
                self._disconnect()
            if event is not None:
                return event

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _Rest(Exception):
    """The time is up, and nothing came."""


class WatchClient:
    """Tells of changes."""

    socket: str
    """Path of the server's socket."""

    def watch(
        self, account_ids: Iterable[str] = (), *, from_token: bytes | None = None
    ) -> StatusWatch:
        """Changes of those accounts, at most 1 000, registered or not; without any: of all.

            with client.watch() as watch:
                for event in watch:
                    if isinstance(event, StatusChange):
                        print(event.account_id, event.previous, event.current)

        First a snapshot: ``WatchSnapshotBegin``, an ``AccountStatus`` for each account that is
        registered, ``WatchSnapshotEnd``. Then each ``StatusChange``, and at least once a second
        ``WatchProgress``. ``WatchDisconnected`` and then ``WatchResumed`` tell of a break;
        ``WatchCompacted`` and another snapshot, of changes that the server no longer has.

        - from_token: of the last event that was dealt with, of a watch of the same accounts: goes
          on behind it, without a snapshot.
        """
        return StatusWatch(self.socket, account_ids, from_token)
