"""A blocking connection to the server, and the set of them that a client keeps.

A connection carries one call at a time and belongs to the thread that makes it: no thread reads
for another, which in Python costs more than the call. A call that is given up closes its
connection, which is how the server learns of it.
"""

from __future__ import annotations

import os
import select
import socket
import threading
import time

from . import frames
from .errors import DeadlineExceeded, MalformedReply, PermissionDenied, Unavailable

_READ_SIZE = 256 << 10


class ConnectionBroken(Exception):
    """The connection is gone, or the server is: on a fresh one the call may work."""


class Deadline:
    """The end of a call's time, on the monotonic clock."""

    __slots__ = ("at",)

    def __init__(self, timeout: float | None) -> None:
        self.at = None if timeout is None else time.monotonic() + timeout

    def left(self) -> float | None:
        """Seconds until then; ``None``: for ever. ``DeadlineExceeded``: it has passed."""
        if self.at is None:
            return None
        left = self.at - time.monotonic()
        if left <= 0:
            raise DeadlineExceeded("no answer in time")
        return left

    def milliseconds(self) -> int | None:
        """As poll takes it, rounded up."""
        left = self.left()
        return None if left is None else int(left * 1000) + 1


class Connection:
    """One connection. Of one thread at a time."""

    def __init__(self, path: str, deadline: Deadline) -> None:
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._decoder = frames.FrameDecoder()
        self._next_stream = 1
        try:
            self._connect(deadline)
        except BaseException:
            self._socket.close()
            raise
        self._reading = select.poll()
        self._reading.register(self._socket, select.POLLIN)
        self._writing = select.poll()
        self._writing.register(self._socket, select.POLLIN | select.POLLOUT)

    def _connect(self, deadline: Deadline) -> None:
        self._socket.setblocking(False)
        while True:
            try:
                self._socket.connect(self._path)
                return
            except BlockingIOError:
                # The server's queue is full, which a Unix socket has no event for.
                left = deadline.left()
                time.sleep(0.001 if left is None else min(0.001, left))
            except PermissionError as error:
                raise PermissionDenied(f"{self._path}: {error.strerror}") from None
            except OSError as error:
                what = error.strerror or str(error)
                raise Unavailable(f"no server at {self._path}: {what}") from None

    def close(self) -> None:
        """Closes it; the server gives up what runs on it."""
        self._socket.close()

    def is_spent(self) -> bool:
        """Whether its stream ids are used up."""
        return self._next_stream >= frames.LAST_STREAM - 2

    def call(self, prefix: bytes, payload: bytes, deadline: Deadline) -> bytes:
        """A unary call. After any exception but an error that the server answered, close it."""
        stream = self.open(prefix, payload, deadline, 0)
        while True:
            frame = self.receive(deadline)
            if frame.stream == stream and frame.kind in (frames.RESPONSE, frames.DATA):
                return frames.reply(frame)

    def open(self, prefix: bytes, payload: bytes, deadline: Deadline, flags: int) -> int:
        """Sends a request; returns its stream's id."""
        stream = self._next_stream
        self.send(frames.request(stream, prefix, payload, deadline.left(), flags), deadline)
        self._next_stream = stream + 2
        return stream

    def send(self, data: bytes, deadline: Deadline) -> None:
        """Sends all of it, taking in what comes meanwhile: a server that waits for us to read
        would wait for ever otherwise.
        """
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[self._socket.send(rest, socket.MSG_NOSIGNAL) :]
            except BlockingIOError:
                for _, events in self._writing.poll(deadline.milliseconds()):
                    if events & ~select.POLLOUT:
                        self._take_in()
                deadline.left()
            except OSError as error:
                raise ConnectionBroken(error.strerror or str(error)) from None

    def receive(self, deadline: Deadline) -> frames.Frame:
        """The next frame, whatever stream it is for."""
        try:
            while True:
                frame = self._decoder.next_frame()
                if frame is not None:
                    return frame
                if not self._reading.poll(deadline.milliseconds()):
                    deadline.left()
                    continue
                self._take_in()
        except frames.ProtocolError as error:
            raise MalformedReply(f"{self._path} does not speak ttrpc: {error}") from None

    def _take_in(self) -> None:
        try:
            data = self._socket.recv(_READ_SIZE)
        except BlockingIOError:
            return
        except OSError as error:
            raise ConnectionBroken(error.strerror or str(error)) from None
        if not data:
            raise ConnectionBroken("the server closed the connection")
        self._decoder.received(data)

    def is_idle(self) -> bool:
        """Whether nothing has come unasked, the end of the connection included."""
        return self._decoder.is_empty and not self._reading.poll(0)


class ConnectionPool:
    """The connections of a client: idle ones are used again, the newest first.

    Any number of threads may use it. At most ``limit`` calls are on the wire; others wait, within
    their time. A forked child begins with none.
    """

    def __init__(self, path: str, limit: int) -> None:
        self.path = path
        self._limit = limit
        self._is_closed = False
        self._reset()

    def _reset(self) -> None:
        self._process = os.getpid()
        self._idle: list[Connection] = []
        self._places = threading.BoundedSemaphore(self._limit)

    def acquire(self, deadline: Deadline, *, fresh: bool = False) -> Connection:
        """A connection for one call: give it back with ``release`` or ``discard``.

        - fresh: not one that was used before.
        """
        if self._process != os.getpid():
            self._forked()
        if self._is_closed:
            raise Unavailable("the client is closed")
        if not self._places.acquire(blocking=False) and not self._places.acquire(
            timeout=deadline.left()
        ):
            raise DeadlineExceeded("all connections were in use all the time")
        try:
            if fresh:
                self.close_idle()
            try:
                return self._idle.pop()
            except IndexError:
                return Connection(self.path, deadline)
        except BaseException:
            self._places.release()
            raise

    def release(self, connection: Connection) -> None:
        """Gives a connection back that may be used again."""
        if self._is_closed or connection.is_spent():
            connection.close()
        else:
            self._idle.append(connection)
        self._places.release()

    def discard(self, connection: Connection) -> None:
        """Gives a connection back that may not."""
        connection.close()
        self._places.release()

    def close_idle(self) -> None:
        """Closes what nobody uses."""
        while self._idle:
            try:
                self._idle.pop().close()
            except IndexError:
                return

    def close(self) -> None:
        """Closes all; calls that run fail or finish on their own."""
        self._is_closed = True
        self.close_idle()

    def _forked(self) -> None:
        # The parent goes on using its sockets: the child closes its copies, unread.
        inherited = self._idle
        self._reset()
        for connection in inherited:
            connection.close()
