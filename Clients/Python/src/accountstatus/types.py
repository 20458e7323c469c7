"""What the contract's messages are in Python. Written by tools/generate.py from proto/.

Values: immutable, compared by content, made by keyword. An absent message is ``None``, a repeated
field a tuple, a ``oneof`` one field that holds whichever was set. :func:`accountstatus.to_json` and
:func:`accountstatus.from_json` convert them to and from canonical proto3 JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Union

from .values import Instant, Money, OpenEnum


@dataclass(frozen=True)
class RPCStatus:
    """Why one thing of several failed: a gRPC code and a text for people."""

    code: int = 0
    message: str = ""


class AccountState(OpenEnum):
    """Where an account stands. A client that reads a value it does not know uses its caller's
    default, never ACTIVE.
    """

    UNSPECIFIED = 0
    ACTIVE = 1
    SUSPENDED = 2
    CLOSED = 3
    NOT_COVERED = 4
    """The edition does not cover the account's cloud: not known to be active."""


class ReasonCode(OpenEnum):
    """Why an account is suspended. Answers list them in this order."""

    UNSPECIFIED = 0
    ACCOUNT_ABUSE = 1
    BILLING_PAST_DUE = 2
    INDIRECT_PROVIDER_ISSUE = 3
    PROFILE_FAILED_OR_REJECTED = 4


class Capability(OpenEnum):
    """What an account may do. An unknown capability is an error, never allowed."""

    UNSPECIFIED = 0
    MANAGE_EXISTING_DEPLOYMENTS = 1
    MANAGE_EXISTING_LICENSES = 2
    MANAGE_EXISTING_SERVICES = 3
    AUTHORIZE_NEW_LICENSES = 4
    AUTHORIZE_NEW_SERVICES = 5
    SELL_NEW_LICENSES = 6
    SELL_NEW_SERVICES = 7
    DECREASE_QUANTITY = 8
    RENEW_EXISTING = 9
    CANCEL_EXISTING = 10
    DEPLOY_UNDER_EXISTING_SUBSCRIPTION = 11
    INCREASE_QUANTITY = 12
    ADD_ADDON = 13
    CREATE_CUSTOMER = 14
    VIEW_BILLING = 15
    PAY_INVOICE = 16
    UPDATE_PROFILE = 17
    SUBMIT_SUPPORT_REQUEST = 18
    DELEGATED_ADMINISTRATION = 19


class CapabilityBasis(OpenEnum):
    """Where a capability's answer comes from."""

    UNSPECIFIED = 0
    ARTICLE = 1
    """The support article says so."""
    INTERPRETATION = 2
    """Our reading of the article."""
    WAY_BACK = 3
    """The way back to good standing needs it."""


class Notice(OpenEnum):
    """Something worth knowing that is not a reason for suspension."""

    UNSPECIFIED = 0
    PAYMENT_DELINQUENT = 1
    UNALLOCATED_PAYMENT = 2
    DISPUTED = 3
    VERIFICATION_PENDING = 4
    PROFILE_INCOMPLETE = 5
    ABUSE_UNDER_REVIEW = 6
    PROVIDER_SUSPENDED = 7
    """FULL view only: looked up when answering."""
    REASON_NOT_APPLICABLE = 8
    INVOICE_ON_UNBILLED_TYPE = 9
    BALANCE_WITHOUT_INVOICE = 10
    DIVERGES_FROM_OBSERVED = 11
    NO_EVIDENCE = 12


class ReinstatementState(OpenEnum):
    """How far the way back is."""

    UNSPECIFIED = 0
    NONE = 1
    """Not suspended."""
    NOT_REQUESTED = 2
    AWAITING_REMEDY = 3
    """Requested, but a reason still holds."""
    IN_REVIEW = 4
    PARTNER_ACTION_NEEDED = 5
    DECLINED = 6


class StatusView(OpenEnum):
    """How much a status carries."""

    UNSPECIFIED = 0
    """BASIC, unless as_of, known_at or policy_edition ask for FULL."""
    BASIC = 1
    """The status index's record: reasons by code only. Answered from memory."""
    FULL = 2
    """The ledger's answer: adds subjects, detail, because, each reason's since, known_at and
    PROVIDER_SUSPENDED.
    """


class Cloud(OpenEnum):
    """See accountstatus/v1/fact.proto."""

    UNSPECIFIED = 0
    PUBLIC = 1
    US_GOVERNMENT = 2
    GERMANY = 3
    CHINA_21VIANET = 4


class PartnerType(OpenEnum):
    """See accountstatus/v1/fact.proto."""

    UNSPECIFIED = 0
    DIRECT_BILL = 1
    INDIRECT_PROVIDER = 2
    INDIRECT_RESELLER = 3


class Program(OpenEnum):
    """See accountstatus/v1/fact.proto."""

    UNSPECIFIED = 0
    CSP = 1
    MAICPP = 2


class VerificationState(OpenEnum):
    """See accountstatus/v1/fact.proto."""

    UNSPECIFIED = 0
    NONE = 1
    PENDING = 2
    AUTHORIZED = 3
    REJECTED = 4
    FAILED = 5


class VerificationCheck(OpenEnum):
    """See accountstatus/v1/fact.proto."""

    UNSPECIFIED = 0
    EMAIL_OWNERSHIP = 1
    EMAIL_DOMAIN = 2
    EMPLOYMENT = 3
    BUSINESS = 4
    IDENTITY = 5
    DUE_DILIGENCE = 6


class CheckState(OpenEnum):
    """See accountstatus/v1/fact.proto."""

    UNSPECIFIED = 0
    NOT_STARTED = 1
    PENDING = 2
    PASSED = 3
    REJECTED = 4
    CHALLENGED = 5


class AbuseSeverity(OpenEnum):
    """See accountstatus/v1/fact.proto."""

    UNSPECIFIED = 0
    MINOR = 1
    SIGNIFICANT = 2


