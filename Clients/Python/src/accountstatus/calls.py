"""The calls that clients make: requests out of arguments, and answers out of responses. No I/O, so
that the blocking client and the asyncio one ask and understand the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from . import contract, frames
from .errors import AccountStatusError, InvalidArgument, MalformedReply, from_status
from .types import (
    AccountState,
    AccountStatus,
    Billing,
    Capability,
    CapabilityCheck,
    EditionSummary,
    Explanation,
    Fact,
    History,
    Notice,
    PolicyEdition,
    ReasonCode,
    ReinstatementState,
    Report,
    ReportMode,
    ServerInfo,
    ServerStats,
    Simulation,
    StatusView,
)
from .values import DurationLike, Instant, InstantLike

T = TypeVar("T")

_METHODS = contract.methods()


class Method:
    """A method of the contract."""

    def __init__(self, service: str, name: str, request: str, response: str) -> None:
        self.name = f"{service}/{name}"
        self.prefix = frames.request_prefix(service, name)
        self.request = contract.message_class(request)
        self.response = contract.message_class(response)
        self.is_idempotent = _METHODS[self.name][2]

    def decode(self, payload: bytes) -> Any:
        """The response in a payload; ``MalformedReply``: it holds none."""
        try:
            return self.response.FromString(payload)
        except contract.DecodeError as error:
            raise MalformedReply(f"the answer of {self.name} does not decode: {error}") from None


def _method(service: str, name: str) -> Method:
    return Method(f"accountstatus.v1.{service}", name, f"{name}Request", f"{name}Response")


GET_STATUS = _method("StatusService", "GetStatus")
BATCH_GET_STATUS = _method("StatusService", "BatchGetStatus")
CHECK_CAPABILITY = _method("StatusService", "CheckCapability")
LIST_STATUSES = _method("StatusService", "ListStatuses")
EXPLAIN_STATUS = _method("StatusService", "ExplainStatus")
SIMULATE_STATUS = _method("StatusService", "SimulateStatus")
REPORT_FACTS = _method("LedgerService", "ReportFacts")
IMPORT_FACTS = _method("LedgerService", "ImportFacts")
LIST_FACTS = _method("LedgerService", "ListFacts")
GET_HISTORY = _method("LedgerService", "GetHistory")
GET_BILLING = _method("LedgerService", "GetBilling")
GET_INFO = _method("AdminService", "GetInfo")
GET_STATS = _method("AdminService", "GetStats")
LIST_EDITIONS = _method("AdminService", "ListEditions")
GET_EDITION = _method("AdminService", "GetEdition")
SET_CLOCK = _method("TestingService", "SetClock")
ADVANCE_CLOCK = _method("TestingService", "AdvanceClock")
INJECT_FAULT = _method("TestingService", "InjectFault")
CLEAR_FAULTS = _method("TestingService", "ClearFaults")
HEALTH_CHECK = Method(
    "grpc.health.v1.Health",
    "Check",
    "grpc.health.v1.HealthCheckRequest",
    "grpc.health.v1.HealthCheckResponse",
)


@dataclass(frozen=True)
class Call(Generic[T]):
    """A unary call: what is sent, and what its response comes to."""

    method: Method
    payload: bytes
    understand: Callable[[Any], T]

    def answer(self, payload: bytes) -> T:
        """What a response's payload comes to."""
        return self.understand(self.method.decode(payload))


def _call(method: Method, understand: Callable[[Any], T], /, **fields: Any) -> Call[T]:
    """A call; arguments of the wrong type are the caller's mistake: ``TypeError``."""
    try:
        request = contract.fill(method.request(), **fields)
        return Call(method, request.SerializeToString(), understand)
    except (ValueError, UnicodeError) as error:
        raise InvalidArgument(str(error)) from None


def _page(name: str, understand: Callable[[Any], T]) -> Callable[[Any], tuple[tuple[T, ...], str]]:
    def page(response: Any) -> tuple[tuple[T, ...], str]:
        return tuple(map(understand, getattr(response, name))), response.next_page_token

    return page


# ---------------------------------------------------------------------------- StatusService


@dataclass(frozen=True)
class Query:
    """At what time, by whose knowledge and under which rules something is asked."""

    as_of: InstantLike | None = None
    known_at: InstantLike | None = None
    policy_edition: str | None = None
    at_least: bytes | None = None

    def fields(self) -> dict[str, Any]:
        """As fields of a request."""
        return {
            "as_of": self.as_of,
            "known_at": self.known_at,
            "policy_edition": self.policy_edition,
            "at_least": self.at_least,
        }


@dataclass(frozen=True)
class Batch:
    """The answers for several accounts, at one instant."""

    statuses: dict[str, AccountStatus]
    """By account id, in the order asked for."""
    errors: dict[str, AccountStatusError]
    """Of the accounts that have none: mostly ``NotFound``."""
    token: bytes
    """Pass it as ``at_least`` to read nothing older."""


def get(account_id: str, view: StatusView | None, query: Query) -> Call[AccountStatus]:
    """GetStatus."""
    return _call(
        GET_STATUS, _status_of_response, account_id=account_id, view=view, **query.fields()
    )


def _status_of_response(response: Any) -> AccountStatus:
    status: AccountStatus = contract.value(response.status)
    return status


def get_many(account_ids: Iterable[str], view: StatusView | None, query: Query) -> Call[Batch]:
    """BatchGetStatus."""
    return _call(
        BATCH_GET_STATUS, _batch, account_ids=list(account_ids), view=view, **query.fields()
    )


