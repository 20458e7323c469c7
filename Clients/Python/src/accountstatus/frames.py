"""ttrpc to the byte, without a socket: proto/PROTOCOL.md says what is meant.

    0               4               8    9    10
    +---------------+---------------+----+----+--------------------- - -
    | 0 |  length   |   stream id   |type|flag| payload, length bytes
    +---------------+---------------+----+----+--------------------- - -

The two envelopes are read and written here rather than by protobuf: they are two fields each, every
call pays for them, and what is wrong in them must be noticed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from .errors import AccountStatusError, MalformedReply, ResourceExhausted, from_status

HEADER = struct.Struct(">IIBB")
HEADER_SIZE = HEADER.size
MAXIMUM_LENGTH = 4 << 20

REQUEST, RESPONSE, DATA = 1, 2, 3
REMOTE_CLOSED, REMOTE_OPEN, NO_DATA = 1, 2, 4
HALF_CLOSE = REMOTE_CLOSED | NO_DATA

LAST_STREAM = (1 << 32) - 1


class ProtocolError(Exception):
    """What came is no ttrpc: nothing more of this connection can be understood."""


class Frame(NamedTuple):
    """A frame as it was received."""

    stream: int
    kind: int
    flags: int
    payload: bytes | None
    """``None``: it was longer than a frame may be, and was thrown away."""


class FrameDecoder:
    """Cuts what arrives, in pieces of any size, into frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        # Of a frame that is too long: its header, and how much of it is still to come.
        self._oversized: Frame | None = None
        self._to_discard = 0

    def received(self, data: bytes) -> None:
        """Takes in bytes. Those of a frame that is too long are not kept."""
        if self._to_discard:
            cut = min(self._to_discard, len(data))
            self._to_discard -= cut
            data = data[cut:]
        self._buffer += data

    def next_frame(self) -> Frame | None:
        """The next whole frame; ``None``: more bytes are needed.

        ``ProtocolError``: the length's reserved byte is set.
        """
        if self._oversized is not None:
            if self._to_discard:
                return None
            frame, self._oversized = self._oversized, None
            return frame
        buffer = self._buffer
        if len(buffer) < HEADER_SIZE:
            return None
        length, stream, kind, flags = HEADER.unpack_from(buffer)
        if length > MAXIMUM_LENGTH:
            if length >> 24:
                raise ProtocolError(f"a frame of {length} bytes")
            return self._discard(length, Frame(stream, kind, flags, None))
        end = HEADER_SIZE + length
        if len(buffer) < end:
            return None
        payload = bytes(buffer[HEADER_SIZE:end])
        del buffer[:end]
        return Frame(stream, kind, flags, payload)

    def _discard(self, length: int, frame: Frame) -> Frame | None:
        here = min(length, len(self._buffer) - HEADER_SIZE)
        del self._buffer[: HEADER_SIZE + here]
        self._to_discard = length - here
        self._oversized = frame
        return self.next_frame()

    @property
    def is_empty(self) -> bool:
        """Whether no part of a frame waits here."""
        return not self._buffer and self._oversized is None


# ----------------------------------------------------------------------------------- varints


def varint(value: int) -> bytes:
    """A number as protobuf writes it; a negative one in ten bytes."""
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _field(number: int, content: bytes) -> bytes:
    return bytes((number << 3 | 2,)) + varint(len(content)) + content


def _read_varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    value = shift = 0
    while at < end and shift < 70:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & ((1 << 64) - 1), at
        shift += 7
    raise MalformedReply("the answer does not decode: a number does not end")


def _fields(data: bytes) -> Iterator[tuple[int, int, int | bytes]]:
    """The fields of a message: number, wire type, content. Groups are refused."""
    at, end = 0, len(data)
    while at < end:
        tag, at = _read_varint(data, at, end)
        number, kind = tag >> 3, tag & 7
        if number == 0:
            raise MalformedReply("the answer does not decode: a field has number 0")
        if kind == 0:
            value, at = _read_varint(data, at, end)
            yield number, kind, value
            continue
        if kind == 2:
            length, at = _read_varint(data, at, end)
        elif kind in (1, 5):
            length = 8 if kind == 1 else 4
        else:
            raise MalformedReply(f"the answer does not decode: wire type {kind}")
        if length > end - at:
            raise MalformedReply("the answer does not decode: a field goes on beyond its end")
        yield number, kind, data[at : at + length]
        at += length


