"""The part of the asyncio client that is told of changes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from types import TracebackType

from . import frames
from .connection import ConnectionBroken
from .errors import AccountStatusError, PermissionDenied, Unavailable
from .types import WatchCompacted
from .watch_position import (
    SILENCE,
    WATCH_STATUSES,
    WatchEvent,
    WatchPosition,
    ended,
    silent,
    stranger,
)

_READ_SIZE = 64 << 10


class StatusWatch(AsyncIterator[WatchEvent]):
    """A stream of changes that outlives its connections, as :class:`accountstatus.StatusWatch`:
    iterate over it with ``async for``, of one task at a time.

    A task that takes its events slowly slows down its own stream only: what has not been taken is
    left to the server.
    """

    def __init__(self, path: str, account_ids: Iterable[str], from_token: bytes | None) -> None:
        self._path = path
        self._position = WatchPosition(account_ids, from_token)
        self._decoder = frames.FrameDecoder()
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._heard_at = 0.0

    @property
    def token(self) -> bytes:
        """As :attr:`accountstatus.StatusWatch.token`."""
        return self._position.token

    async def __anext__(self) -> WatchEvent:
        while True:
            event = await self.next()
            if event is not None:
                return event

    async def next(self, timeout: float | None = None) -> WatchEvent | None:
        """The next event; ``None``: there was none for so long. A call that is cancelled loses
        nothing.
        """
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            try:
                return await self._receive(await self._opened(end), end)
            except _Rest:
                return None
            except (ConnectionBroken, AccountStatusError) as error:
                self.close()
                event = self._position.failed(error)
                if event is not None:
                    return event

    def close(self) -> None:
        """Closes the connection: the server stops telling."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None

    async def __aenter__(self) -> StatusWatch:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    async def _opened(self, end: float | None) -> asyncio.StreamReader:
        if self._reader is None:
            await _rest_until(self._position.not_before, end)
            request = frames.request(1, WATCH_STATUSES.prefix, self._position.request(), None, 0)
            reader, writer = await _connect(self._path)
            writer.write(request)
            self._decoder = frames.FrameDecoder()
            self._reader, self._writer = reader, writer
            self._heard_at = time.monotonic()
        return self._reader

    async def _receive(self, reader: asyncio.StreamReader, end: float | None) -> WatchEvent:
        while True:
            frame = await self._next_frame(reader, end)
            if frame.stream != 1 or frame.kind not in (frames.RESPONSE, frames.DATA):
                continue
            payload, is_over = frames.message(frame)
            if is_over:
                raise ended()
            event = None if payload is None else self._position.told(payload)
            if isinstance(event, WatchCompacted):
                self.close()
            if event is not None:
                return event

    async def _next_frame(self, reader: asyncio.StreamReader, end: float | None) -> frames.Frame:
        try:
            while (frame := self._decoder.next_frame()) is None:
                self._decoder.received(await self._read(reader, end))
        except frames.ProtocolError as error:
            raise stranger(str(error)) from None
        return frame

    async def _read(self, reader: asyncio.StreamReader, end: float | None) -> bytes:
        silence = self._heard_at + SILENCE
        until = silence if end is None else min(silence, end)
        try:
            # What is there already is taken even where there is no time to wait.
            left = max(0.001, until - time.monotonic())
            data = await asyncio.wait_for(reader.read(_READ_SIZE), left)
        except asyncio.TimeoutError:
            if until == end:
                raise _Rest from None
            raise silent() from None
        except OSError as error:
            raise ConnectionBroken(error.strerror or str(error)) from None
        if not data:
            raise ConnectionBroken("the server closed the connection")
        self._heard_at = time.monotonic()
        return data


class _Rest(Exception):
    """The time is up, and nothing came."""


async def _rest_until(instant: float, end: float | None) -> None:
    now = time.monotonic()
    until = instant if end is None else min(instant, end)
    if until > now:
        await asyncio.sleep(until - now)
    if until < instant:
        raise _Rest


async def _connect(path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        return await asyncio.open_unix_connection(path, limit=_READ_SIZE)
    except PermissionError as error:
        raise PermissionDenied(f"{path}: {error.strerror}") from None
    except OSError as error:
        what = error.strerror or str(error)
        raise Unavailable(f"no server at {path}: {what}") from None


class WatchClient:
    """Tells of changes."""

    socket: str
    """Path of the server's socket."""

    def watch(
        self, account_ids: Iterable[str] = (), *, from_token: bytes | None = None
    ) -> StatusWatch:
        """As :meth:`accountstatus.Client.watch`, to be iterated with ``async for``."""
        return StatusWatch(self.socket, account_ids, from_token)