class AbuseState(OpenEnum):
    """See accountstatus/v1/fact.proto."""

    UNSPECIFIED = 0
    SUSPECTED = 1
    CONFIRMED = 2
    DISMISSED = 3


class SupportRequestPurpose(OpenEnum):
    """See accountstatus/v1/fact.proto."""

    UNSPECIFIED = 0
    REINSTATEMENT = 1
    APPEAL = 2
    OTHER = 3


class SupportRequestStatus(OpenEnum):
    """See accountstatus/v1/fact.proto."""

    UNSPECIFIED = 0
    OPEN = 1
    ATTENTION_NEEDED = 2
    CLOSED = 3


class Role(OpenEnum):
    """See accountstatus/v1/fact.proto."""

    UNSPECIFIED = 0
    GLOBAL_ADMIN = 1
    BILLING_ADMIN = 2
    OTHER = 3


class DecisionOutcome(OpenEnum):
    """See accountstatus/v1/fact.proto."""

    UNSPECIFIED = 0
    APPROVED = 1
    DECLINED = 2


class DayComparator(OpenEnum):
    """See accountstatus/v1/policy_edition.proto."""

    UNSPECIFIED = 0
    MORE_THAN = 1
    """The threshold itself is not enough."""
    AT_LEAST = 2
    """The threshold itself is enough."""


class ReportMode(OpenEnum):
    """What happens to the good facts of a request that holds a bad one."""

    UNSPECIFIED = 0
    """ALL_OR_NOTHING."""
    ALL_OR_NOTHING = 1
    """One refused fact fails the call, and nothing is stored."""
    EACH = 2
    """Every fact has its own result."""


class FactOutcome(OpenEnum):
    """See accountstatus/v1/ledger_service.proto."""

    UNSPECIFIED = 0
    STORED = 1
    DUPLICATE = 2
    """The same fact was stored before; it counts once."""
    REFUSED = 3
    """REPORT_MODE_EACH only."""


class EpisodeEnd(OpenEnum):
    """See accountstatus/v1/ledger_service.proto."""

    UNSPECIFIED = 0
    """It is open."""
    APPROVED = 1
    AUTOMATIC = 2
    """The edition reinstates by itself."""
    ACCOUNT_CLOSED = 3


class RemediationCode(OpenEnum):
    """See accountstatus/v1/status_service.proto."""

    UNSPECIFIED = 0
    REVIEW_BILLING = 1
    PAY_INVOICE = 2
    ALLOCATE_PAYMENT = 3
    VERIFY_PROFILE = 4
    FIX_PROFILE_CHECK = 5
    PROVIDER_RESOLVES_ISSUE = 6
    CHECK_PROFILE_COMPLETE = 7
    FILE_SUPPORT_REQUEST = 8
    AWAIT_DECISION = 9
    CONTACT_SUPPORT = 10


@dataclass(frozen=True)
class Reason:
    """One reason that holds, unwaived."""

    code: ReasonCode = ReasonCode.UNSPECIFIED
    since: Optional[Instant] = None
    """Start of the unbroken stretch in which it holds. FULL only."""
    subjects: tuple[str, ...] = ()
    """Finding ids; invoice ids by due date, then id; issue ids; none for the profile. FULL only."""
    detail: str = ""
    """One line for people. Nothing in it changes by time alone. FULL only."""
    under_review: bool = False
    """An appeal is pending; it does not clear the reason. FULL only."""


@dataclass(frozen=True)
class NextTransition:
    """The first later instant at which the state differs."""

    at: Optional[Instant] = None
    to_state: AccountState = AccountState.UNSPECIFIED
    because: tuple[ReasonCode, ...] = ()
    """The reason codes that hold then; empty when a fact does it. FULL only."""
    subjects: tuple[str, ...] = ()
    """What those reasons concern. FULL only."""


@dataclass(frozen=True)
class AccountStatus:
    """What is true of an account at an instant."""

    account_id: str = ""
    state: AccountState = AccountState.UNSPECIFIED
    since: Optional[Instant] = None
    """ACTIVE: registration or the last episode's end. SUSPENDED: the episode's opening. CLOSED: the
    closing. NOT_COVERED: registration.
    """
    reasons: tuple[Reason, ...] = ()
    """At most 4, in the order of ReasonCode. Empty while suspended: nothing is outstanding."""
    capabilities: tuple[Capability, ...] = ()
    """The allowed ones, ascending."""
    notices: tuple[Notice, ...] = ()
    """Ascending."""
    next_transition: Optional[NextTransition] = None
    """Absent: none is known to come."""
    eligible_for_reinstatement: bool = False
    """Suspended with no unwaived reason."""
    reinstatement_state: ReinstatementState = ReinstatementState.UNSPECIFIED
    policy_edition: str = ""
    revision: int = 0
    """Counts the committed changes of the current answer; never decreases."""
    as_of: Optional[Instant] = None
    known_at: Optional[Instant] = None
    """Absent: everything stored."""
    projected: bool = False
    """as_of is later than now."""
    reinstatement_since: Optional[Instant] = None
    """Since when the reinstatement state is what it is; absent while it is NONE. FULL and lists
    only.
    """


@dataclass(frozen=True)
class AccountRegistered:
    """The account exists. One per account."""

    cloud: Cloud = Cloud.UNSPECIFIED
    partner_types: tuple[PartnerType, ...] = ()
    """A set, not empty: an account in transition holds two. At most 3."""
    program: Program = Program.UNSPECIFIED
    display_name: str = ""
    country: str = ""
    """ISO 3166 alpha-2, or empty."""


@dataclass(frozen=True)
class PartnerTypesChanged:
    """The whole new set."""

    partner_types: tuple[PartnerType, ...] = ()


@dataclass(frozen=True)
class AccountClosed:
    """See accountstatus/v1/fact.proto."""


