"""A server that a test plays: it answers what it is told to, right or wrong."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading

from accountstatus import frames


def response(stream, payload):
    body = frames._field(2, payload) if payload else b"\x0a\x00"
    return frames.HEADER.pack(len(body), stream, frames.RESPONSE, 0) + body


def failure(stream, code, message=b"", details=()):
    status = b"\x08" + frames.varint(code) + (frames._field(2, message) if message else b"")
    for type_url, content in details:
        status += frames._field(3, frames._field(1, type_url) + frames._field(2, content))
    body = frames._field(1, status)
    return frames.HEADER.pack(len(body), stream, frames.RESPONSE, 0) + body


def data(stream, payload, flags=0):
    return frames.HEADER.pack(len(payload), stream, frames.DATA, flags) + payload


class FakeServer:
    """Accepts connections, each with the next of some scripts: functions of a connection."""

    def __init__(self, path, *scripts):
        self.path = str(path)
        self.connections = 0
        self.failures = []
        self._scripts = itertools.chain(scripts[:-1], itertools.repeat(scripts[-1]))
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self.path)
        self._listener.listen(64)
        self._threads = []
        self._peers = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def _accept(self):
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._peers.append(peer)
            thread = threading.Thread(
                target=self._serve, args=(peer, next(self._scripts)), daemon=True
            )
            thread.start()
            self._threads.append(thread)

    def _serve(self, peer, script):
        with peer:
            peer.settimeout(10)
            try:
                script(Peer(peer))
            except ConnectionError:
                pass
            except Exception as error:
                self.failures.append(error)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for peer in self._peers:
            with contextlib.suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        assert not self.failures


class Peer:
    """One accepted connection."""

    def __init__(self, connection):
        self.socket = connection
        self._decoder = frames.FrameDecoder()

    def receive(self):
        """The next frame; None: the client closed."""
        while True:
            frame = self._decoder.next_frame()
            if frame is not None:
                return frame
            piece = self.socket.recv(65536)
            if not piece:
                return None
            self._decoder.received(piece)

    def request(self):
        """The next request, as stream, method, payload and timeout."""
        frame = self.receive()
        if frame is None:
            return None
        fields = {number: value for number, _, value in frames._fields(frame.payload)}
        method = f"{fields[1].decode()}/{fields[2].decode()}"
        return frame.stream, method, fields.get(3, b""), fields.get(4)

    def send(self, *pieces):
        for piece in pieces:
            self.socket.sendall(piece)

    def wait_until_closed(self):
        while self.receive() is not None:
            pass


def answering(answer):
    """A script that answers every request with bytes made of its stream and payload."""

    def script(peer):
        while (request := peer.request()) is not None:
            stream, method, payload, _ = request
            peer.send(answer(stream, method, payload))

    return script
