"""What a read came to when it may come to nothing: a status, or what the caller decided."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from .errors import AccountStatusError
from .types import AccountState, AccountStatus, Capability, StatusView


class Decision(Enum):
    """What holds when the server cannot be asked. The caller's choice; there is no default."""

    ALLOW = "allow"
    DENY = "deny"


ALLOW = Decision.ALLOW
DENY = Decision.DENY


class Outcome(Enum):
    """What came of a read."""

    FOUND = "found"
    NOT_FOUND = "not found"
    """No such account. Never the same as active, and never a matter of the caller's decision."""
    STALE = "stale"
    """The last that is known, which is too old to go by; the caller's decision holds."""
    UNAVAILABLE = "unavailable"
    """Nothing is known; the caller's decision holds."""


class Source(Enum):
    """Where an answer comes from."""

    TABLE = "table"
    """The shared memory in which the server keeps every status up to date."""
    SERVER = "server"
    """The server was asked."""
    NONE = "none"


# Looking a member up in its enumeration takes as long as reading the table, before Python 3.12.
ACTIVE = AccountState.ACTIVE
FULL = StatusView.FULL

# States that this version of the library knows: a new one is never taken for active.
KNOWN_STATES = frozenset(AccountState) - {AccountState.UNSPECIFIED}
KNOWN_CAPABILITIES = frozenset(Capability) - {Capability.UNSPECIFIED}


class Reading:
    """The answer for one account, whatever happened."""

    __slots__ = ("account_id", "age", "error", "on_unavailable", "outcome", "source", "status")

    def __init__(
        self,
        account_id: str,
        outcome: Outcome,
        status: AccountStatus | None,
        source: Source,
        age: float,
        on_unavailable: Decision,
        error: AccountStatusError | None = None,
    ) -> None:
        if not isinstance(on_unavailable, Decision):
            raise TypeError("on_unavailable is ALLOW or DENY")
        self.account_id = account_id
        self.outcome = outcome
        self.status = status
        """Set on FOUND and STALE."""
        self.source = source
        self.age = age
        """Seconds since the server's last sign of life; 0 when it answered itself."""
        self.on_unavailable = on_unavailable
        self.error = error
        """Why the server could not be asked, on STALE and UNAVAILABLE."""

    @property
    def fresh(self) -> bool:
        """Whether the answer can be gone by."""
        return self.outcome is Outcome.FOUND or self.outcome is Outcome.NOT_FOUND

    @property
    def state(self) -> AccountState:
        """The state, UNSPECIFIED where nothing is known."""
        return AccountState.UNSPECIFIED if self.status is None else self.status.state

    def is_active(self) -> bool:
        """Whether the account is active: FOUND, and it says so.

        The caller's decision where nothing fresh is known, or the state is one that this version of
        the library does not know.
        """
        return self._decide(lambda status: status.state is ACTIVE)

    def allows(self, capability: Capability) -> bool:
        """Whether the account may do that: FOUND, and the capability is listed.

        The caller's decision as in :meth:`is_active`. A capability that this version of the
        library does not know is never allowed.
        """
        if capability not in KNOWN_CAPABILITIES:
            return False
        return self._decide(lambda status: capability in status.capabilities)

    def is_decided_by_caller(self) -> bool:
        """Whether ``on_unavailable`` is what :meth:`is_active` and :meth:`allows` go by."""
        if self.outcome is Outcome.NOT_FOUND:
            return False
        if self.outcome is not Outcome.FOUND or self.status is None:
            return True
        return self.status.state not in KNOWN_STATES

    def _decide(self, judge: Callable[[AccountStatus], bool]) -> bool:
        if self.outcome is Outcome.NOT_FOUND:
            return False
        if self.status is None or self.is_decided_by_caller():
            return self.on_unavailable is Decision.ALLOW
        return judge(self.status)

    def __repr__(self) -> str:
        return (
            f"Reading({self.account_id!r}, {self.outcome.value}, {self.state}, "
            f"source={self.source.value}, age={self.age:.3f})"
        )
