"""Both clients against a server that does what the test wants."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
import time

import pytest
from fake_server import FakeServer, answering, data, failure, response
from hypothesis import given, settings
from hypothesis import strategies as st

import accountstatus
from accountstatus import ALLOW, DENY, Outcome, contract
from accountstatus.errors import from_status


def status(account_id="contoso", state=1):
    kind = contract.message_class("GetStatusResponse")
    message = kind(status={"account_id": account_id, "state": state, "capabilities": [6]})
    return message.SerializeToString()


def any_of(name, **fields):
    message = contract.fill(contract.message_class(name)(), **fields)
    return f"type.googleapis.com/{name}".encode(), message.SerializeToString()


active = answering(lambda stream, method, payload: response(stream, status()))


def test_an_answer_is_understood(tmp_path, connect):
    with FakeServer(tmp_path / "s", active) as server:
        found = connect(server.path).get("contoso")
    assert found.state is accountstatus.AccountState.ACTIVE
    assert found.capabilities == (accountstatus.Capability.SELL_NEW_LICENSES,)


def test_calls_share_a_connection(tmp_path, connect):
    with FakeServer(tmp_path / "s", active) as server:
        client = connect(server.path)
        for _ in range(20):
            client.get("contoso")
        client.close()
    assert server.connections == 1


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (3, accountstatus.InvalidArgument),
        (4, accountstatus.DeadlineExceeded),
        (5, accountstatus.NotFound),
        (6, accountstatus.AlreadyExists),
        (7, accountstatus.PermissionDenied),
        (8, accountstatus.ResourceExhausted),
        (9, accountstatus.FailedPrecondition),
        (11, accountstatus.OutOfRange),
        (12, accountstatus.Unimplemented),
        (13, accountstatus.ServerFault),
        (14, accountstatus.Unavailable),
        (2, accountstatus.ServerFault),
        (15, accountstatus.ServerFault),
        (99, accountstatus.ServerFault),
    ],
)
def test_every_code_has_its_exception(tmp_path, connect, code, kind):
    script = answering(lambda stream, method, payload: failure(stream, code, b"so it is"))
    with FakeServer(tmp_path / "s", script) as server, pytest.raises(kind) as caught:
        connect(server.path).get("contoso")
    assert type(caught.value) is kind
    assert caught.value.message == "so it is"
    assert caught.value.code == (code if code < 17 else 2)


def test_details_are_read(tmp_path, connect):
    info = contract.message_class("google.rpc.ErrorInfo")(
        reason="FACT_CONFLICT", domain="accountstatus.v1", metadata={"a": "b"}
    )
    violation = contract.message_class("google.rpc.BadRequest")()
    violation.field_violations.add(field="facts[2].invoiceIssued.total", description="is negative")
    retry = contract.message_class("google.rpc.RetryInfo")()
    retry.retry_delay.nanos = 250_000_000
    refused = contract.message_class("ReportFactsFailure")()
    refused.refusals.add(index=2, fact_id="f", code=6, field="facts[2].x")
    details = [
        (f"type.googleapis.com/{each.DESCRIPTOR.full_name}".encode(), each.SerializeToString())
        for each in (info, violation, retry, refused)
    ]
    details.append((b"type.googleapis.com/some.Other", b"\x08\x01"))
    details.append((b"type.googleapis.com/google.rpc.ErrorInfo", b"\xff\xff"))
    script = answering(lambda stream, method, payload: failure(stream, 6, b"no", details))
    with FakeServer(tmp_path / "s", script) as server:
        with pytest.raises(accountstatus.AlreadyExists) as caught:
            connect(server.path).get("contoso")
    error = caught.value
    assert (error.reason, error.metadata) == ("FACT_CONFLICT", {"a": "b"})
    assert error.field == "facts[2].invoiceIssued.total"
    assert error.field_violations[0].description == "is negative"
    assert error.retry_delay == 0.25
    assert [(each.index, each.fact_id) for each in error.refusals] == [(2, "f")]


def test_a_reason_of_another_domain_is_not_ours():
    url, content = any_of("google.rpc.ErrorInfo", reason="X", domain="elsewhere")
    assert from_status(5, "", [(url.decode(), content)]).reason is None


def test_a_silent_server_costs_no_more_than_the_timeout(tmp_path, connect):
    with FakeServer(tmp_path / "s", lambda peer: peer.wait_until_closed()) as server:
        client = connect(server.path)
        began = time.monotonic()
        with pytest.raises(accountstatus.DeadlineExceeded):
            client.get("contoso", timeout=0.2)
        assert 0.19 <= time.monotonic() - began < 5
        client.close()


def test_a_server_that_trickles_costs_no_more_either(tmp_path, connect):
    stopped = threading.Event()

    def script(peer):
        peer.request()
        answer = response(1, b"\x0a" * 4000)
        for at in range(len(answer)):
            if stopped.wait(0.01):
                return
            peer.send(answer[at : at + 1])

    with FakeServer(tmp_path / "s", script) as server:
        client = connect(server.path)
        began = time.monotonic()
        with pytest.raises(accountstatus.DeadlineExceeded):
            client.get("contoso", timeout=0.2)
        assert time.monotonic() - began < 5
        stopped.set()
        client.close()


def test_the_server_is_told_how_long_the_caller_waits(tmp_path, connect):
    seen = []

    def script(peer):
        stream, _, _, timeout = peer.request()
        seen.append(timeout)
        peer.send(response(stream, status()))
        peer.wait_until_closed()

    with FakeServer(tmp_path / "s", script) as server:
        client = connect(server.path)
        client.get("contoso", timeout=2)
        client.close()
    assert 1.5e9 < seen[0] <= 2e9


def test_a_late_answer_is_not_taken_for_the_next_call(tmp_path, connect):
    late = threading.Event()

    def slow(peer):
        stream, *_ = peer.request()
        late.wait(5)
        try:
            peer.send(response(stream, status("late")))
            while (request := peer.request()) is not None:
                peer.send(response(request[0], status("second")))
        except OSError:
            return

    second = answering(lambda stream, method, payload: response(stream, status("second")))
    with FakeServer(tmp_path / "s", slow, second) as server:
        client = connect(server.path)
        with pytest.raises(accountstatus.DeadlineExceeded):
            client.get("first", timeout=0.1)
        late.set()
        assert client.get("second").account_id == "second"
        client.close()


def hang_up(peer):
    peer.request()


def test_a_call_is_made_once_more_when_its_connection_broke(tmp_path, connect):
    with FakeServer(tmp_path / "s", hang_up, active) as server:
        assert connect(server.path).get("contoso").account_id == "contoso"
        assert server.connections == 2


def test_but_only_once(tmp_path, connect):
    with FakeServer(tmp_path / "s", hang_up) as server:
        with pytest.raises(accountstatus.Unavailable):
            connect(server.path).get("contoso")
        assert server.connections == 2


def test_and_not_when_a_second_call_would_count_twice(tmp_path, connect):
    with FakeServer(tmp_path / "s", hang_up) as server:
        with pytest.raises(accountstatus.Unavailable):
            connect(server.path).advance_clock(1)
        assert server.connections == 1


@pytest.mark.parametrize("reason", ["SHUTTING_DOWN", None])
def test_a_server_that_is_going_away_is_asked_again_elsewhere(tmp_path, connect, reason):
    details = [any_of("google.rpc.ErrorInfo", reason=reason, domain="accountstatus.v1")]
    given = details if reason else []
    leaving = answering(lambda stream, method, payload: failure(stream, 14, b"bye", given))
    with FakeServer(tmp_path / "s", leaving, active) as server:
        assert connect(server.path).get("contoso").account_id == "contoso"


def test_a_server_that_cannot_write_is_not_asked_again(tmp_path, connect):
    detail = any_of("google.rpc.ErrorInfo", reason="READ_ONLY", domain="accountstatus.v1")
    refusing = answering(lambda stream, method, payload: failure(stream, 14, b"no", [detail]))
    with FakeServer(tmp_path / "s", refusing, active) as server:
        with pytest.raises(accountstatus.Unavailable) as failed:
            connect(server.path).get("contoso")
        assert failed.value.reason == "READ_ONLY"
        assert server.connections == 1


def test_what_is_no_ttrpc_is_a_malformed_reply(tmp_path, connect):
    def script(peer):
        peer.request()
        peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        peer.wait_until_closed()

    with FakeServer(tmp_path / "s", script) as server:
        client = connect(server.path)
        with pytest.raises(accountstatus.MalformedReply):
            client.get("contoso")
        client.close()


def test_an_answer_that_does_not_decode_is_a_malformed_reply(tmp_path, connect):
    script = answering(lambda stream, method, payload: response(stream, b"\x0a\xff"))
    with FakeServer(tmp_path / "s", script) as server:
        with pytest.raises(accountstatus.MalformedReply):
            connect(server.path).get("contoso")


def test_a_message_on_a_unary_call_is_a_malformed_reply(tmp_path, connect):
    script = answering(lambda stream, method, payload: data(stream, b"x"))
    with FakeServer(tmp_path / "s", script) as server:
        with pytest.raises(accountstatus.MalformedReply):
            connect(server.path).get("contoso")


def test_a_request_over_the_limit_is_not_sent(tmp_path, connect):
    with FakeServer(tmp_path / "s", active) as server:
        client = connect(server.path)
        with pytest.raises(accountstatus.ResourceExhausted):
            client.get("x" * (5 << 20))
        assert client.get("contoso").account_id == "contoso"


# ---------------------------------------------------------------- what the caller decided


@pytest.mark.parametrize("decision", [ALLOW, DENY])
def test_without_a_server_the_caller_decides(tmp_path, connect, decision):
    client = connect(tmp_path / "nobody")
    reading = client.read("contoso", on_unavailable=decision)
    assert reading.outcome is Outcome.UNAVAILABLE
    assert isinstance(reading.error, accountstatus.Unavailable)
    assert reading.is_active() is (decision is ALLOW)
    assert client.is_active("contoso", on_unavailable=decision) is (decision is ALLOW)
    sell = accountstatus.Capability.SELL_NEW_LICENSES
    assert client.allows("contoso", sell, on_unavailable=decision) is (decision is ALLOW)


def test_a_capability_without_a_name_is_never_allowed(tmp_path, connect):
    client = connect(tmp_path / "nobody")
    for number in (0, 77):
        assert not client.allows("contoso", accountstatus.Capability(number), on_unavailable=ALLOW)


def test_an_unknown_state_is_not_taken_for_active(tmp_path, connect):
    script = answering(lambda stream, method, payload: response(stream, status(state=9)))
    with FakeServer(tmp_path / "s", script) as server:
        client = connect(server.path)
        assert not client.is_active("contoso", on_unavailable=DENY)
        assert client.is_active("contoso", on_unavailable=ALLOW)
        assert not client.get("contoso").state.is_recognized


def test_an_account_that_is_not_there_is_no_matter_of_decision(tmp_path, connect):
    script = answering(lambda stream, method, payload: failure(stream, 5, b"no"))
    with FakeServer(tmp_path / "s", script) as server:
        reading = connect(server.path).read("contoso", on_unavailable=ALLOW)
    assert reading.outcome is Outcome.NOT_FOUND
    assert not reading.is_active()


def test_a_missing_right_is_raised(tmp_path, connect):
    script = answering(lambda stream, method, payload: failure(stream, 7, b"not you"))
    with FakeServer(tmp_path / "s", script) as server:
        with pytest.raises(accountstatus.PermissionDenied):
            connect(server.path).is_active("contoso", on_unavailable=ALLOW)


def test_the_decision_must_be_stated(tmp_path, connect):
    with pytest.raises(TypeError, match="on_unavailable"):
        connect(tmp_path / "nobody").is_active("contoso")
    with pytest.raises(TypeError, match="ALLOW or DENY"):
        connect(tmp_path / "nobody").is_active("contoso", on_unavailable="allow")


# ---------------------------------------------------------------------- threads and forks


def test_threads_share_a_client(tmp_path):
    def echo(stream, method, payload):
        return response(stream, status(payload[2:].decode()))

    with FakeServer(tmp_path / "s", answering(echo)) as server:
        client = accountstatus.Client(server.path, use_table=False, max_connections=4)
        wrong = []

        def ask(name):
            for number in range(100):
                account_id = f"{name}-{number}"
                if client.get(account_id).account_id != account_id:
                    wrong.append(account_id)

        threads = [threading.Thread(target=ask, args=(f"t{n}",)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        client.close()
        assert not wrong
        assert server.connections <= 4


def test_a_forked_child_makes_connections_of_its_own(tmp_path):
    with FakeServer(tmp_path / "s", active) as server:
        client = accountstatus.Client(server.path, use_table=False)
        client.get("contoso")
        child = os.fork()
        if child == 0:
            try:
                os._exit(0 if client.get("contoso").account_id == "contoso" else 1)
            finally:
                os._exit(2)
        assert os.waitpid(child, 0)[1] == 0
        client.get("contoso")
        client.close()
        assert server.connections == 2


def test_a_closed_client_says_so(tmp_path, connect):
    with FakeServer(tmp_path / "s", active) as server:
        client = connect(server.path)
        client.get("contoso")
        client.close()
        client_is_closed = pytest.raises(accountstatus.Unavailable, match="closed")
        if isinstance(client, accountstatus.Client):
            with client_is_closed:
                client.get("contoso")


def test_a_full_queue_of_connections_is_waited_for_within_the_timeout(tmp_path):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "s"))
    listener.listen(0)
    taken = []
    with listener:
        for _ in range(3):
            waiting = socket.socket(socket.AF_UNIX)
            waiting.setblocking(False)
            waiting.connect_ex(str(tmp_path / "s"))
            taken.append(waiting)
        client = accountstatus.Client(str(tmp_path / "s"), use_table=False)
        with pytest.raises(accountstatus.DeadlineExceeded):
            client.get("contoso", timeout=0.1)
        for waiting in taken:
            waiting.close()


@given(st.binary(max_size=300), st.booleans())
@settings(deadline=None, max_examples=100)
def test_whatever_a_server_sends_a_call_ends_with_an_error_or_an_answer(sent, closes):
    def script(peer):
        peer.request()
        peer.send(sent)
        if not closes:
            peer.wait_until_closed()

    with tempfile.TemporaryDirectory() as directory:
        with FakeServer(f"{directory}/s", script) as server:
            client = accountstatus.Client(server.path, use_table=False)
            began = time.monotonic()
            reading = client.read("contoso", on_unavailable=DENY, timeout=0.02)
            assert not reading.is_active()
            assert time.monotonic() - began < 5
            client.close()