@dataclass(frozen=True)
class InvoiceIssued:
    """An invoice. One with a total of zero or less owes nothing."""

    invoice_id: str = ""
    issue_date: str = ""
    """YYYY-MM-DD, UTC, as every date here."""
    due_date: str = ""
    """A stated due date beats a term."""
    term_days: int = 0
    """Days from issue to due. 0: 60."""
    total: Optional[Money] = None
    period_start: str = ""
    period_end: str = ""
    invoice_url: str = ""
    reconciliation_url: str = ""


@dataclass(frozen=True)
class InvoiceVoided:
    """See accountstatus/v1/fact.proto."""

    invoice_id: str = ""
    replaced_by: str = ""
    """The invoice that replaces it, if any. Nothing moves to it by itself."""


@dataclass(frozen=True)
class CreditApplied:
    """See accountstatus/v1/fact.proto."""

    credit_id: str = ""
    invoice_id: str = ""
    amount: Optional[Money] = None
    """More than zero."""


@dataclass(frozen=True)
class Allocation:
    """A part of a payment that goes to an invoice."""

    invoice_id: str = ""
    amount: Optional[Money] = None
    """More than zero."""


@dataclass(frozen=True)
class PaymentReceived:
    """See accountstatus/v1/fact.proto."""

    payment_id: str = ""
    amount: Optional[Money] = None
    """More than zero."""
    allocations: tuple[Allocation, ...] = ()
    """At most 1 000."""


@dataclass(frozen=True)
class PaymentAllocated:
    """More allocations of a payment."""

    payment_id: str = ""
    allocations: tuple[Allocation, ...] = ()
    """1 to 1 000."""


@dataclass(frozen=True)
class PaymentReversed:
    """See accountstatus/v1/fact.proto."""

    payment_id: str = ""


@dataclass(frozen=True)
class DisputeOpened:
    """See accountstatus/v1/fact.proto."""

    invoice_id: str = ""


@dataclass(frozen=True)
class DisputeClosed:
    """See accountstatus/v1/fact.proto."""

    invoice_id: str = ""


@dataclass(frozen=True)
class BalanceReported:
    """A bill summary without invoices."""

    amount: Optional[Money] = None


@dataclass(frozen=True)
class VerificationCheckResult:
    """See accountstatus/v1/fact.proto."""

    kind: VerificationCheck = VerificationCheck.UNSPECIFIED
    state: CheckState = CheckState.UNSPECIFIED


@dataclass(frozen=True)
class ProfileVerificationChanged:
    """What is left unspecified is unchanged; at least one field is set."""

    overall: VerificationState = VerificationState.UNSPECIFIED
    last_finalized: VerificationState = VerificationState.UNSPECIFIED
    """AUTHORIZED, REJECTED or FAILED."""
    checks: tuple[VerificationCheckResult, ...] = ()
    """At most 6, each kind once."""


@dataclass(frozen=True)
class AbuseFindingChanged:
    """See accountstatus/v1/fact.proto."""

    finding_id: str = ""
    severity: AbuseSeverity = AbuseSeverity.UNSPECIFIED
    state: AbuseState = AbuseState.UNSPECIFIED


@dataclass(frozen=True)
class ProviderLinked:
    """See accountstatus/v1/fact.proto."""

    provider_id: str = ""


@dataclass(frozen=True)
class ProviderUnlinked:
    """See accountstatus/v1/fact.proto."""

    provider_id: str = ""


@dataclass(frozen=True)
class ProviderIssueOpened:
    """See accountstatus/v1/fact.proto."""

    issue_id: str = ""
    provider_id: str = ""
    affects_operations: bool = False
    impacts_account: bool = False


@dataclass(frozen=True)
class ProviderIssueResolved:
    """See accountstatus/v1/fact.proto."""

    issue_id: str = ""


@dataclass(frozen=True)
class Requester:
    """See accountstatus/v1/fact.proto."""

    name: str = ""
    role: Role = Role.UNSPECIFIED


@dataclass(frozen=True)
class SupportRequestOpened:
    """See accountstatus/v1/fact.proto."""

    request_id: str = ""
    purpose: SupportRequestPurpose = SupportRequestPurpose.UNSPECIFIED
    requested_by: Optional[Requester] = None


@dataclass(frozen=True)
class SupportRequestUpdated:
    """See accountstatus/v1/fact.proto."""

    request_id: str = ""
    status: SupportRequestStatus = SupportRequestStatus.UNSPECIFIED


@dataclass(frozen=True)
class Waiver:
    """Ignores a reason from the decision until an instant."""

    reason: ReasonCode = ReasonCode.UNSPECIFIED
    subject: str = ""
    """Empty: every subject of the reason."""
    until: Optional[Instant] = None
    """Required."""


@dataclass(frozen=True)
class ReinstatementDecided:
    """Support's answer. An approval is accepted only if no reason holds under its own waivers."""

    decision_id: str = ""
    request_id: str = ""
    """Empty: it decides all reinstatement requests opened before it."""
    outcome: DecisionOutcome = DecisionOutcome.UNSPECIFIED
    waivers: tuple[Waiver, ...] = ()
    """At most 100, on approvals only."""
    note: str = ""


@dataclass(frozen=True)
class ExternalStatusObserved:
    """What the outside world shows. It changes no state."""

    state: AccountState = AccountState.UNSPECIFIED
    note: str = ""


@dataclass(frozen=True)
class FactRetracted:
    """From its recorded_at on, the fact named counts at no instant. It may arrive first. A
    retraction is not undone by another: report what it took back again, under a new fact id.
    """

    source: str = ""
    fact_id: str = ""


@dataclass(frozen=True)
class Recorder:
    """Who reported a fact, as the kernel knew them."""

    uid: int = 0
    gid: int = 0
    pid: int = 0
    command: str = ""
    """Command name, systemd unit and executable, where they could be read."""
    unit: str = ""
    executable: str = ""
    process_started_at: Optional[Instant] = None
    """When the process started."""


