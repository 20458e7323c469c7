"""Watches of both clients, on servers that stumble."""

from __future__ import annotations

import os
import threading
import time

import pytest
from fake_server import FakeServer, data, failure, response
from watches import blocking

import accountstatus
from accountstatus import (
    AccountState,
    AccountStatus,
    StatusChange,
    WatchCompacted,
    WatchDisconnected,
    WatchProgress,
    WatchResumed,
    WatchSnapshotBegin,
    WatchSnapshotEnd,
    watch_position,
)
from accountstatus.contract import message_class

RESPONSE = message_class("WatchStatusesResponse")
REQUEST = message_class("WatchStatusesRequest")
PATIENCE = 60.0


# ---------------------------------------------------------------------------- what is told


def event(stream, **fields):
    return data(stream, RESPONSE(**fields).SerializeToString())


def status(revision=1, account_id="contoso", state=1):
    return {"account_id": account_id, "state": state, "revision": revision}


def resumed(stream):
    return event(stream, resumed={})


def snapshot(stream, token, *statuses):
    yield event(stream, snapshot_begin={})
    for each in statuses:
        yield event(stream, record=each)
    yield event(stream, snapshot_end={"token": token})


def change(stream, revision, token):
    fields = {"account_id": "contoso", "current": status(revision), "revision": revision}
    return event(stream, change={**fields, "previous": status(revision - 1), "token": token})


def progress(stream, token):
    return event(stream, progress={"token": token, "as_of": {"seconds": 1790000000}})


class Script:
    """Scripts of one connection after the other, and the tokens asked behind."""

    def __init__(self, *tellings):
        self.tellings = list(tellings)
        self.requests = []

    def __call__(self, peer):
        stream, method, payload, timeout = peer.request()
        assert method == "accountstatus.v1.StatusService/WatchStatuses"
        assert timeout is None
        self.requests.append(REQUEST.FromString(payload))
        telling = self.tellings[min(len(self.requests), len(self.tellings)) - 1]
        ends = telling(stream, peer)
        if ends:
            return
        peer.wait_until_closed()

    @property
    def tokens(self):
        return [request.from_token for request in self.requests]


def tell(*makers, ends=False):
    """Sends what functions of the stream make, and hangs up or stays."""

    def telling(stream, peer):
        for make in makers:
            made = make(stream)
            peer.send(*([made] if isinstance(made, bytes) else made))
        return ends

    return telling


def kinds(watch, count):
    return [type(next(watch)) for _ in range(count)]


def test_a_snapshot_and_changes_are_told(tmp_path, watch):
    script = Script(
        tell(
            lambda stream: snapshot(stream, b"t1", status(), status(1, "fabrikam", 2)),
            lambda stream: change(stream, 2, b"t2"),
            lambda stream: progress(stream, b"t3"),
        )
    )
    with FakeServer(tmp_path / "s", script) as server:
        events = watch(server.path, ["contoso", "fabrikam"])
        assert events.token == b""
        assert next(events) == WatchSnapshotBegin()
        record = next(events)
        assert isinstance(record, AccountStatus)
        assert record.account_id == "contoso"
        assert next(events).state is AccountState.SUSPENDED
        # Within a snapshot there is nothing to go on behind.
        assert events.token == b""
        assert next(events) == WatchSnapshotEnd(b"t1")
        assert events.token == b"t1"
        changed = next(events)
        assert isinstance(changed, StatusChange)
        assert (changed.previous.revision, changed.current.revision) == (1, 2)
        made = next(events)
        assert isinstance(made, WatchProgress)
        assert made.as_of == accountstatus.Instant(1790000000 * 10**9)
        assert events.token == b"t3"
        assert events.next(timeout=0.05) is None
        events.close()
    assert list(script.requests[0].account_ids) == ["contoso", "fabrikam"]