def _batch(response: Any) -> Batch:
    batch = Batch({}, {}, response.token)
    for result in response.results:
        if result.WhichOneof("result") == "status":
            batch.statuses[result.account_id] = contract.value(result.status)
        else:
            error = result.error
            details = [(detail.type_url, detail.value) for detail in error.details]
            batch.errors[result.account_id] = from_status(error.code, error.message, details)
    return batch


def check(
    account_id: str, capabilities: Sequence[Capability], query: Query
) -> Call[CapabilityCheck]:
    """CheckCapability."""
    return _call(
        CHECK_CAPABILITY,
        contract.value,
        account_id=account_id,
        capabilities=list(capabilities),
        **query.fields(),
    )


@dataclass(frozen=True)
class StatusFilter:
    """Which accounts a list is of; what is left out filters nothing."""

    state: AccountState | None = None
    reason: ReasonCode | None = None
    notice: Notice | None = None
    eligible: bool = False
    reinstatement_state: ReinstatementState | None = None
    older_than: DurationLike | None = None
    suspends_before: InstantLike | None = None


def list_statuses(
    filtered: StatusFilter, query: Query, page_size: int | None, page_token: str
) -> Call[tuple[tuple[AccountStatus, ...], str]]:
    """A page of ListStatuses."""
    return _call(
        LIST_STATUSES,
        _page("statuses", contract.value),
        state=filtered.state,
        reason=filtered.reason,
        notice=filtered.notice,
        eligible=filtered.eligible,
        reinstatement_state=filtered.reinstatement_state,
        older_than=filtered.older_than,
        suspends_before=filtered.suspends_before,
        page_size=page_size,
        page_token=page_token,
        **query.fields(),
    )


def explain(account_id: str, locale: str | None, query: Query) -> Call[Explanation]:
    """ExplainStatus."""
    return _call(
        EXPLAIN_STATUS, contract.value, account_id=account_id, locale=locale, **query.fields()
    )


def simulate(account_id: str, facts: Iterable[Fact], query: Query) -> Call[Simulation]:
    """SimulateStatus."""
    fields = query.fields()
    del fields["known_at"]
    return _call(
        SIMULATE_STATUS, contract.value, account_id=account_id, facts=list(facts), **fields
    )


# ---------------------------------------------------------------------------- LedgerService


def report(facts: Iterable[Fact], each: bool) -> Call[Report]:
    """ReportFacts."""
    mode = ReportMode.EACH if each else ReportMode.ALL_OR_NOTHING
    return _call(REPORT_FACTS, contract.value, facts=list(facts), mode=mode)


def list_facts(
    account_id: str, at_least: bytes | None, page_size: int | None, page_token: str
) -> Call[tuple[tuple[Fact, ...], str]]:
    """A page of ListFacts."""
    return _call(
        LIST_FACTS,
        _page("facts", contract.value),
        account_id=account_id,
        page_size=page_size,
        page_token=page_token,
        at_least=at_least,
    )


def history(account_id: str, query: Query, page_size: int | None, page_token: str) -> Call[History]:
    """A page of GetHistory."""
    return _call(
        GET_HISTORY,
        contract.value,
        account_id=account_id,
        page_size=page_size,
        page_token=page_token,
        **query.fields(),
    )


def billing(
    account_id: str, months: int | None, query: Query, page_size: int | None, page_token: str
) -> Call[Billing]:
    """A page of GetBilling."""
    fields = query.fields()
    del fields["policy_edition"]
    return _call(
        GET_BILLING,
        contract.value,
        account_id=account_id,
        months=months,
        page_size=page_size,
        page_token=page_token,
        **fields,
    )


# ------------------------------------------------------------------ the server about itself


def info() -> Call[ServerInfo]:
    """GetInfo."""
    return _call(GET_INFO, contract.value)


def stats() -> Call[ServerStats]:
    """GetStats."""
    return _call(GET_STATS, contract.value)


def editions() -> Call[tuple[EditionSummary, ...]]:
    """ListEditions."""
    return _call(LIST_EDITIONS, lambda response: tuple(map(contract.value, response.editions)))


def edition(name: str | None) -> Call[PolicyEdition]:
    """GetEdition."""
    return _call(GET_EDITION, _edition_of_response, name=name)


def _edition_of_response(response: Any) -> PolicyEdition:
    edition: PolicyEdition = contract.value(response.edition)
    return edition


def health(service: str) -> Call[bool]:
    """Check."""
    return _call(HEALTH_CHECK, lambda response: bool(response.status == 1), service=service)


def set_clock(now: InstantLike) -> Call[Instant]:
    """SetClock."""
    return _call(SET_CLOCK, lambda response: contract.instant(response.now), now=now)


def advance_clock(by: DurationLike) -> Call[Instant]:
    """AdvanceClock."""
    return _call(ADVANCE_CLOCK, lambda response: contract.instant(response.now), by=by)


def inject_fault(
    method: str,
    count: int | None,
    delay: DurationLike | None,
    error: int | type[AccountStatusError] | None,
    drop_connection: bool,
    stop_heartbeat: bool,
) -> Call[None]:
    """InjectFault."""
    if count is not None and count < 1:
        # No calls at all would read as all of them.
        raise InvalidArgument(f"a fault strikes at least one call, or None: all; not {count}")
    code = error if error is None or isinstance(error, int) else error.code
    return _call(
        INJECT_FAULT,
        lambda response: None,
        method=method,
        count=count,
        delay=delay,
        code=code,
        drop_connection=drop_connection,
        stop_heartbeat=stop_heartbeat,
    )


def clear_faults() -> Call[int]:
    """ClearFaults."""
    return _call(CLEAR_FAULTS, lambda response: int(response.struck))
