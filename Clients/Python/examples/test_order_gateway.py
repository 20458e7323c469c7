"""Tests of a service, order_gateway.py, against a real account-status server of their own.

    pytest test_order_gateway.py

Needs accountstatusd on ``$PATH``, or its path in ``$ACCOUNTSTATUSD``.
"""

from __future__ import annotations

import order_gateway
import pytest

import accountstatus
from accountstatus import ALLOW, DENY, Decision, InvoiceIssued, Money
from accountstatus.testing import Clock, Server


def takes_order(
    server: Server, account_id: str, decision: Decision, *, use_table: bool = True
) -> bool:
    """Places an order with the service, which was told what holds while nobody can be asked."""
    with accountstatus.Client(
        server.rpc_socket, table_socket=server.table_socket, use_table=use_table, timeout=0.5
    ) as client:
        taken, _ = order_gateway.judge(client.read(account_id, on_unavailable=decision))
    return taken


@pytest.mark.accountstatus({"contoso": "active", "fabrikam": "suspended"})
def test_a_suspended_account_gets_no_order(accountstatus_server: Server) -> None:
    """Nor does one that nobody knows, whatever was decided for outages."""
    assert takes_order(accountstatus_server, "contoso", DENY)
    assert not takes_order(accountstatus_server, "fabrikam", ALLOW)
    assert not takes_order(accountstatus_server, "nobody", ALLOW)


@pytest.mark.accountstatus({"contoso": "active"})
def test_an_unpaid_invoice_suspends_when_its_time_has_come(
    accountstatus_server: Server, accountstatus_clock: Clock
) -> None:
    """The clock is the test's."""
    invoice = InvoiceIssued(invoice_id="i-1", issue_date="2026-01-01", total=Money.of("EUR", "100"))
    accountstatus_server.client.report(accountstatus_server.fact("contoso", invoice))
    assert takes_order(accountstatus_server, "contoso", DENY)
    accountstatus_clock.advance(200 * 24 * 3600)
    assert not takes_order(accountstatus_server, "contoso", ALLOW)


@pytest.mark.accountstatus({"contoso": "active"})
@pytest.mark.parametrize("trouble", ["stop", "kill", "pause"])
def test_without_a_server_our_decision_holds(accountstatus_server: Server, trouble: str) -> None:
    """It was stopped, it crashed, or it hangs."""
    getattr(accountstatus_server, trouble)()
    assert takes_order(accountstatus_server, "contoso", ALLOW, use_table=False)
    assert not takes_order(accountstatus_server, "contoso", DENY, use_table=False)


@pytest.mark.accountstatus({"contoso": "suspended"})
def test_while_the_server_fails_our_decision_holds(accountstatus_server: Server) -> None:
    """A service that reads the status table would make no call that could fail."""
    accountstatus_server.inject_fault(error=accountstatus.Unavailable)
    assert takes_order(accountstatus_server, "contoso", ALLOW, use_table=False)
    assert not takes_order(accountstatus_server, "contoso", DENY, use_table=False)
    assert accountstatus_server.clear_faults() >= 2
    assert not takes_order(accountstatus_server, "contoso", ALLOW, use_table=False)