def _bytes(kind: int, value: int | bytes) -> bytes:
    if kind != 2 or not isinstance(value, bytes):
        raise MalformedReply("the answer does not decode: a field has another type")
    return value


def _text(kind: int, value: int | bytes) -> str:
    raw = _bytes(kind, value)
    if 0 in raw:
        raise MalformedReply("the answer does not decode: text with a NUL")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise MalformedReply("the answer does not decode: text is not UTF-8") from None


# ---------------------------------------------------------------------------------- envelopes


def request_prefix(service: str, method: str) -> bytes:
    """The part of a request that is the same for every call of a method."""
    return _field(1, service.encode()) + _field(2, method.encode())


def request(stream: int, prefix: bytes, payload: bytes, timeout: float | None, flags: int) -> bytes:
    """A frame that opens a stream. ``ResourceExhausted``: the message is too long."""
    expiry = b"" if timeout is None else b"\x20" + varint(max(1, int(timeout * 1e9)))
    length = len(payload)
    tag = (
        b"" if length == 0 else bytes((0x1A, length)) if length < 128 else b"\x1a" + varint(length)
    )
    body = b"".join((prefix, tag, payload, expiry))
    if len(body) > MAXIMUM_LENGTH:
        raise ResourceExhausted(f"a request of {len(body)} bytes is more than {MAXIMUM_LENGTH}")
    return HEADER.pack(len(body), stream, REQUEST, flags) + body


def data(stream: int, payload: bytes) -> bytes:
    """A frame with a message of a stream."""
    if len(payload) > MAXIMUM_LENGTH:
        raise ResourceExhausted(f"a message of {len(payload)} bytes is more than {MAXIMUM_LENGTH}")
    return HEADER.pack(len(payload), stream, DATA, 0) + payload


def half_close(stream: int) -> bytes:
    """A frame that says that no more messages come."""
    return HEADER.pack(0, stream, DATA, HALF_CLOSE)


def response(body: bytes) -> bytes:
    """The payload in a Response's envelope; raises the error it holds instead.

    ``MalformedReply``: it does not decode.
    """
    # Nearly every answer is one field 2 to the end.
    if len(body) > 1 and body[0] == 0x12:
        length, at = _read_varint(body, 1, len(body))
        if at + length == len(body):
            return body[at:]
    payload = b""
    error: AccountStatusError | None = None
    for number, kind, value in _fields(body):
        if number == 1:
            error = _status(_bytes(kind, value))
        elif number == 2:
            payload = _bytes(kind, value)
    if error is not None:
        raise error
    return payload


def _status(body: bytes) -> AccountStatusError | None:
    """A google.rpc.Status; ``None``: it says OK."""
    code = 0
    message = ""
    details = []
    for number, kind, value in _fields(body):
        if number == 1:
            if not isinstance(value, int) or kind != 0:
                raise MalformedReply("the answer does not decode: a code that is no number")
            code = value
        elif number == 2:
            message = _text(kind, value)
        elif number == 3:
            details.append(_any(_bytes(kind, value)))
    return None if code == 0 else from_status(code, message, details)


def _any(body: bytes) -> tuple[str, bytes]:
    type_url, payload = "", b""
    for number, kind, value in _fields(body):
        if number == 1:
            type_url = _text(kind, value)
        elif number == 2:
            payload = _bytes(kind, value)
    return type_url, payload


def reply(frame: Frame) -> bytes:
    """What a frame on a unary call's stream answers; raises what it says instead."""
    if frame.payload is None:
        raise ResourceExhausted(f"the answer is longer than {MAXIMUM_LENGTH} bytes; ask for less")
    if frame.kind != RESPONSE:
        raise MalformedReply("a stream's message came in answer to a unary call")
    return response(frame.payload)


def message(frame: Frame) -> tuple[bytes | None, bool]:
    """What a frame on a stream brings: a message or ``None``, and whether the stream is over."""
    if frame.kind == RESPONSE or frame.payload is None:
        payload = reply(frame)
        return (payload or None), True
    content = None if frame.flags & NO_DATA else frame.payload
    if content == b"" and frame.flags & REMOTE_CLOSED:
        content = None
    return content, bool(frame.flags & REMOTE_CLOSED)
