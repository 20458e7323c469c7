"""The conversations that every implementation is tested against."""

from __future__ import annotations

import pytest
from fake_server import FakeServer
from hypothesis import given, settings
from hypothesis import strategies as st
from vectors import conversations, parse_bytes

from accountstatus import errors, frames
from accountstatus.connection import Connection, ConnectionBroken, Deadline

CLIENT = conversations("client.txt")
SERVER = conversations("server.txt")
PREFIX = frames.request_prefix("acct.v1.Accounts", "Get")


def outcome(path):
    """What a call comes to, in the words of the vectors."""
    deadline = Deadline(5)
    try:
        connection = Connection(path, deadline)
    except errors.Unavailable:
        return "unavailable"
    try:
        return f"reply {connection.call(PREFIX, bytes.fromhex('0a027531'), deadline).hex(' ')}"
    except errors.MalformedReply as error:
        return "broken" if "does not speak ttrpc" in str(error) else "malformed"
    except errors.ResourceExhausted as error:
        return "too-large" if "longer than" in str(error) else f"error 8 {error}"
    except errors.AccountStatusError as error:
        return f"error {error.code} {error}"
    except ConnectionBroken:
        return "unavailable"
    finally:
        connection.close()


@pytest.mark.parametrize("name", CLIENT)
@pytest.mark.parametrize("piece", [1 << 30, 7, 1])
def test_a_call_comes_to_what_the_vectors_say(tmp_path, name, piece):
    lines = CLIENT[name]
    answers = b"".join(parse_bytes(text) for mark, text in lines if mark == "<")
    if piece < 100 and len(answers) > 1000:
        piece = 65_537
    wanted = next(text for mark, text in lines if mark == "=")
    kind, _, rest = wanted.partition(" ")
    if kind == "reply":
        wanted = f"reply {parse_bytes(rest).hex(' ')}"
    elif kind == "error":
        wanted = wanted if rest.count(" ") else f"{wanted} "

    def script(peer):
        peer.receive()
        for at in range(0, len(answers), piece):
            peer.send(answers[at : at + piece])
        if not any(mark == "!" for mark, _ in lines):
            peer.wait_until_closed()

    with FakeServer(tmp_path / "s", script) as server:
        assert outcome(server.path) == wanted


def test_a_request_is_written_as_other_clients_write_it():
    sent = [parse_bytes(text) for mark, text in SERVER["unary-plain"] if mark == ">"]
    assert frames.request(1, PREFIX, bytes.fromhex("0a027531"), None, 0) == sent[0]


@given(st.sampled_from(sorted(SERVER)), st.lists(st.integers(1, 64), min_size=1, max_size=20))
@settings(deadline=None, max_examples=200)
def test_frames_come_out_whole_however_the_bytes_are_cut(name, cuts):
    texts = [text for mark, text in SERVER[name] if mark == "<"]
    stream = b"".join(map(parse_bytes, texts))
    whole = frames.FrameDecoder()
    whole.received(stream)
    wanted = list(iter(whole.next_frame, None))
    cut = frames.FrameDecoder()
    got, at, turn = [], 0, 0
    while at < len(stream):
        step = cuts[turn % len(cuts)] * (1 if len(stream) < 10_000 else 10_000)
        cut.received(stream[at : at + step])
        got += iter(cut.next_frame, None)
        at += step
        turn += 1
    assert got == wanted
    heads = (frames.HEADER.pack(len(f.payload), f.stream, f.kind, f.flags) for f in got)
    assert b"".join(h + f.payload for h, f in zip(heads, got)) == stream


@given(st.binary(max_size=200))
@settings(max_examples=500)
def test_any_bytes_are_an_answer_or_an_error(body):
    try:
        assert isinstance(frames.response(body), bytes)
    except errors.AccountStatusError as error:
        assert error.code in range(1, 17)


@given(st.integers(-(2**63), 2**64 - 1))
def test_numbers_come_back_as_they_were_written(value):
    written = frames.varint(value)
    assert frames._read_varint(written, 0, len(written)) == (value % 2**64, len(written))
