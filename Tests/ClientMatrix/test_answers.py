"""The same questions, answered alike by every client, to the byte."""

from __future__ import annotations

import json
import time

import pytest
from clients import PATIENCE, Drivers

from accountstatus import InvoiceIssued, Money, ProviderLinked
from accountstatus.testing import Server

ACCOUNTS = {
    "active": "active",
    "suspended": "suspended",
    "past-due": "past due",
    "awaiting": "awaiting reinstatement",
    "closed": "closed",
    "due-soon": "active",
}
CAPABILITIES = "SELL_NEW_LICENSES,PAY_INVOICE,DELEGATED_ADMINISTRATION"
UNKNOWN = "nobody"
MALFORMED = "no/such/id"

QUESTIONS = [
    *(f"get {account} {view}" for account in [*ACCOUNTS, UNKNOWN] for view in ("basic", "full")),
    f"get {MALFORMED} full",
    f"batch {','.join([*ACCOUNTS, UNKNOWN])}",
    f"batch {UNKNOWN}",
    *(f"check {account} {CAPABILITIES}" for account in [*ACCOUNTS, UNKNOWN]),
    f"check {MALFORMED} {CAPABILITIES}",
    *(f"list {state}" for state in ("any", "ACTIVE", "SUSPENDED", "CLOSED", "NOT_COVERED")),
]


@pytest.fixture(scope="module")
def server():
    """A server with an account of every kind, whose clock stands between two nanoseconds."""
    with Server(ACCOUNTS, now="2026-03-01T12:30:00.123456789Z") as server:
        total = Money.of("EUR", "1000.50")
        invoice = InvoiceIssued(invoice_id="INV-\u00fc1", issue_date="2026-01-15", total=total)
        server.client.report(server.fact("due-soon", invoice, "2026-01-15"))
        linked = ProviderLinked(provider_id="suspended")
        server.client.report(server.fact("active", linked))
        yield server


@pytest.fixture(scope="module")
def callers(server):
    """Clients that ask the server for everything."""
    with Drivers(server.rpc_socket, reads_table=False) as drivers:
        yield drivers


@pytest.fixture(scope="module")
def readers(server):
    """Clients that read the table."""
    with Drivers(server.rpc_socket, reads_table=True) as drivers:
        yield drivers


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_client_gives_the_same_answer(callers, question):
    """And the answer is what it is to be where there is nothing to tell."""
    answers = callers.ask(question)
    assert len(set(answers.values())) == 1, answers
    answer = json.loads(answers["C"])
    if UNKNOWN in question and "," not in question.split()[1]:
        assert answer in ({"error": "NOT_FOUND"}, {"results": [{"accountId": UNKNOWN, **ERROR}]})
    elif MALFORMED in question:
        assert answer == {"error": "INVALID_ARGUMENT", "field": "accountId"}
    else:
        assert "error" not in answer


ERROR = {"error": "NOT_FOUND"}


@pytest.mark.parametrize("account", [*ACCOUNTS, UNKNOWN])
def test_the_table_says_what_the_server_says(callers, readers, account):
    """In the view that it holds."""
    question = f"get {account} basic"
    by_call = callers.ask(question)["C"]
    expected = by_call.replace('"source":"CALL"', '"source":"TABLE"')
    end = time.monotonic() + PATIENCE
    # A client may have the server answer while it waits for the table's memory.
    while (answers := set(readers.ask(question).values())) != {expected}:
        assert answers <= {expected, by_call}, answers
        assert time.monotonic() < end, answers


def test_the_questions_meet_what_a_status_can_hold(callers):
    """Else the comparison would prove little."""
    everything = "".join(callers.ask(question)["C"] for question in QUESTIONS)
    for member in (
        "reasons",
        "subjects",
        "detail",
        "notices",
        "nextTransition",
        "because",
        "eligibleForReinstatement",
        "reinstatementSince",
        "basis",
        "INV-\u00fc1",
        ".123456789Z",
    ):
        assert member in everything
