"""Instants, money, enumerations, and the way to JSON and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import accountstatus
from accountstatus import Instant, Money, contract, types
from accountstatus.types import AccountState, Capability

INSTANTS = st.integers(-62_135_596_800 * 10**9, 253_402_300_799 * 10**9).map(Instant)


@given(INSTANTS)
def test_an_instant_is_the_same_as_its_text(instant):
    assert Instant.of(str(instant)) == instant


@given(st.datetimes(timezones=st.just(timezone.utc)))
def test_an_instant_holds_a_datetime_exactly(moment):
    assert Instant.of(moment).datetime == moment


def test_a_nanosecond_matters():
    at = Instant.of("2026-04-01T00:00:00.000000001Z")
    assert at > Instant.of("2026-04-01")
    assert at.datetime == datetime(2026, 4, 1, tzinfo=timezone.utc)
    assert str(at) == "2026-04-01T00:00:00.000000001Z"


def test_instants_are_reckoned_with():
    noon = Instant.of("2026-01-31T13:00:00+01:00")
    assert str(noon) == "2026-01-31T12:00:00Z"
    assert str(noon + timedelta(days=1)) == "2026-02-01T12:00:00Z"
    assert str(noon - 0.25) == "2026-01-31T11:59:59.750Z"
    assert noon - Instant.of("2026-01-31") == timedelta(hours=12)


@pytest.mark.parametrize("text", ["", "now", "2026-13-01", "2026-01-31T25:00:00Z", "31.1.2026"])
def test_what_is_no_instant_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        Instant.of(text)


def test_a_datetime_must_say_its_time_zone():
    with pytest.raises(ValueError, match="no time zone"):
        Instant.of(datetime(2026, 1, 1))


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=9, min_value=-(10**9), max_value=10**9
    )
)
def test_money_is_exact(amount):
    money = Money.of("EUR", amount)
    assert money.amount == amount
    assert money.units * money.nanos >= 0


def test_money_is_written_as_people_do():
    assert str(Money.of("EUR", "12.5")) == "12.50 EUR"
    assert str(Money.of("SEK", "-0.05")) == "-0.05 SEK"
    assert Money.of("EUR", "0.1").amount + Money.of("EUR", "0.2").amount == Decimal("0.3")


@pytest.mark.parametrize("amount", ["0.0000000001", "x", "nan", "inf"])
def test_what_is_no_amount_is_refused(amount):
    with pytest.raises(ValueError, match=r".+"):
        Money.of("EUR", amount)


def test_a_float_is_no_amount():
    with pytest.raises(TypeError):
        Money.of("EUR", 0.1)


def test_a_number_without_a_name_is_kept():
    state = AccountState(77)
    assert (int(state), state.name, state.is_recognized) == (77, "UNRECOGNIZED_77", False)
    assert state != AccountState.ACTIVE
    assert AccountState.ACTIVE.is_recognized
    assert Capability(77) != Capability.SELL_NEW_LICENSES
    with pytest.raises(ValueError, match="1099511627776"):
        AccountState(1 << 40)


@pytest.mark.parametrize("kind", types.MESSAGES.values(), ids=lambda kind: kind.__name__)
def test_every_message_survives_the_way_there_and_back(kind):
    assert contract.value(contract.message(kind())) == kind()
    assert accountstatus.from_json(kind, accountstatus.to_json(kind())) == kind()


def fact():
    return types.Fact(
        account_id="contoso",
        source="erp",
        fact_id="1",
        effective_at=Instant.of("2026-01-01T00:00:00.000000001Z"),
        kind=types.PaymentReceived(
            payment_id="p",
            amount=Money.of("EUR", "12.50"),
            allocations=(types.Allocation("i", Money.of("EUR", 3)),),
        ),
    )


def test_a_fact_is_canonical_json():
    text = accountstatus.to_json(fact())
    assert text == (
        '{"accountId": "contoso", "source": "erp", "factId": "1", '
        '"effectiveAt": "2026-01-01T00:00:00.000000001Z", "paymentReceived": {"paymentId": "p", '
        '"amount": {"currencyCode": "EUR", "units": "12", "nanos": 500000000}, '
        '"allocations": [{"invoiceId": "i", "amount": {"currencyCode": "EUR", "units": "3"}}]}}'
    )
    assert accountstatus.from_json(types.Fact, text) == fact()


def test_what_is_no_fact_is_refused():
    with pytest.raises(ValueError, match="unknownKind"):
        accountstatus.from_json(types.Fact, '{"unknownKind": {}}')
    with pytest.raises(TypeError):
        accountstatus.to_json(3)
    with pytest.raises(TypeError, match=r"Fact\.kind"):
        contract.message(replace(fact(), kind=types.Allocation()))
    with pytest.raises(TypeError, match=r"Fact is wanted"):
        accountstatus.Client("/nowhere").report(["contoso"])


def test_a_datetime_stands_for_an_instant():
    moment = datetime(2026, 1, 1, tzinfo=timezone.utc)
    message = contract.message(replace(fact(), effective_at=moment))
    assert message.effective_at.seconds == 1_767_225_600


def test_both_clients_have_the_same_methods():
    import inspect

    from accountstatus import aio

    def methods(kind):
        found = {}
        for name, method in inspect.getmembers(kind, inspect.isfunction):
            if not name.startswith("_"):
                found[name] = list(inspect.signature(method).parameters.values())
        return found

    blocking, awaited = methods(accountstatus.Client), methods(aio.Client)
    assert blocking.keys() == awaited.keys()
    for name, parameters in blocking.items():
        assert [(p.name, p.kind, p.default) for p in parameters] == [
            (p.name, p.kind, p.default) for p in awaited[name]
        ], name


def test_every_method_of_the_contract_can_be_called():
    from accountstatus import calls

    ours = {method.name for method in vars(calls).values() if isinstance(method, calls.Method)}
    # A client that is told of changes asks StatusService.WatchStatuses, and a service mesh health.
    assert set(contract.methods()) - ours <= NOT_OFFERED


NOT_OFFERED = {
    "grpc.health.v1.Health/Watch",
    "accountstatus.v1.StatusService/WatchStatuses",
    "accountstatus.v1.TestingService/InjectFault",
}
