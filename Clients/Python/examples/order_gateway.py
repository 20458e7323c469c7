"""An order gateway: takes an order for new licences only if the account may sell them.

    python3 order_gateway.py contoso deny

The last word says what holds while the server is down. Exits with 0 when the order is taken, 1 when
it is refused, 2 when it could not be judged.
"""

from __future__ import annotations

import sys

import accountstatus
from accountstatus import ALLOW, DENY, Capability, Decision, Outcome, Reading


def judge(reading: Reading) -> tuple[bool, str]:
    """Whether the order is taken, and what to tell the one who placed it."""
    taken = reading.allows(Capability.SELL_NEW_LICENSES)
    verdict = "taken" if taken else "refused"
    if reading.is_decided_by_caller():
        return taken, f"{verdict}: the server is not there, and this is what we decided for that"
    if reading.outcome is Outcome.NOT_FOUND or reading.status is None:
        return False, "refused: no such account"
    if taken:
        return True, verdict
    reasons = ", ".join(reason.code.name for reason in reading.status.reasons)
    because = f" because of {reasons}" if reasons else ""
    return False, f"refused: the account is {reading.state.name}{because}"


def main(arguments: list[str]) -> int:
    """Judges one order."""
    decisions: dict[str, Decision] = {"allow": ALLOW, "deny": DENY}
    if len(arguments) != 2 or arguments[1] not in decisions:
        print("usage: order_gateway.py ACCOUNT allow|deny", file=sys.stderr)
        return 2
    account_id, decision = arguments[0], decisions[arguments[1]]
    with accountstatus.Client(timeout=0.5) as client:
        try:
            reading = client.read(account_id, on_unavailable=decision)
        except accountstatus.AccountStatusError as error:
            print(f"not judged: {error}", file=sys.stderr)
            return 2
    taken, message = judge(reading)
    print(message)
    return 0 if taken else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