@dataclass(frozen=True)
class Fact:
    """Something that happened to an account. Identity is (source, fact_id): a repeat counts once.
    """

    account_id: str = ""
    """1 to 64 bytes of [A-Za-z0-9._:@-]."""
    source: str = ""
    """1 to 128 bytes of UTF-8 without control characters, as every other id."""
    fact_id: str = ""
    effective_at: Optional[Instant] = None
    """When it became true: 1970-01-01 to 2261-12-31. Required."""
    sequence: int = 0
    """Set by the server."""
    recorded_at: Optional[Instant] = None
    recorded_by: Optional[Recorder] = None
    kind: Optional[
        Union[
            AccountRegistered,
            PartnerTypesChanged,
            AccountClosed,
            InvoiceIssued,
            InvoiceVoided,
            CreditApplied,
            PaymentReceived,
            PaymentAllocated,
            PaymentReversed,
            DisputeOpened,
            DisputeClosed,
            BalanceReported,
            ProfileVerificationChanged,
            AbuseFindingChanged,
            ProviderLinked,
            ProviderUnlinked,
            ProviderIssueOpened,
            ProviderIssueResolved,
            SupportRequestOpened,
            SupportRequestUpdated,
            ReinstatementDecided,
            ExternalStatusObserved,
            FactRetracted,
        ]
    ] = None


@dataclass(frozen=True)
class PolicyEdition:
    """A dated, immutable set of rules. Its JSON, with every field shown, is the format of an
    edition's file: only the four rules of a programme may be left out.
    """

    name: str = ""
    """What queries and answers call it, for example 2020-06. 1 to 64 bytes of [A-Za-z0-9._-], the
    first a letter or digit.
    """
    covered_clouds: tuple[Cloud, ...] = ()
    """Accounts of every other cloud are NOT_COVERED."""
    csp: Optional[ProgramRules] = None
    """The rules for accounts of the csp programme."""
    maicpp: Optional[ProgramRules] = None
    """The rules for accounts of the maicpp programme."""
    capabilities: tuple[CapabilityRule, ...] = ()
    """A row per capability."""
    allowed_outside: tuple[Capability, ...] = ()
    """What CLOSED and NOT_COVERED accounts may still do."""


@dataclass(frozen=True)
class ProgramRules:
    """The reasons for suspension of one programme; an absent rule is no reason there."""

    abuse: Optional[AbuseRule] = None
    billing: Optional[BillingRule] = None
    provider: Optional[ProviderRule] = None
    profile: Optional[ProfileRule] = None
    auto_reinstate: tuple[ReasonCode, ...] = ()
    """An episode of these reasons only ends by itself when the last one clears."""


@dataclass(frozen=True)
class DayThreshold:
    """How many whole UTC days are enough."""

    comparator: DayComparator = DayComparator.UNSPECIFIED
    days: int = 0
    """At most 36500."""


@dataclass(frozen=True)
class AbuseRule:
    """Abuse findings of these severities and states are reasons."""

    severities: tuple[AbuseSeverity, ...] = ()
    states: tuple[AbuseState, ...] = ()


@dataclass(frozen=True)
class BillingRule:
    """An open invoice this long past due is a reason."""

    past_due: Optional[DayThreshold] = None


@dataclass(frozen=True)
class ProviderRule:
    """An open issue with an indirect provider is a reason for accounts that are one of these."""

    partner_types: tuple[PartnerType, ...] = ()


@dataclass(frozen=True)
class ProfileRule:
    """A profile whose overall state has been one of these for long enough is a reason."""

    states: tuple[VerificationState, ...] = ()
    lasting: Optional[DayThreshold] = None
    holds_under_review: bool = False
    """A pending vetting after one of these states keeps a suspended account's reason up."""


@dataclass(frozen=True)
class CapabilityRule:
    """See accountstatus/v1/policy_edition.proto."""

    capability: Capability = Capability.UNSPECIFIED
    allowed_while_suspended: bool = False
    basis: CapabilityBasis = CapabilityBasis.UNSPECIFIED


@dataclass(frozen=True)
class ServerInfo:
    """See accountstatus/v1/admin_service.proto."""

    version: str = ""
    pid: int = 0
    started_at: Optional[Instant] = None
    rpc_socket: str = ""
    table_socket: str = ""
    """Empty until there is one."""
    store_id: bytes = b""
    """Identifies the ledger for its whole life; a copy keeps it."""
    store_version: int = 0
    """Schema version of the ledger file."""
    database: str = ""
    policy_edition: str = ""
    """The default edition, and all that are known."""
    policy_editions: tuple[str, ...] = ()
    ephemeral: bool = False
    manual_clock: bool = False
    now: Optional[Instant] = None
    """The server's clock."""
    read_only_because: str = ""
    """Why writes are refused at present; empty when they are not."""


@dataclass(frozen=True)
class MethodStats:
    """Calls of one method since the start."""

    method: str = ""
    """Full name, for example accountstatus.v1.StatusService/GetStatus."""
    calls: int = 0
    errors: int = 0
    p50: Optional[float] = None
    """From readable to reply queued, of the calls so far."""
    p90: Optional[float] = None
    p99: Optional[float] = None
    p999: Optional[float] = None


@dataclass(frozen=True)
class Counter:
    """A named count."""

    name: str = ""
    value: int = 0


@dataclass(frozen=True)
class UpcomingSuspension:
    """An account that time alone will suspend."""

    account_id: str = ""
    at: Optional[Instant] = None


@dataclass(frozen=True)
class ServerStats:
    """See accountstatus/v1/admin_service.proto."""

    methods: tuple[MethodStats, ...] = ()
    """By name; methods never called are left out."""
    counters: tuple[Counter, ...] = ()
    """By name. Gauges (connections, accounts) and totals (commits, refusals)."""
    upcoming_suspensions: tuple[UpcomingSuspension, ...] = ()
    """The next ones, by instant, then account; at most 10. At most one second old."""


@dataclass(frozen=True)
class EditionSummary:
    """See accountstatus/v1/admin_service.proto."""

    name: str = ""
    is_default: bool = False
    """The edition of answers that name none."""
    file: str = ""
    """The file it was read from; empty: it comes with the server."""


