"""Where the server's sockets are."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

_SYSTEM = "/run/accountstatus/rpc.sock"


def rpc_socket(
    given: str | os.PathLike[str] | None,
    environment: Mapping[str, str] = os.environ,
    exists: Callable[[str], bool] = os.path.exists,
) -> str:
    """The path given, else ``$ACCOUNTSTATUS_SOCKET``, else the first that exists of the user's and
    the system's; the system's when none does, so that the error names it.
    """
    named = os.fspath(given) if given else environment.get("ACCOUNTSTATUS_SOCKET")
    if named:
        return named
    runtime = environment.get("XDG_RUNTIME_DIR")
    if runtime:
        own = f"{runtime}/accountstatus/rpc.sock"
        if exists(own):
            return own
    return _SYSTEM


def table_socket(
    given: str | os.PathLike[str] | None,
    rpc: str,
    environment: Mapping[str, str] = os.environ,
) -> str | None:
    """The path given, else ``$ACCOUNTSTATUS_TABLE_SOCKET``, else ``table.sock`` beside the RPC
    socket; ``None`` where ``$ACCOUNTSTATUS_TABLE`` is ``off``.
    """
    if environment.get("ACCOUNTSTATUS_TABLE") == "off":
        return None
    named = os.fspath(given) if given else environment.get("ACCOUNTSTATUS_TABLE_SOCKET")
    return named or os.path.join(os.path.dirname(rpc), "table.sock")
