"""Ask the account-status server on this host whether an account is suspended, and why.

    import accountstatus
    from accountstatus import Capability, DENY

    with accountstatus.Client() as client:
        if client.allows("contoso", Capability.SELL_NEW_LICENSES, on_unavailable=DENY):
            take_the_order()

:class:`Client` blocks; :class:`accountstatus.aio.Client` has the same methods for asyncio. The
messages of the contract are in :mod:`accountstatus.types`, and all of them are here as well.
"""

from . import types
from .calls import Batch
from .client import Client
from .contract import from_json, to_json
from .errors import (
    AccountStatusError,
    AlreadyExists,
    DeadlineExceeded,
    FailedPrecondition,
    FieldViolation,
    InvalidArgument,
    MalformedReply,
    NoAnswer,
    NotFound,
    OutOfRange,
    PermissionDenied,
    ResourceExhausted,
    ServerFault,
    Unavailable,
    Unimplemented,
)
from .import_window import ImportedChunk
from .reading import ALLOW, DENY, Decision, Outcome, Reading, Source
from .status_watch import StatusWatch
from .table_reader import TableCounters
from .types import *  # noqa: F403
from .values import DurationLike, Instant, InstantLike, Money, OpenEnum
from .watch_position import WatchDisconnected, WatchEvent

__version__ = "1.0.0"

__all__ = [
    "ALLOW",
    "DENY",
    "AccountStatusError",
    "AlreadyExists",
    "Batch",
    "Client",
    "DeadlineExceeded",
    "Decision",
    "DurationLike",
    "FailedPrecondition",
    "FieldViolation",
    "ImportedChunk",
    "Instant",
    "InstantLike",
    "InvalidArgument",
    "MalformedReply",
    "Money",
    "NoAnswer",
    "NotFound",
    "OpenEnum",
    "OutOfRange",
    "Outcome",
    "PermissionDenied",
    "Reading",
    "ResourceExhausted",
    "ServerFault",
    "Source",
    "StatusWatch",
    "TableCounters",
    "Unavailable",
    "Unimplemented",
    "WatchDisconnected",
    "WatchEvent",
    "from_json",
    "to_json",
]
__all__ += types.__all__