@dataclass(frozen=True)
class FactRefusal:
    """Why a fact was not stored."""

    index: int = 0
    """Place in the request."""
    source: str = ""
    fact_id: str = ""
    code: int = 0
    """A google.rpc code: INVALID_ARGUMENT, ALREADY_EXISTS, FAILED_PRECONDITION, PERMISSION_DENIED.
    """
    field: str = ""
    """Path of the field in proto3 JSON names, for example facts[0].invoiceIssued.total; may be
    empty.
    """
    message: str = ""
    """What is wrong and what would be right."""
    outstanding: tuple[Reason, ...] = ()
    """Of an approval: the reasons that stand against it, with at most 100 subjects each. The first
    20 refusals of a reply have it.
    """


@dataclass(frozen=True)
class ReportFactsFailure:
    """The detail of a failed ALL_OR_NOTHING call: every refused fact."""

    refusals: tuple[FactRefusal, ...] = ()


@dataclass(frozen=True)
class FactResult:
    """See accountstatus/v1/ledger_service.proto."""

    outcome: FactOutcome = FactOutcome.UNSPECIFIED
    sequence: int = 0
    """Of the stored fact, or of the one it repeats."""
    refusal: Optional[FactRefusal] = None
    """When REFUSED."""


@dataclass(frozen=True)
class Report:
    """See accountstatus/v1/ledger_service.proto."""

    results: tuple[FactResult, ...] = ()
    """One per fact, in that order."""
    token: bytes = b""
    """Pass it as at_least to read what was written here."""


@dataclass(frozen=True)
class Episode:
    """One suspension from its opening to its end."""

    since: Optional[Instant] = None
    until: Optional[Instant] = None
    """Absent: it is open."""
    reasons: tuple[Reason, ...] = ()
    """Every reason that held in it, with its first since and all of its subjects, by code; without
    detail. At most 100 subjects each, those that came first.
    """
    ended_by: EpisodeEnd = EpisodeEnd.UNSPECIFIED
    decision_id: str = ""
    """Where a decision ended it."""


@dataclass(frozen=True)
class DecisionRecord:
    """A decision, and whose it was."""

    fact: Optional[Fact] = None
    """The fact, with who reported it and when."""
    took_effect: bool = False
    """An approval ended the episode that was open; a decline left it open."""


@dataclass(frozen=True)
class StretchState:
    """How things stood during a stretch of time."""

    state: AccountState = AccountState.UNSPECIFIED
    reasons: tuple[ReasonCode, ...] = ()


@dataclass(frozen=True)
class CorrectedStretch:
    """A stretch of the past that turned out to have been different."""

    from_: Optional[Instant] = None
    until: Optional[Instant] = None
    """Exclusive; at most the correction's recorded_at."""
    before: Optional[StretchState] = None
    """Absent, as in the next one: not registered."""
    after: Optional[StretchState] = None


@dataclass(frozen=True)
class Correction:
    """What was learned too late, and which answers about the past it changed: what was known just
    before recorded_at against what was known then, up to recorded_at.
    """

    recorded_at: Optional[Instant] = None
    stretches: tuple[CorrectedStretch, ...] = ()
    """In time order, not empty. At most 100, the earliest."""
    facts: tuple[Fact, ...] = ()
    """The late facts and retractions that may have changed them, by effective time. At most 100,
    the earliest; fewer where they are large.
    """
    later_stretches: int = 0
    """How many later stretches and facts are left out."""
    later_facts: int = 0


@dataclass(frozen=True)
class History:
    """Computed from the facts."""

    episodes: tuple[Episode, ...] = ()
    """Oldest first. At most 1 000, the newest; fewer where they are large. On the first page."""
    decisions: tuple[DecisionRecord, ...] = ()
    """Oldest first. At most 1 000, the newest; fewer where they are large. On the first page."""
    corrections: tuple[Correction, ...] = ()
    """Newest first. A page may hold few or none although there is a next one."""
    next_page_token: str = ""
    """Empty: this was the last page of corrections."""
    as_of: Optional[Instant] = None
    policy_edition: str = ""
    token: bytes = b""
    earlier_episodes: int = 0
    """How many older episodes and decisions are left out."""
    earlier_decisions: int = 0


@dataclass(frozen=True)
class CurrencyBalance:
    """What is owed in one currency. Currencies never net against each other."""

    balance_due: Optional[Money] = None
    """What unvoided invoices leave open."""
    past_due: Optional[Money] = None
    """The part of it past its due date."""
    current_month: Optional[Money] = None
    """The total of the invoices issued in the UTC month of as_of."""
    unallocated: Optional[Money] = None
    """Received and taken by no invoice."""


@dataclass(frozen=True)
class MonthlyAmounts:
    """A UTC month in one currency, as it stood at its end, or at as_of in its month: what was
    voided or reversed by then is left out, what was so later shows in open of a later month.
    """

    invoiced: Optional[Money] = None
    """By issue date."""
    credited: Optional[Money] = None
    """In the month of effective_at, or of the invoice's where the credit came first."""
    paid: Optional[Money] = None
    """Payments received, allocated or not, in the month of effective_at."""
    open: Optional[Money] = None
    """At the month's end, or at as_of in its month."""


@dataclass(frozen=True)
class BillingMonth:
    """A month and how it differs from the one before."""

    month: str = ""
    """YYYY-MM."""
    amounts: Optional[MonthlyAmounts] = None
    trend: Optional[MonthlyAmounts] = None
    """The change from the month before."""


@dataclass(frozen=True)
class BillingInvoice:
    """An invoice with what was done about it."""

    invoice_id: str = ""
    issue_date: str = ""
    """Dates are YYYY-MM-DD."""
    due_date: str = ""
    total: Optional[Money] = None
    credited: Optional[Money] = None
    paid: Optional[Money] = None
    """Taken of payments in force."""
    open: Optional[Money] = None
    """Never below zero."""
    days_past_due: int = 0
    """Negative before the due date."""
    disputed: bool = False
    voided: bool = False
    replaced_by: str = ""
    period_start: str = ""
    period_end: str = ""
    invoice_url: str = ""
    reconciliation_url: str = ""


