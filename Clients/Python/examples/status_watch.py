"""Prints what becomes of accounts, one line a change, and goes on where it was when started again.

    status_watch.py TOKEN_FILE [ACCOUNT...]

The place in the stream is kept in TOKEN_FILE, behind the line that was printed: a line may come
twice when this is killed in between, and is never left out.
"""

from __future__ import annotations

import sys
from pathlib import Path

import accountstatus
from accountstatus import AccountStatus, StatusChange, WatchDisconnected


def describe(account_id: str, status: AccountStatus | None) -> str:
    """A status in a few words."""
    if status is None:
        return f"{account_id} is not registered any more"
    reasons = ", ".join(reason.code.name for reason in status.reasons)
    return f"{account_id} is {status.state.name}" + (f": {reasons}" if reasons else "")


def main() -> int:
    """Runs until it is interrupted."""
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 64
    place = Path(sys.argv[1])
    token = place.read_bytes() if place.exists() else None
    with accountstatus.Client() as client, client.watch(sys.argv[2:], from_token=token) as watch:
        for event in watch:
            if isinstance(event, AccountStatus):
                print(describe(event.account_id, event), flush=True)
            elif isinstance(event, StatusChange):
                print(describe(event.account_id, event.current), flush=True)
            elif isinstance(event, WatchDisconnected):
                print(f"waiting for the server: {event.error}", file=sys.stderr, flush=True)
            if watch.token:
                # In one step: a file that is half written is no place.
                place.with_suffix(".new").write_bytes(watch.token)
                place.with_suffix(".new").replace(place)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
