"""A bulk import over connections of its own."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Iterable, Iterator
from itertools import islice

from . import calls, frames
from .connection import Connection, ConnectionBroken, Deadline
from .errors import DeadlineExceeded, MalformedReply, NoAnswer, Unavailable
from .import_window import ImportedChunk, ImportWindow
from .types import Fact

FIRST_BACK_OFF, LAST_BACK_OFF = 0.05, 1.0


def silent(path: str, patience: float) -> Unavailable:
    """What an import ends with that was not answered for so long."""
    return Unavailable(f"{path}: no answer for {patience:g} s")


class FactImport:
    """An import on its way. It outlives its connection."""

    def __init__(self, path: str, patience: float, facts: Iterable[Fact]) -> None:
        self._path = path
        self._patience = patience
        self._facts = iter(facts)
        self._window = ImportWindow()
        self._connection: Connection | None = None
        self._stream = 0
        self._has_connected = False
        self._pause = FIRST_BACK_OFF

    def run(self) -> Iterator[ImportedChunk]:
        """Sends facts, and yields answers in order."""
        try:
            while not self._window.is_done():
                chunk = self._next(Deadline(self._patience))
                if chunk is None:
                    break
                yield chunk
            self._finish()
        finally:
            self._close()

    def _next(self, deadline: Deadline) -> ImportedChunk | None:
        """The next answer; ``None``: there was nothing to send."""
        while True:
            try:
                payloads = self._payloads()
                if self._window.is_done():
                    return None
                connection = self._open(deadline)
                # What was answered before a break is still to be received, and the break behind it.
                with contextlib.suppress(ConnectionBroken):
                    for payload in payloads:
                        connection.send(frames.data(self._stream, payload), deadline)
                chunk = self._receive(connection, deadline)
                self._pause = FIRST_BACK_OFF
                return chunk
            except (ConnectionBroken, Unavailable) as error:
                self._recover(error, deadline)
            except DeadlineExceeded:
                raise silent(self._path, self._patience) from None

    def _payloads(self) -> list[bytes]:
        """The chunks that there is room for, cut from facts that are taken for them."""
        payloads = self._window.unsent()
        while wanted := self._window.wants():
            self._window.take(list(islice(self._facts, wanted)))
            payloads += self._window.unsent()
        return payloads

    def _open(self, deadline: Deadline) -> Connection:
        if self._connection is None:
            connection = Connection(self._path, deadline)
            self._connection = connection
            prefix = calls.IMPORT_FACTS.prefix
            # The time-out of a stream is that of the whole of it: this one has none.
            flags = frames.REMOTE_OPEN | frames.NO_DATA
            self._stream = connection.open(prefix, b"", Deadline(None), flags)
            self._has_connected = True
        return self._connection

    def _receive(self, connection: Connection, deadline: Deadline) -> ImportedChunk:
        while True:
            frame = connection.receive(deadline)
            if frame.stream != self._stream:
                continue
            payload, is_over = frames.message(frame)
            if payload is not None:
                return self._window.answered(payload)
            if is_over:
                raise MalformedReply("the import ended with chunks unanswered")

    def _recover(self, error: Exception, deadline: Deadline) -> None:
        """Pauses before another connection; raises when that is no use or has lasted too long."""
        self._close()
        self._window.broke()
        failure = error
        if isinstance(error, ConnectionBroken):
            failure = Unavailable(f"{self._path}: {error}")
        # A server that was never there is no broken connection.
        if not self._has_connected:
            raise failure from None
        pause = self._pause * random.uniform(0.5, 1)
        self._pause = min(2 * self._pause, LAST_BACK_OFF)
        if isinstance(failure, Unavailable) and failure.retry_delay:
            pause = max(pause, failure.retry_delay)
        if deadline.at is not None and time.monotonic() + pause >= deadline.at:
            raise failure from None
        time.sleep(pause)

    def _finish(self) -> None:
        """Says that no more comes. All is stored: how the stream ends changes nothing."""
        if self._connection is not None:
            try:
                self._connection.send(frames.half_close(self._stream), Deadline(1.0))
            except (ConnectionBroken, NoAnswer):
                return

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