@dataclass(frozen=True)
class BillingPayment:
    """A payment that was not reversed."""

    payment_id: str = ""
    received_at: Optional[Instant] = None
    amount: Optional[Money] = None
    unallocated: Optional[Money] = None


@dataclass(frozen=True)
class Billing:
    """Later pages carry invoices only. OUT_OF_RANGE where a sum does not fit Money."""

    balances: tuple[CurrencyBalance, ...] = ()
    """By currency code. At most 500; of more, RESOURCE_EXHAUSTED."""
    history: tuple[BillingMonth, ...] = ()
    """By currency code, then oldest month first. At most 1 200: of many currencies fewer months."""
    invoices: tuple[BillingInvoice, ...] = ()
    """Open ones first, by due date, then the others, newest due date first; then by id."""
    latest_payment: Optional[BillingPayment] = None
    """Of all currencies; absent: there is none."""
    unallocated_payments: tuple[BillingPayment, ...] = ()
    """Oldest first. At most 1 000."""
    as_of: Optional[Instant] = None
    next_page_token: str = ""
    """Empty: this was the last page of invoices."""
    token: bytes = b""


@dataclass(frozen=True)
class BatchStatusResult:
    """The answer for one id of a batch."""

    account_id: str = ""
    result: Optional[Union[AccountStatus, RPCStatus]] = None


@dataclass(frozen=True)
class CapabilityResult:
    """See accountstatus/v1/status_service.proto."""

    capability: Capability = Capability.UNSPECIFIED
    allowed: bool = False
    basis: CapabilityBasis = CapabilityBasis.UNSPECIFIED


@dataclass(frozen=True)
class CapabilityCheck:
    """See accountstatus/v1/status_service.proto."""

    results: tuple[CapabilityResult, ...] = ()
    """One per capability asked for, in that order."""
    state: AccountState = AccountState.UNSPECIFIED
    reasons: tuple[Reason, ...] = ()
    """Why what is denied is denied."""
    revision: int = 0
    next_transition: Optional[NextTransition] = None
    """How long the answer is good."""
    as_of: Optional[Instant] = None
    token: bytes = b""


@dataclass(frozen=True)
class FactReference:
    """A fact that had a part in an answer."""

    source: str = ""
    fact_id: str = ""
    kind: str = ""
    """The name of its kind, as in Fact's JSON: invoiceIssued."""
    effective_at: Optional[Instant] = None
    sequence: int = 0
    recorded_at: Optional[Instant] = None
    recorded_by: Optional[Recorder] = None


@dataclass(frozen=True)
class InvoiceNumbers:
    """The numbers of an invoice that a rule looked at."""

    open: Optional[Money] = None
    due_date: str = ""
    """YYYY-MM-DD."""
    days_past_due: int = 0
    """Whole UTC days; negative before the due date."""


@dataclass(frozen=True)
class SubjectExplanation:
    """What a reason, a waiver or a notice concerns."""

    subject: str = ""
    """As in Reason.subjects; empty: the account as a whole."""
    text: str = ""
    """In the locale asked for."""
    invoice: Optional[InvoiceNumbers] = None
    """Of invoices."""
    days: int = 0
    """How many whole UTC days the state of a profile has lasted, where a rule counts them."""
    facts: tuple[FactReference, ...] = ()
    """In the order they took effect. At most 100, the newest, and 1 000 in an explanation."""


@dataclass(frozen=True)
class ReasonExplanation:
    """See accountstatus/v1/status_service.proto."""

    code: ReasonCode = ReasonCode.UNSPECIFIED
    since: Optional[Instant] = None
    rule: str = ""
    """The rule, in the locale asked for."""
    article_sentence: str = ""
    """The number of the article's sentence that it comes from: 3a."""
    interpretation: str = ""
    """How the sentence was read, where it leaves room; in the locale asked for."""
    threshold: Optional[DayThreshold] = None
    """How many days are enough, where the rule counts days."""
    interval: str = ""
    """The same as an interval: (60 d, ∞)."""
    under_review: bool = False
    subjects: tuple[SubjectExplanation, ...] = ()
    """At most 100."""


@dataclass(frozen=True)
class WaiverExplanation:
    """A reason that would hold but for a waiver."""

    reason: ReasonCode = ReasonCode.UNSPECIFIED
    subject: str = ""
    """Empty: every subject of the reason."""
    until: Optional[Instant] = None
    text: str = ""
    decision: Optional[FactReference] = None
    """The decision."""


@dataclass(frozen=True)
class NoticeExplanation:
    """See accountstatus/v1/status_service.proto."""

    notice: Notice = Notice.UNSPECIFIED
    text: str = ""
    subjects: tuple[SubjectExplanation, ...] = ()
    """At most 100."""


@dataclass(frozen=True)
class CapabilityExplanation:
    """See accountstatus/v1/status_service.proto."""

    capability: Capability = Capability.UNSPECIFIED
    allowed: bool = False
    basis: CapabilityBasis = CapabilityBasis.UNSPECIFIED
    text: str = ""


@dataclass(frozen=True)
class RemediationStep:
    """One step of the way back."""

    code: RemediationCode = RemediationCode.UNSPECIFIED
    subject: str = ""
    """The invoice, payment, check or issue; empty where there is none."""
    role: Role = Role.UNSPECIFIED
    """Who may do it. UNSPECIFIED: not the partner, but support or the provider."""
    also: tuple[Role, ...] = ()
    """Others who may."""
    link: str = ""
    """Where."""
    done: bool = False
    text: str = ""


