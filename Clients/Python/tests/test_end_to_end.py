"""Both clients against the real server."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import pytest

import accountstatus
from accountstatus import ALLOW, DENY, Capability, Instant, Money, Outcome, Source, StatusView
from accountstatus.types import (
    AccountRegistered,
    AccountState,
    FactOutcome,
    InvoiceIssued,
    PaymentReceived,
    ReasonCode,
    ReinstatementDecided,
    ReinstatementState,
)

DAY = timedelta(days=1)


@pytest.fixture
def client(accountstatus_server, connect):
    return connect(accountstatus_server.rpc_socket, use_table=True)


@pytest.fixture
def asking(accountstatus_server, connect):
    """A client that asks the server for everything."""
    return connect(accountstatus_server.rpc_socket, use_table=False)


def invoice(server, account_id="contoso", number="i1"):
    kind = InvoiceIssued(
        invoice_id=number,
        issue_date="2026-01-01",
        due_date="2026-01-31",
        total=Money.of("EUR", "12.50"),
    )
    return server.fact(account_id, kind)


def test_a_write_that_returned_is_read(accountstatus_server, client):
    accountstatus_server.register("contoso")
    assert client.get("contoso").state is AccountState.ACTIVE
    accountstatus_server.suspend("contoso")
    status = client.get("contoso")
    assert status.state is AccountState.SUSPENDED
    assert [reason.code for reason in status.reasons] == [ReasonCode.ACCOUNT_ABUSE]
    assert client.table_counters.found == 2


def test_the_table_and_the_server_say_the_same(accountstatus_server, client, asking):
    accountstatus_server.register("contoso")
    accountstatus_server.register("fabrikam")
    accountstatus_server.suspend("fabrikam")
    accountstatus_server.client.report(invoice(accountstatus_server))
    for step in (DAY, 30 * DAY, 30 * DAY, 30 * DAY):
        accountstatus_server.clock.advance(step)
        for account_id in ("contoso", "fabrikam"):
            assert client.get(account_id) == asking.get(account_id)
    assert client.get("contoso").state is AccountState.SUSPENDED
    assert client.table_counters.found > asking.table_counters.found == 0


def test_a_status_flips_at_its_instant(accountstatus_server, accountstatus_clock, client):
    accountstatus_server.register("contoso")
    accountstatus_server.client.report(invoice(accountstatus_server))
    at = client.get("contoso").next_transition.at
    accountstatus_clock.set(at - 1e-9)
    assert client.is_active("contoso", on_unavailable=DENY)
    accountstatus_clock.advance(1e-9)
    assert not client.is_active("contoso", on_unavailable=ALLOW)
    assert client.get("contoso").since == at
    assert client.get("contoso", as_of=at).state is AccountState.SUSPENDED
    assert client.get("contoso", as_of=at - 1e-9).state is AccountState.ACTIVE


def test_predicates(accountstatus_server, client, asking):
    accountstatus_server.register("contoso")
    accountstatus_server.suspend("contoso")
    for each in (client, asking, client):
        assert not each.is_active("contoso", on_unavailable=ALLOW)
        assert not each.allows("contoso", Capability.SELL_NEW_LICENSES, on_unavailable=ALLOW)
        assert each.allows("contoso", Capability.PAY_INVOICE, on_unavailable=DENY)
        assert not each.is_active("nobody", on_unavailable=ALLOW)
    reading = client.read("contoso", on_unavailable=DENY)
    assert (reading.outcome, reading.source, reading.fresh) == (Outcome.FOUND, Source.TABLE, True)
    assert reading.age < 2
    assert asking.read("contoso", on_unavailable=DENY).source is Source.SERVER


def test_nobody_is_not_found(accountstatus_server, client, asking):
    for each in (client, asking):
        with pytest.raises(accountstatus.NotFound):
            each.get("nobody")
        with pytest.raises(accountstatus.InvalidArgument) as caught:
            each.get("no id", view=StatusView.FULL)
        assert caught.value.field == "accountId"
        assert caught.value.reason == "MALFORMED_FIELD"


def test_many_at_once(accountstatus_server, asking):
    for name in ("a", "b"):
        accountstatus_server.register(name)
    batch = asking.get_many(["b", "nobody", "a"])
    assert list(batch.statuses) == ["b", "a"]
    assert isinstance(batch.errors["nobody"], accountstatus.NotFound)
    assert asking.get("a", at_least=batch.token).account_id == "a"


def test_what_an_account_may_do(accountstatus_server, asking):
    accountstatus_server.register("contoso")
    accountstatus_server.suspend("contoso")
    found = asking.check("contoso", Capability.SELL_NEW_LICENSES, Capability.PAY_INVOICE)
    assert [result.allowed for result in found.results] == [False, True]
    assert found.state is AccountState.SUSPENDED
    with pytest.raises(accountstatus.InvalidArgument):
        asking.check("contoso")


def test_lists_go_through_all_pages(accountstatus_server, accountstatus_clock, asking):
    for number in range(25):
        accountstatus_server.register(f"a{number:02}")
    accountstatus_server.suspend("a07")
    accountstatus_server.client.report(invoice(accountstatus_server, "a03"))
    assert [s.account_id for s in asking.list(page_size=10)] == [f"a{n:02}" for n in range(25)]
    assert [s.account_id for s in asking.list(state=AccountState.SUSPENDED)] == ["a07"]
    assert [s.account_id for s in asking.list(reason=ReasonCode.ACCOUNT_ABUSE)] == ["a07"]
    far = accountstatus_clock.now + 200 * DAY
    assert [s.account_id for s in asking.list(suspends_before=far)] == ["a03"]
    waiting = ReinstatementState.NOT_REQUESTED
    assert [s.account_id for s in asking.list(reinstatement_state=waiting)] == ["a07"]
    before = accountstatus_clock.now
    accountstatus_clock.advance(6 * DAY)
    long = asking.list(state=AccountState.SUSPENDED, older_than=5 * DAY)
    assert [s.account_id for s in long] == ["a07"]
    assert [*asking.list(state=AccountState.SUSPENDED, older_than=7 * DAY)] == []
    assert len([*asking.list(as_of=before, page_size=7)]) == 25


def test_a_report_is_all_or_nothing(accountstatus_server, asking):
    good = accountstatus_server.fact("contoso", AccountRegistered())
    good = replace(good, kind=accountstatus_server_kind())
    bad = accountstatus_server.fact("contoso", InvoiceIssued(invoice_id="i"))
    with pytest.raises(accountstatus.InvalidArgument) as caught:
        asking.report([good, bad])
    assert [refusal.index for refusal in caught.value.refusals] == [1]
    assert caught.value.field.startswith("facts[1].invoiceIssued")
    with pytest.raises(accountstatus.NotFound):
        asking.get("contoso")
    outcomes = [result.outcome for result in asking.report([good, good, bad], each=True).results]
    assert outcomes == [FactOutcome.STORED, FactOutcome.DUPLICATE, FactOutcome.REFUSED]


def accountstatus_server_kind():
    return AccountRegistered(
        cloud=accountstatus.Cloud.PUBLIC,
        partner_types=(accountstatus.PartnerType.DIRECT_BILL,),
        program=accountstatus.Program.CSP,
    )


def test_an_approval_while_a_reason_holds_is_refused(accountstatus_server, asking):
    accountstatus_server.register("contoso")
    accountstatus_server.suspend("contoso")
    approval = ReinstatementDecided(
        decision_id="d", outcome=accountstatus.DecisionOutcome.APPROVED, note="because"
    )
    with pytest.raises(accountstatus.FailedPrecondition) as caught:
        asking.report(accountstatus_server.fact("contoso", approval))
    assert caught.value.reason == "REASONS_OUTSTANDING"
    outstanding = caught.value.refusals[0].outstanding
    assert [reason.code for reason in outstanding] == [ReasonCode.ACCOUNT_ABUSE]


def test_facts_histories_explanations_and_bills(accountstatus_server, accountstatus_clock, asking):
    accountstatus_server.register("contoso")
    accountstatus_server.client.report(invoice(accountstatus_server))
    accountstatus_clock.advance(120 * DAY)
    kinds = [type(fact.kind) for fact in asking.facts("contoso", page_size=1)]
    assert kinds == [AccountRegistered, InvoiceIssued]
    assert [episode.until for episode in asking.history("contoso").episodes] == [None]
    assert asking.explain("contoso", locale="sv").locale == "sv"
    assert asking.explain("contoso").reasons[0].subjects[0].subject == "i1"
    assert asking.billing("contoso").balances[0].past_due == Money.of("EUR", "12.50")
    assert [i.open.amount for i in asking.invoices("contoso", page_size=1)] == [
        Money.of("EUR", "12.50").amount
    ]
    paid = accountstatus_server.fact(
        "contoso", PaymentReceived(payment_id="p", amount=Money.of("EUR", "12.50"))
    )
    simulated = asking.simulate("contoso", [paid])
    assert simulated.actual.state is AccountState.SUSPENDED
    late = replace(paid, effective_at=Instant.of("2026-01-15"), kind=paid.kind)
    asking.report(
        replace(
            late,
            kind=replace(
                paid.kind, allocations=(accountstatus.Allocation("i1", Money.of("EUR", "12.50")),)
            ),
        )
    )
    assert [c.recorded_at for c in asking.corrections("contoso", page_size=1)] == [
        accountstatus_clock.now
    ]


def test_an_import(accountstatus_server, asking):
    facts = [
        accountstatus_server.fact(f"a{number}", accountstatus_server_kind())
        for number in range(2500)
    ]
    chunks = list(asking.import_facts(iter(facts)))
    assert sum(len(chunk.results) for chunk in chunks) == 2500
    assert len([*asking.list(page_size=1000)]) == 2500


def test_the_server_about_itself(accountstatus_server, asking):
    assert asking.info().ephemeral
    assert asking.info().pid == accountstatus_server.process.pid
    assert asking.health()
    assert asking.health("accountstatus.v1.StatusService")
    with pytest.raises(accountstatus.NotFound):
        asking.health("nothing")
    names = [edition.name for edition in asking.editions()]
    assert asking.edition().name in names
    assert asking.edition(names[0]).name == names[0]
    assert any(method.calls for method in asking.stats().methods)


def test_the_clock_goes_forward_only(accountstatus_server, asking):
    now = asking.set_clock("2026-03-01")
    assert asking.advance_clock(DAY) == now + DAY
    with pytest.raises(accountstatus.FailedPrecondition) as caught:
        asking.set_clock("2026-01-01")
    assert caught.value.reason == "CLOCK_BACKWARDS"


# ----------------------------------------------------------------- when the server is down


def test_a_table_outlives_its_server_for_a_while(accountstatus_server, client):
    accountstatus_server.register("contoso")
    client.get("contoso")
    accountstatus_server.kill()
    assert client.read("contoso", on_unavailable=DENY, max_staleness=600).is_active()
    stale = client.read("contoso", on_unavailable=DENY, max_staleness=0)
    assert (stale.outcome, stale.source) == (Outcome.STALE, Source.TABLE)
    assert stale.status.state is AccountState.ACTIVE
    assert not stale.is_active()
    assert client.read("contoso", on_unavailable=ALLOW, max_staleness=0).is_active()
    unknown = client.read("fabrikam", on_unavailable=ALLOW, max_staleness=0)
    assert (unknown.outcome, unknown.is_active()) == (Outcome.UNAVAILABLE, True)


def test_a_silent_server_is_waited_for_no_longer_than_asked(accountstatus_server, client, asking):
    accountstatus_server.register("contoso")
    client.get("contoso")
    accountstatus_server.pause()
    began = time.monotonic()
    reading = asking.read("contoso", on_unavailable=DENY, timeout=0.2)
    assert isinstance(reading.error, accountstatus.DeadlineExceeded)
    assert not reading.is_active()
    assert client.read("contoso", on_unavailable=DENY, max_staleness=600, timeout=0.2).is_active()
    assert time.monotonic() - began < 5
    accountstatus_server.resume()
    assert asking.get("contoso").state is AccountState.ACTIVE


def test_a_server_that_stopped_is_unavailable(accountstatus_server, client, asking):
    accountstatus_server.register("contoso")
    accountstatus_server.stop()
    with pytest.raises(accountstatus.Unavailable):
        asking.get("contoso")
    reading = client.read("contoso", on_unavailable=DENY)
    assert reading.outcome is Outcome.UNAVAILABLE
    assert not reading.is_active()
