"""Why a call has no answer that can be used. None of these ever means "active"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

from . import contract
from .types import FactRefusal

_DOMAIN = "accountstatus.v1"


class FieldViolation(NamedTuple):
    """A field of the request that is wrong."""

    field: str
    """Path in proto3 JSON names, for example ``facts[2].invoiceIssued.total``."""
    description: str
    """What is wrong and what would be right."""


class AccountStatusError(Exception):
    """A call failed. Subclasses say how; :attr:`reason` says it more exactly."""

    code: int = 2
    """The gRPC code."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        """For people, in English."""
        self.reason: str | None = None
        """The documented reason, for example ``REASONS_OUTSTANDING``."""
        self.metadata: dict[str, str] = {}
        """What the reason concerns."""
        self.field_violations: tuple[FieldViolation, ...] = ()
        self.refusals: tuple[FactRefusal, ...] = ()
        """The refused facts of a report that stored nothing."""
        self.retry_delay: float | None = None
        """Seconds to wait before another attempt, where the server says so."""
        self._is_answer = False

    @property
    def is_going_away(self) -> bool:
        """Whether the server refused the call because it is going away.

        Then it says UNAVAILABLE without a reason, or with that one; its successor may be there.
        """
        return self._is_answer and self.code == 14 and self.reason in (None, "SHUTTING_DOWN")

    @property
    def field(self) -> str | None:
        """The first field that is wrong."""
        if self.field_violations:
            return self.field_violations[0].field
        return next((refusal.field for refusal in self.refusals if refusal.field), None)


class NotFound(AccountStatusError):
    """The account is not registered, as known then. Never the same as active."""

    code = 5


class InvalidArgument(AccountStatusError):
    """The request is malformed; :attr:`field` names the field."""

    code = 3


class AlreadyExists(AccountStatusError):
    """The same id was stored with other content."""

    code = 6


class PermissionDenied(AccountStatusError):
    """The socket's mode or the server's policy does not let this user."""

    code = 7


class FailedPrecondition(AccountStatusError):
    """The rules refuse it as things stand; :attr:`refusals` say why, fact by fact."""

    code = 9


class OutOfRange(AccountStatusError):
    """A sum of money does not fit."""

    code = 11


class Unimplemented(AccountStatusError):
    """The server does not have the method: an older one, or one without ``--ephemeral``."""

    code = 12


class NoAnswer(AccountStatusError):
    """The server could not be asked, whatever the cause: what holds then is the caller's choice."""


class Unavailable(NoAnswer):
    """No server answered, or it cannot at present."""

    code = 14


class DeadlineExceeded(NoAnswer, TimeoutError):
    """The time ran out. A write may have been stored: report it again, it counts once."""

    code = 4


class ResourceExhausted(NoAnswer):
    """A bound was reached: slow down, or ask for less."""

    code = 8


class ServerFault(NoAnswer):
    """The server failed, with a code that has no class here (:attr:`code`)."""

    code = 13


class MalformedReply(NoAnswer):
    """The server's answer makes no sense: it does not speak this protocol."""

    code = 13


_CLASSES: dict[int, type[AccountStatusError]] = {
    kind.code: kind
    for kind in (
        InvalidArgument,
        DeadlineExceeded,
        NotFound,
        AlreadyExists,
        PermissionDenied,
        ResourceExhausted,
        FailedPrecondition,
        OutOfRange,
        Unimplemented,
        Unavailable,
    )
}


class _Details:
    """What a status's details say, read one by one; what is not known is passed over."""

    _READERS: ClassVar[dict[str, str]] = {
        "google.rpc.ErrorInfo": "info",
        "google.rpc.BadRequest": "violations",
        "google.rpc.RetryInfo": "retry",
        "accountstatus.v1.ReportFactsFailure": "failure",
    }

    def __init__(self, error: AccountStatusError) -> None:
        self._error = error

    def read(self, type_url: str, payload: bytes) -> None:
        name = type_url.rpartition("/")[2]
        reader = self._READERS.get(name)
        if reader is None:
            return
        try:
            detail = contract.message_class(name).FromString(payload)
        except contract.DecodeError:
            return
        getattr(self, f"_{reader}")(detail)

    def _info(self, detail: Any) -> None:
        if detail.domain == _DOMAIN:
            self._error.reason = detail.reason
            self._error.metadata = dict(detail.metadata)

    def _violations(self, detail: Any) -> None:
        self._error.field_violations = tuple(
            FieldViolation(each.field, each.description) for each in detail.field_violations
        )

    def _retry(self, detail: Any) -> None:
        self._error.retry_delay = detail.retry_delay.seconds + detail.retry_delay.nanos / 1e9

    def _failure(self, detail: Any) -> None:
        self._error.refusals = tuple(map(contract.value, detail.refusals))


def from_status(
    code: int, message: str, details: Sequence[tuple[str, bytes]] = ()
) -> AccountStatusError:
    """The exception of a google.rpc.Status; its details as pairs of type URL and content."""
    error = _CLASSES.get(code, ServerFault)(message)
    error.code = code if 1 <= code <= 16 else 2
    error._is_answer = True
    reader = _Details(error)
    for type_url, payload in details:
        reader.read(type_url, payload)
    return error