@dataclass(frozen=True)
class Explanation:
    """See accountstatus/v1/status_service.proto."""

    status: Optional[AccountStatus] = None
    locale: str = ""
    """The language of the texts: en or sv."""
    summary: str = ""
    """One sentence."""
    reasons: tuple[ReasonExplanation, ...] = ()
    """In the order of status.reasons."""
    waivers: tuple[WaiverExplanation, ...] = ()
    """In the order of their decisions. At most 100."""
    notices: tuple[NoticeExplanation, ...] = ()
    capabilities: tuple[CapabilityExplanation, ...] = ()
    """Every capability."""
    steps: tuple[RemediationStep, ...] = ()
    """In the order they are to be taken; empty unless suspended. At most 500 invoices to pay, and
    500 payments to allocate.
    """
    token: bytes = b""


@dataclass(frozen=True)
class Simulation:
    """Nothing of it is stored. NOT_FOUND where the account is not registered at as_of with the
    facts either, and none of them was refused.
    """

    actual: Optional[AccountStatus] = None
    """Without the hypothetical facts; absent: not registered then."""
    simulated: Optional[AccountStatus] = None
    """With those that would be stored; absent: not registered then. Its revision is the actual one.
    """
    results: tuple[FactResult, ...] = ()
    """One per fact, in that order. STORED: it would be. The sequence is 0, but of a duplicate of a
    stored fact.
    """
    transitions: tuple[NextTransition, ...] = ()
    """With the hypothetical facts: the changes of state after now until as_of, and the next one. At
    most 100, the earliest.
    """
    token: bytes = b""


@dataclass(frozen=True)
class WatchResumed:
    """What was told before counts, up to from_token. Changes follow."""


@dataclass(frozen=True)
class WatchSnapshotBegin:
    """The record of every account that is registered follows, each once. What the client had of
    others counts no longer.
    """


@dataclass(frozen=True)
class WatchSnapshotEnd:
    """Every account was told: one without a record is not registered."""

    token: bytes = b""


@dataclass(frozen=True)
class StatusChange:
    """One or several changes of an account, as one."""

    account_id: str = ""
    previous: Optional[AccountStatus] = None
    """What this watch told of it last; on a resumed one what was true at from_token. Its as_of is
    when it was last found true. Absent: not registered.
    """
    current: Optional[AccountStatus] = None
    """What is true from its as_of on. Absent: not registered any more."""
    revision: int = 0
    """Of current, also when that is absent. The same as before where only the past changed."""
    past_changed: bool = False
    """Facts learned late changed the state, or the codes of its reasons, at instants before: see
    GetHistory.
    """
    token: bytes = b""


@dataclass(frozen=True)
class WatchProgress:
    """At least once a second, whatever else is told."""

    token: bytes = b""
    """Empty: within a snapshot."""
    as_of: Optional[Instant] = None
    """Everything that was true by then has been told. Absent: older changes are still being told.
    """


@dataclass(frozen=True)
class WatchCompacted:
    """The changes behind from_token are no longer kept, or it is of another ledger: the stream ends
    OK with this. Watch anew, without a token.
    """


@dataclass(frozen=True)
class StatusEvent:
    """Records, here and in changes, are complete: BASIC and reinstatement_since."""

    event: Optional[
        Union[
            WatchResumed,
            WatchSnapshotBegin,
            AccountStatus,
            WatchSnapshotEnd,
            StatusChange,
            WatchProgress,
            WatchCompacted,
        ]
    ] = None


