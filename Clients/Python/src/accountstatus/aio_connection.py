"""A connection of the asyncio client: calls side by side, one task that reads for all."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Iterable
from typing import TypeVar

from . import calls, frames
from .connection import ConnectionBroken, Deadline
from .errors import (
    AccountStatusError,
    DeadlineExceeded,
    MalformedReply,
    NoAnswer,
    PermissionDenied,
    Unavailable,
)
from .fact_import import FIRST_BACK_OFF, LAST_BACK_OFF, silent
from .import_window import ImportedChunk, ImportWindow
from .types import Fact

_T = TypeVar("_T")
_READ_SIZE = 256 << 10
# Half of what the server takes on one connection.
_CALLS_IN_FLIGHT = 512


async def within(awaitable: Awaitable[_T], deadline: Deadline) -> _T:
    """Waits, but not for longer than there is time."""
    try:
        left = deadline.left()
    except DeadlineExceeded:
        if asyncio.iscoroutine(awaitable):
            awaitable.close()
        raise
    try:
        return await asyncio.wait_for(awaitable, left)
    except asyncio.TimeoutError:
        raise DeadlineExceeded("no answer in time") from None


class _Mailbox:
    """What came for one stream; one task takes it out."""

    def __init__(self) -> None:
        self._content: deque[frames.Frame | Exception] = deque()
        self._waiter: asyncio.Future[None] | None = None

    def put(self, content: frames.Frame | Exception) -> None:
        """Adds, and wakes who waits."""
        self._content.append(content)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def get(self, deadline: Deadline) -> frames.Frame:
        """The oldest; raises the failure that ended the stream."""
        while not self._content:
            await self._wait(deadline.left())
        content = self._content.popleft()
        if isinstance(content, Exception):
            raise content
        return content

    async def _wait(self, timeout: float | None) -> None:
        # As wait_for does, without the task that it makes for each call before Python 3.12.
        loop = asyncio.get_running_loop()
        self._waiter = loop.create_future()
        alarm = None if timeout is None else loop.call_later(timeout, _wake, self._waiter)
        try:
            await self._waiter
        finally:
            self._waiter = None
            if alarm is not None:
                alarm.cancel()


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


class Connection:
    """A connection. What comes for a call that was given up is dropped."""

    def __init__(
        self, path: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._path = path
        self._reader = reader
        self._writer = writer
        self._next_stream = 1
        self._waiting: dict[int, _Mailbox] = {}
        self._places = asyncio.Semaphore(_CALLS_IN_FLIGHT)
        self._draining = asyncio.Lock()
        self._failure: Exception | None = None
        self._task = asyncio.ensure_future(self._read())

    @classmethod
    async def open(cls, path: str, deadline: Deadline) -> Connection:
        """Connects."""
        while True:
            try:
                return cls(path, *await within(asyncio.open_unix_connection(path), deadline))
            except BlockingIOError:
                # The server's queue is full, which a Unix socket has no event for.
                await within(asyncio.sleep(0.001), deadline)
            except PermissionError as error:
                raise PermissionDenied(f"{path}: {error.strerror}") from None
            except DeadlineExceeded:
                raise
            except OSError as error:
                what = error.strerror or str(error)
                raise Unavailable(f"no server at {path}: {what}") from None

    def is_usable(self) -> bool:
        """Whether another call can be made on it."""
        return self._failure is None and self._next_stream < frames.LAST_STREAM - 2

    async def close(self) -> None:
        """Closes it; the server gives up what runs on it, and so do those who wait."""
        self._fail(ConnectionBroken("the connection was closed"))
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def call(self, prefix: bytes, payload: bytes, deadline: Deadline) -> bytes:
        """A unary call."""
        if self._places.locked():
            await within(self._places.acquire(), deadline)
        else:
            await self._places.acquire()
        try:
            stream = await self.begin(prefix, payload, deadline, 0)
            try:
                return frames.reply(await self.receive(stream, deadline))
            finally:
                del self._waiting[stream]
        finally:
            self._places.release()

    async def begin(self, prefix: bytes, payload: bytes, deadline: Deadline, flags: int) -> int:
        """Sends a request; returns its stream's id, for ``receive``."""
        stream = self._next_stream
        frame = frames.request(stream, prefix, payload, deadline.left(), flags)
        self._next_stream = stream + 2
        self._waiting[stream] = _Mailbox()
        try:
            await self.send(frame, deadline)
        except BaseException:
            del self._waiting[stream]
            raise
        return stream

    async def send(self, data: bytes, deadline: Deadline) -> None:
        """Sends, and waits while much is unsent."""
        if self._failure is not None:
            raise self._failure
        self._writer.write(data)
        if self._writer.transport.get_write_buffer_size() > 0:
            try:
                async with self._draining:
                    await within(self._writer.drain(), deadline)
            except OSError as error:
                raise ConnectionBroken(error.strerror or str(error)) from None

    async def receive(self, stream: int, deadline: Deadline) -> frames.Frame:
        """The next frame of a stream."""
        return await self._waiting[stream].get(deadline)

    async def _read(self) -> None:
        decoder = frames.FrameDecoder()
        try:
            while True:
                data = await self._reader.read(_READ_SIZE)
                if not data:
                    raise ConnectionBroken("the server closed the connection")
                decoder.received(data)
                while True:
                    frame = decoder.next_frame()
                    if frame is None:
                        break
                    mailbox = self._waiting.get(frame.stream)
                    if mailbox is not None and frame.kind in (frames.RESPONSE, frames.DATA):
                        mailbox.put(frame)
        except ConnectionBroken as error:
            self._fail(error)
        except OSError as error:
            self._fail(ConnectionBroken(error.strerror or str(error)))
        except frames.ProtocolError as error:
            self._fail(MalformedReply(f"{self._path} does not speak ttrpc: {error}"))

    def _fail(self, failure: Exception) -> None:
        """Ends every call that waits."""
        if self._failure is None:
            self._failure = failure
            for mailbox in self._waiting.values():
                mailbox.put(failure)
            self._writer.close()