def test_a_break_is_gone_on_behind(tmp_path, watch):
    def again(revision):
        token = b"t%d" % revision
        return tell(resumed, lambda stream: change(stream, revision, token), ends=True)

    first = tell(lambda stream: snapshot(stream, b"t0", status()), ends=True)
    script = Script(first, *(again(revision) for revision in range(1, 9)))
    with FakeServer(tmp_path / "s", script) as server:
        events = watch(server.path)
        assert kinds(events, 3) == [WatchSnapshotBegin, AccountStatus, WatchSnapshotEnd]
        for revision in range(1, 9):
            assert kinds(events, 2) == [WatchDisconnected, WatchResumed]
            assert next(events).current.revision == revision
        events.close()
    assert script.tokens[:9] == [b"", *(b"t%d" % revision for revision in range(8))]


def test_a_snapshot_that_broke_is_taken_anew(tmp_path, watch):
    def half(stream):
        yield event(stream, snapshot_begin={})
        yield change(stream, 2, b"inside")

    script = Script(tell(half, ends=True), tell(lambda stream: snapshot(stream, b"t")))
    with FakeServer(tmp_path / "s", script) as server:
        events = watch(server.path, from_token=b"old")
        assert kinds(events, 3) == [WatchSnapshotBegin, StatusChange, WatchDisconnected]
        assert kinds(events, 2) == [WatchSnapshotBegin, WatchSnapshotEnd]
        events.close()
    assert script.tokens == [b"old", b""]


def test_what_was_compacted_is_told_anew(tmp_path, watch):
    gone = tell(lambda stream: event(stream, compacted={}), lambda stream: data(stream, b"", 5))
    script = Script(gone, tell(lambda stream: snapshot(stream, b"t", status())))
    with FakeServer(tmp_path / "s", script) as server:
        events = watch(server.path, from_token=b"old")
        assert kinds(events, 1) == [WatchCompacted]
        assert kinds(events, 3) == [WatchSnapshotBegin, AccountStatus, WatchSnapshotEnd]
        events.close()
    assert script.tokens == [b"old", b""]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (14, accountstatus.Unavailable),
        (8, accountstatus.ResourceExhausted),
        (1, accountstatus.ServerFault),
        (13, accountstatus.ServerFault),
    ],
)
def test_an_end_that_passes_is_told(tmp_path, watch, code, kind):
    script = Script(tell(lambda stream: failure(stream, code, b"not now")), tell(resumed))
    with FakeServer(tmp_path / "s", script) as server:
        events = watch(server.path, from_token=b"t")
        told = next(events)
        assert isinstance(told, WatchDisconnected)
        assert isinstance(told.error, kind)
        assert told.error.message == "not now"
        assert kinds(events, 1) == [WatchResumed]
        events.close()
    assert script.tokens == [b"t", b"t"]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (3, accountstatus.InvalidArgument),
        (7, accountstatus.PermissionDenied),
        (12, accountstatus.Unimplemented),
    ],
)
def test_what_does_not_pass_is_raised(tmp_path, watch, code, kind):
    script = Script(tell(lambda stream: failure(stream, code, b"no")), tell(resumed))
    with FakeServer(tmp_path / "s", script) as server:
        events = watch(server.path)
        with pytest.raises(kind, match="no"):
            next(events)
        assert kinds(events, 1) == [WatchResumed]
        events.close()


def test_a_server_that_is_gone_is_waited_for(tmp_path, watch):
    events = watch(tmp_path / "s")
    told = next(events)
    assert isinstance(told, WatchDisconnected)
    assert isinstance(told.error, accountstatus.Unavailable)
    # Said once, however often it is tried.
    assert events.next(timeout=0.1) is None
    for _ in range(3):
        script = Script(tell(lambda stream: snapshot(stream, b"t")))
        with FakeServer(tmp_path / "s", script):
            assert isinstance(next(events), (WatchSnapshotBegin, WatchResumed))
            assert kinds(events, 1) == [WatchSnapshotEnd]
        os.unlink(tmp_path / "s")
        assert kinds(events, 1) == [WatchDisconnected]


