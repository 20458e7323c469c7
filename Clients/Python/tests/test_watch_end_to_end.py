"""Watches of both clients on the real server."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from accountstatus import (
    AccountState,
    AccountStatus,
    InvoiceIssued,
    Money,
    StatusChange,
    WatchDisconnected,
    WatchProgress,
    WatchResumed,
    WatchSnapshotBegin,
    WatchSnapshotEnd,
)

PATIENCE = 60.0


def changes(watch, count):
    """The next changes; what is told beside them is left out."""
    found = []
    deadline = time.monotonic() + PATIENCE
    while len(found) < count:
        assert time.monotonic() < deadline
        event = watch.next(timeout=1.0)
        assert not isinstance(event, WatchDisconnected)
        if isinstance(event, StatusChange):
            found.append(event)
    return found


def until(watch, kind):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        event = watch.next(timeout=1.0)
        if isinstance(event, kind):
            return event
    pytest.fail(f"no {kind.__name__} came")


def test_a_snapshot_is_followed_by_what_happens(accountstatus_server, watch):
    server = accountstatus_server
    server.register("contoso")
    events = watch(server.rpc_socket)
    assert isinstance(next(events), WatchSnapshotBegin)
    record = until(events, AccountStatus)
    assert (record.account_id, record.state) == ("contoso", AccountState.ACTIVE)
    until(events, WatchSnapshotEnd)
    server.suspend("contoso")
    server.register("fabrikam")
    found = {change.account_id: change for change in changes(events, 2)}
    assert found["contoso"].previous.state is AccountState.ACTIVE
    assert found["contoso"].current.state is AccountState.SUSPENDED
    assert found["fabrikam"].previous is None


def test_time_is_told_of_as_well(accountstatus_server, accountstatus_clock, watch):
    server = accountstatus_server
    server.register("contoso")
    due = accountstatus_clock.now + timedelta(days=10)
    invoice = InvoiceIssued(
        invoice_id="i1",
        issue_date=str(accountstatus_clock.now)[:10],
        due_date=str(due)[:10],
        total=Money.of("EUR", "12.50"),
    )
    server.client.report(server.fact("contoso", invoice))
    events = watch(server.rpc_socket, ["contoso"])
    until(events, WatchSnapshotEnd)
    accountstatus_clock.advance(timedelta(days=365))
    last = changes(events, 1)[-1]
    while last.current.state is not AccountState.SUSPENDED:
        last = changes(events, 1)[-1]
    assert last.current.as_of <= accountstatus_clock.now


def test_another_watch_goes_on_behind_a_token(accountstatus_server, watch):
    server = accountstatus_server
    server.register("contoso")
    first = watch(server.rpc_socket)
    until(first, WatchProgress)
    first.close()
    server.suspend("contoso")
    second = watch(server.rpc_socket, from_token=first.token)
    assert isinstance(next(second), WatchResumed)
    (change,) = changes(second, 1)
    assert change.previous.state is AccountState.ACTIVE
    assert change.current.state is AccountState.SUSPENDED


def test_the_end_of_the_server_is_told(accountstatus_server, watch):
    events = watch(accountstatus_server.rpc_socket)
    until(events, WatchProgress)
    accountstatus_server.stop()
    assert isinstance(until(events, WatchDisconnected), WatchDisconnected)