MESSAGES: dict[str, type] = {
    "accountstatus.v1.Reason": Reason,
    "accountstatus.v1.NextTransition": NextTransition,
    "accountstatus.v1.AccountStatus": AccountStatus,
    "accountstatus.v1.AccountRegistered": AccountRegistered,
    "accountstatus.v1.PartnerTypesChanged": PartnerTypesChanged,
    "accountstatus.v1.AccountClosed": AccountClosed,
    "accountstatus.v1.InvoiceIssued": InvoiceIssued,
    "accountstatus.v1.InvoiceVoided": InvoiceVoided,
    "accountstatus.v1.CreditApplied": CreditApplied,
    "accountstatus.v1.Allocation": Allocation,
    "accountstatus.v1.PaymentReceived": PaymentReceived,
    "accountstatus.v1.PaymentAllocated": PaymentAllocated,
    "accountstatus.v1.PaymentReversed": PaymentReversed,
    "accountstatus.v1.DisputeOpened": DisputeOpened,
    "accountstatus.v1.DisputeClosed": DisputeClosed,
    "accountstatus.v1.BalanceReported": BalanceReported,
    "accountstatus.v1.VerificationCheckResult": VerificationCheckResult,
    "accountstatus.v1.ProfileVerificationChanged": ProfileVerificationChanged,
    "accountstatus.v1.AbuseFindingChanged": AbuseFindingChanged,
    "accountstatus.v1.ProviderLinked": ProviderLinked,
    "accountstatus.v1.ProviderUnlinked": ProviderUnlinked,
    "accountstatus.v1.ProviderIssueOpened": ProviderIssueOpened,
    "accountstatus.v1.ProviderIssueResolved": ProviderIssueResolved,
    "accountstatus.v1.Requester": Requester,
    "accountstatus.v1.SupportRequestOpened": SupportRequestOpened,
    "accountstatus.v1.SupportRequestUpdated": SupportRequestUpdated,
    "accountstatus.v1.Waiver": Waiver,
    "accountstatus.v1.ReinstatementDecided": ReinstatementDecided,
    "accountstatus.v1.ExternalStatusObserved": ExternalStatusObserved,
    "accountstatus.v1.FactRetracted": FactRetracted,
    "accountstatus.v1.Recorder": Recorder,
    "accountstatus.v1.Fact": Fact,
    "accountstatus.v1.PolicyEdition": PolicyEdition,
    "accountstatus.v1.ProgramRules": ProgramRules,
    "accountstatus.v1.DayThreshold": DayThreshold,
    "accountstatus.v1.AbuseRule": AbuseRule,
    "accountstatus.v1.BillingRule": BillingRule,
    "accountstatus.v1.ProviderRule": ProviderRule,
    "accountstatus.v1.ProfileRule": ProfileRule,
    "accountstatus.v1.CapabilityRule": CapabilityRule,
    "accountstatus.v1.GetInfoResponse": ServerInfo,
    "accountstatus.v1.MethodStats": MethodStats,
    "accountstatus.v1.Counter": Counter,
    "accountstatus.v1.UpcomingSuspension": UpcomingSuspension,
    "accountstatus.v1.GetStatsResponse": ServerStats,
    "accountstatus.v1.EditionSummary": EditionSummary,
    "accountstatus.v1.FactRefusal": FactRefusal,
    "accountstatus.v1.ReportFactsFailure": ReportFactsFailure,
    "accountstatus.v1.FactResult": FactResult,
    "accountstatus.v1.ReportFactsResponse": Report,
    "accountstatus.v1.Episode": Episode,
    "accountstatus.v1.DecisionRecord": DecisionRecord,
    "accountstatus.v1.StretchState": StretchState,
    "accountstatus.v1.CorrectedStretch": CorrectedStretch,
    "accountstatus.v1.Correction": Correction,
    "accountstatus.v1.GetHistoryResponse": History,
    "accountstatus.v1.CurrencyBalance": CurrencyBalance,
    "accountstatus.v1.MonthlyAmounts": MonthlyAmounts,
    "accountstatus.v1.BillingMonth": BillingMonth,
    "accountstatus.v1.BillingInvoice": BillingInvoice,
    "accountstatus.v1.BillingPayment": BillingPayment,
    "accountstatus.v1.GetBillingResponse": Billing,
    "accountstatus.v1.BatchStatusResult": BatchStatusResult,
    "accountstatus.v1.CapabilityResult": CapabilityResult,
    "accountstatus.v1.CheckCapabilityResponse": CapabilityCheck,
    "accountstatus.v1.FactReference": FactReference,
    "accountstatus.v1.InvoiceNumbers": InvoiceNumbers,
    "accountstatus.v1.SubjectExplanation": SubjectExplanation,
    "accountstatus.v1.ReasonExplanation": ReasonExplanation,
    "accountstatus.v1.WaiverExplanation": WaiverExplanation,
    "accountstatus.v1.NoticeExplanation": NoticeExplanation,
    "accountstatus.v1.CapabilityExplanation": CapabilityExplanation,
    "accountstatus.v1.RemediationStep": RemediationStep,
    "accountstatus.v1.ExplainStatusResponse": Explanation,
    "accountstatus.v1.SimulateStatusResponse": Simulation,
    "accountstatus.v1.WatchResumed": WatchResumed,
    "accountstatus.v1.WatchSnapshotBegin": WatchSnapshotBegin,
    "accountstatus.v1.WatchSnapshotEnd": WatchSnapshotEnd,
    "accountstatus.v1.StatusChange": StatusChange,
    "accountstatus.v1.WatchProgress": WatchProgress,
    "accountstatus.v1.WatchCompacted": WatchCompacted,
    "accountstatus.v1.WatchStatusesResponse": StatusEvent,
}
"""By full name."""

__all__ = [
    "AbuseFindingChanged",
    "AbuseRule",
    "AbuseSeverity",
    "AbuseState",
    "AccountClosed",
    "AccountRegistered",
    "AccountState",
    "AccountStatus",
    "Allocation",
    "BalanceReported",
    "BatchStatusResult",
    "Billing",
    "BillingInvoice",
    "BillingMonth",
    "BillingPayment",
    "BillingRule",
    "Capability",
    "CapabilityBasis",
    "CapabilityCheck",
    "CapabilityExplanation",
    "CapabilityResult",
    "CapabilityRule",
    "CheckState",
    "Cloud",
    "CorrectedStretch",
    "Correction",
    "Counter",
    "CreditApplied",
    "CurrencyBalance",
    "DayComparator",
    "DayThreshold",
    "DecisionOutcome",
    "DecisionRecord",
    "DisputeClosed",
    "DisputeOpened",
    "EditionSummary",
    "Episode",
    "EpisodeEnd",
    "Explanation",
    "ExternalStatusObserved",
    "Fact",
    "FactOutcome",
    "FactReference",
    "FactRefusal",
    "FactResult",
    "FactRetracted",
    "History",
    "InvoiceIssued",
    "InvoiceNumbers",
    "InvoiceVoided",
    "MethodStats",
    "MonthlyAmounts",
    "NextTransition",
    "Notice",
    "NoticeExplanation",
    "PartnerType",
    "PartnerTypesChanged",
    "PaymentAllocated",
    "PaymentReceived",
    "PaymentReversed",
    "PolicyEdition",
    "ProfileRule",
    "ProfileVerificationChanged",
    "Program",
    "ProgramRules",
    "ProviderIssueOpened",
    "ProviderIssueResolved",
    "ProviderLinked",
    "ProviderRule",
    "ProviderUnlinked",
    "RPCStatus",
    "Reason",
    "ReasonCode",
    "ReasonExplanation",
    "Recorder",
    "ReinstatementDecided",
    "ReinstatementState",
    "RemediationCode",
    "RemediationStep",
    "Report",
    "ReportFactsFailure",
    "ReportMode",
    "Requester",
    "Role",
    "ServerInfo",
    "ServerStats",
    "Simulation",
    "StatusChange",
    "StatusEvent",
    "StatusView",
    "StretchState",
    "SubjectExplanation",
    "SupportRequestOpened",
    "SupportRequestPurpose",
    "SupportRequestStatus",
    "SupportRequestUpdated",
    "UpcomingSuspension",
    "VerificationCheck",
    "VerificationCheckResult",
    "VerificationState",
    "Waiver",
    "WaiverExplanation",
    "WatchCompacted",
    "WatchProgress",
    "WatchResumed",
    "WatchSnapshotBegin",
    "WatchSnapshotEnd",
]