class FactImport:
    """A bulk import on its way. It outlives its connection."""

    def __init__(
        self, path: str, patience: float, facts: Iterable[Fact] | AsyncIterable[Fact]
    ) -> None:
        self._path = path
        self._patience = patience
        self._facts = _one_by_one(facts)
        self._window = ImportWindow()
        self._payloads: list[bytes] = []
        self._connection: Connection | None = None
        self._stream = 0
        self._has_connected = False
        self._pause = FIRST_BACK_OFF

    async def run(self) -> AsyncIterator[ImportedChunk]:
        """Sends facts, and yields answers in order."""
        try:
            while True:
                await self._fill()
                if self._window.is_done():
                    break
                yield await self._next(Deadline(self._patience))
            if self._connection is not None:
                await self._finish(self._connection)
        finally:
            await self._close()

    async def _fill(self) -> None:
        """Takes the facts that there is room for."""
        while wanted := self._window.wants():
            taken: list[Fact] = []
            async for fact in self._facts:
                taken.append(fact)
                if len(taken) == wanted:
                    break
            self._window.take(taken)
            self._payloads += self._window.unsent()

    async def _next(self, deadline: Deadline) -> ImportedChunk:
        while True:
            try:
                await self._send(deadline)
                chunk = await self._receive(deadline)
                self._pause = FIRST_BACK_OFF
                return chunk
            except (ConnectionBroken, Unavailable) as error:
                await self._recover(error, deadline)
            except DeadlineExceeded:
                raise silent(self._path, self._patience) from None

    async def _send(self, deadline: Deadline) -> None:
        if self._connection is None:
            self._connection = await Connection.open(self._path, deadline)
            # The time-out of a stream is that of the whole of it: this one has none.
            flags = frames.REMOTE_OPEN | frames.NO_DATA
            prefix = calls.IMPORT_FACTS.prefix
            self._stream = await self._connection.begin(prefix, b"", Deadline(None), flags)
            self._has_connected = True
        payloads, self._payloads = self._payloads, []
        # What was answered before a break is still to be received, and the break behind it.
        with contextlib.suppress(ConnectionBroken):
            for payload in payloads:
                await self._connection.send(frames.data(self._stream, payload), deadline)

    async def _receive(self, deadline: Deadline) -> ImportedChunk:
        if self._connection is None:
            raise ConnectionBroken("not connected")
        while True:
            frame = await self._connection.receive(self._stream, deadline)
            payload, is_over = frames.message(frame)
            if payload is not None:
                return self._window.answered(payload)
            if is_over:
                raise MalformedReply("the import ended with chunks unanswered")

    async def _recover(self, error: Exception, deadline: Deadline) -> None:
        """Pauses before another connection; raises when that is no use or has lasted too long."""
        await self._close()
        self._window.broke()
        self._payloads = self._window.unsent()
        failure: AccountStatusError = (
            error
            if isinstance(error, AccountStatusError)
            else Unavailable(f"{self._path}: {error}")
        )
        # A server that was never there is no broken connection.
        if not self._has_connected:
            raise failure from None
        pause = max(self._pause * random.uniform(0.5, 1), failure.retry_delay or 0)
        self._pause = min(2 * self._pause, LAST_BACK_OFF)
        if deadline.at is not None and time.monotonic() + pause >= deadline.at:
            raise failure from None
        await asyncio.sleep(pause)

    async def _finish(self, connection: Connection) -> None:
        """Says that no more comes. All is stored: how the stream ends changes nothing."""
        try:
            await connection.send(frames.half_close(self._stream), Deadline(1.0))
        except (ConnectionBroken, NoAnswer):
            return

    async def _close(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await connection.close()


async def _one_by_one(facts: Iterable[Fact] | AsyncIterable[Fact]) -> AsyncIterator[Fact]:
    if isinstance(facts, AsyncIterable):
        async for fact in facts:
            yield fact
    else:
        for fact in facts:
            yield fact