def test_a_server_that_is_silent_is_left(tmp_path, watch, monkeypatch):
    for module in ("status_watch", "aio_status_watch"):
        monkeypatch.setattr(f"accountstatus.{module}.SILENCE", 0.2)
    script = Script(tell(resumed), tell(resumed))
    with FakeServer(tmp_path / "s", script) as server:
        events = watch(server.path, from_token=b"t")
        assert kinds(events, 1) == [WatchResumed]
        told = next(events)
        assert isinstance(told, WatchDisconnected)
        assert "silent" in told.error.message
        assert kinds(events, 1) == [WatchResumed]
        events.close()


def test_frames_may_come_in_pieces_among_others(tmp_path, watch):
    def torn(stream):
        wanted = progress(stream, b"t")
        for _ in range(20):
            yield data(stream + 2, b"other")
            yield data(stream, b"", 4)
            # An event that this version has no word for.
            yield data(stream, b"\xfa\x01\x00")
            yield from (bytes((byte,)) for byte in wanted)

    with FakeServer(tmp_path / "s", Script(tell(torn))) as server:
        events = watch(server.path)
        assert kinds(events, 20) == [WatchProgress] * 20
        events.close()


@pytest.mark.parametrize(
    "nonsense",
    [
        lambda stream: b"\x01\x00\x00\x00\x00\x00\x00\x01\x03\x00",
        lambda stream: data(stream, b"\x1a\x7f\x00"),
        lambda stream: response(stream, b"an answer to a unary call"),
        lambda stream: b"HTTP/1.1 400 Bad Request\r\n\r\n",
    ],
)
def test_nonsense_ends_the_connection_not_the_watch(tmp_path, watch, nonsense):
    script = Script(tell(resumed, nonsense), tell(resumed))
    with FakeServer(tmp_path / "s", script) as server:
        events = watch(server.path)
        assert kinds(events, 3) == [WatchResumed, WatchDisconnected, WatchResumed]
        events.close()


def test_a_slow_reader_holds_little(tmp_path, watch):
    sent = []
    is_held_up = threading.Event()

    def flood(stream, peer):
        peer.socket.settimeout(0.5)
        frame = progress(stream, b"t" * 1000)
        try:
            for _ in range(100_000):
                peer.send(frame)
                sent.append(len(frame))
        except TimeoutError:
            is_held_up.set()
        return True

    with FakeServer(tmp_path / "s", Script(flood, tell(resumed))) as server:
        events = watch(server.path)
        assert kinds(events, 1) == [WatchProgress]
        # The server was held up, instead of this process filling up.
        assert is_held_up.wait(PATIENCE)
        assert sum(sent) < 8 << 20
        events.close()


def test_it_belongs_to_one_account_or_several(tmp_path, watch):
    with pytest.raises(TypeError):
        watch(tmp_path / "s", "contoso")
    with pytest.raises(TypeError):
        watch(tmp_path / "s", [7])


def test_pauses_grow_and_are_jittered():
    position = watch_position.WatchPosition([], None)
    for attempt in range(12):
        before = time.monotonic()
        told = position.failed(ConnectionError("gone"))
        assert (told is None) == (attempt > 0)
        longest = min(0.005 * 2**attempt, 1.0)
        assert position.not_before - before >= longest / 2
        assert position.not_before - time.monotonic() <= longest


def test_a_child_goes_on_by_itself(tmp_path):
    script = Script(tell(lambda stream: snapshot(stream, b"t")), tell(resumed), tell(resumed))
    with FakeServer(tmp_path / "s", script) as server:
        events = blocking(server.path)
        assert kinds(events, 2) == [WatchSnapshotBegin, WatchSnapshotEnd]
        child = os.fork()
        if child == 0:
            os._exit(0 if isinstance(next(events), WatchResumed) else 1)
        _, code = os.waitpid(child, 0)
        assert code == 0
        # The parent's stream goes on where it was.
        assert events.next(timeout=0.05) is None
        events.close()
    assert script.tokens == [b"", b"t"]
