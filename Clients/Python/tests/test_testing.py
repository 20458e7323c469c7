"""What tests of other services are made with: standings, waits and faults on purpose."""

from __future__ import annotations

import time

import pytest

import accountstatus
from accountstatus import ALLOW, DENY, AccountState, Client, Outcome, ReasonCode, Source
from accountstatus.testing import Standing

GET_STATUS = "accountstatus.v1.StatusService/GetStatus"


@pytest.mark.parametrize(
    ("standing", "state", "reasons"),
    [
        ("active", AccountState.ACTIVE, []),
        ("suspended", AccountState.SUSPENDED, [ReasonCode.ACCOUNT_ABUSE]),
        ("past due", AccountState.SUSPENDED, [ReasonCode.BILLING_PAST_DUE]),
        ("awaiting reinstatement", AccountState.SUSPENDED, []),
        ("closed", AccountState.CLOSED, []),
    ],
)
def test_an_account_stands_as_a_word_says(accountstatus_server, standing, state, reasons):
    accountstatus_server.add({"contoso": standing, "fabrikam": Standing(standing)})
    for account_id in ("contoso", "fabrikam"):
        status = accountstatus_server.client.get(account_id)
        assert status.state is state
        assert [reason.code for reason in status.reasons] == reasons
        eligible = standing == "awaiting reinstatement"
        assert status.eligible_for_reinstatement == eligible


def test_a_word_that_is_no_standing_is_a_mistake(accountstatus_server):
    with pytest.raises(ValueError, match="perhaps"):
        accountstatus_server.add({"contoso": "perhaps"})


def test_a_wait_ends_when_the_account_is_there(accountstatus_server):
    accountstatus_server.add({"contoso": "suspended"})
    status = accountstatus_server.wait_until("contoso", AccountState.SUSPENDED)
    assert status.state is AccountState.SUSPENDED
    with pytest.raises(TimeoutError, match="not ACTIVE"):
        accountstatus_server.wait_until("contoso", AccountState.ACTIVE, timeout=0)


def test_a_fault_strikes_as_often_as_it_says(accountstatus_server, connect):
    client = connect(accountstatus_server.rpc_socket)
    accountstatus_server.add({"contoso": "active"})
    accountstatus_server.inject_fault(GET_STATUS, error=accountstatus.PermissionDenied, count=1)
    accountstatus_server.inject_fault(GET_STATUS, error=15, count=1)
    with pytest.raises(accountstatus.PermissionDenied, match="injected"):
        client.get("contoso")
    with pytest.raises(accountstatus.ServerFault) as failure:
        client.get("contoso")
    assert failure.value.code == 15
    assert client.get("contoso").state is AccountState.ACTIVE
    assert client.clear_faults() == 2


def test_a_connection_that_is_dropped_is_made_again(accountstatus_server, connect):
    client = connect(accountstatus_server.rpc_socket)
    accountstatus_server.add({"contoso": "active"})
    accountstatus_server.inject_fault(GET_STATUS, drop_connection=True, count=1)
    assert client.get("contoso").state is AccountState.ACTIVE
    accountstatus_server.inject_fault(GET_STATUS, drop_connection=True)
    with pytest.raises(accountstatus.Unavailable):
        client.get("contoso")
    assert accountstatus_server.clear_faults() >= 2


def test_a_delay_is_waited_for_or_given_up(accountstatus_server, connect):
    client = connect(accountstatus_server.rpc_socket, timeout=60)
    accountstatus_server.add({"contoso": "active"})
    accountstatus_server.inject_fault(GET_STATUS, delay=0.05, count=1)
    start = time.monotonic()
    assert client.get("contoso").state is AccountState.ACTIVE
    assert time.monotonic() - start >= 0.05
    accountstatus_server.inject_fault(GET_STATUS, delay=3600)
    with pytest.raises(accountstatus.DeadlineExceeded):
        client.get("contoso", timeout=0.05)


def test_a_silent_table_is_not_gone_by(accountstatus_server):
    accountstatus_server.add({"contoso": "active"})
    with Client(accountstatus_server.rpc_socket) as client:
        client.read("contoso", on_unavailable=DENY)
        accountstatus_server.inject_fault(stop_heartbeat=True)
        accountstatus_server.inject_fault(GET_STATUS, error=accountstatus.Unavailable)
        end = time.monotonic() + 60
        while client.read("contoso", on_unavailable=ALLOW).outcome is Outcome.FOUND:
            assert time.monotonic() < end
        stale = client.read("contoso", on_unavailable=DENY)
        assert stale.outcome is Outcome.STALE
        assert not stale.is_active()
        accountstatus_server.clear_faults()
        reading = client.read("contoso", on_unavailable=DENY)
        assert reading.outcome is Outcome.FOUND
        assert reading.source in (Source.TABLE, Source.SERVER)


@pytest.mark.parametrize("count", [0, -1])
def test_a_fault_strikes_a_number_of_calls_that_there_is(accountstatus_server, connect, count):
    client = connect(accountstatus_server.rpc_socket)
    with pytest.raises(accountstatus.InvalidArgument):
        client.inject_fault(error=14, count=count)


def test_what_is_no_fault_is_refused(accountstatus_server, connect):
    client = connect(accountstatus_server.rpc_socket)
    with pytest.raises(accountstatus.InvalidArgument):
        client.inject_fault(GET_STATUS)
    with pytest.raises(accountstatus.InvalidArgument) as failure:
        client.inject_fault("accountstatus.v1.TestingService", error=14)
    assert failure.value.field == "method"
