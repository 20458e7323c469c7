"""The Python clients as the matrix asks them; README.md has the questions and the answers.

driver.py SOCKET [asyncio]
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable
from typing import Any, Callable

import accountstatus
from accountstatus import (
    AccountState,
    AccountStatus,
    AccountStatusError,
    Capability,
    Client,
    Decision,
    Reading,
    Source,
    StatusView,
    aio,
)

TIMEOUT = 60.0
STALENESS = 600.0
CODES = {3: "INVALID_ARGUMENT", 4: "DEADLINE_EXCEEDED", 5: "NOT_FOUND", 13: "INTERNAL"}
SOURCES = {Source.TABLE: "TABLE", Source.SERVER: "CALL", Source.NONE: "DEFAULT"}


def plain(message: object) -> Any:
    """A message as canonical JSON says it."""
    return json.loads(accountstatus.to_json(message))


def failure(error: AccountStatusError) -> dict[str, Any]:
    """What went wrong."""
    said: dict[str, Any] = {"error": CODES.get(error.code, "UNAVAILABLE")}
    if error.field:
        said["field"] = error.field
    return said


class Blocking:
    """The blocking client as if it were the asyncio one, so that one program asks both."""

    def __init__(self, socket: str) -> None:
        self.client = Client(socket, timeout=TIMEOUT)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self.client, name)

        async def call(*arguments: Any, **options: Any) -> Any:
            return method(*arguments, **options)

        async def walk(*arguments: Any, **options: Any) -> Any:
            for each in method(*arguments, **options):
                yield each

        return walk if name == "list" else call


class Driver:
    """Answers questions with a client."""

    def __init__(self, client: Any) -> None:
        self.client = client

    async def get(self, account_id: str, view: str) -> Any:
        """One status."""
        if view == "full":
            status: AccountStatus = await self.client.get(account_id, view=StatusView.FULL)
            return {"source": "CALL", "status": plain(status)}
        reading: Reading = await self.client.read(
            account_id, on_unavailable=Decision.DENY, max_staleness=STALENESS
        )
        if reading.outcome is accountstatus.Outcome.NOT_FOUND:
            return {"error": "NOT_FOUND"}
        return {"source": SOURCES[reading.source], "status": plain(reading.status)}

    async def batch(self, ids: str) -> Any:
        """Several statuses."""
        batch = await self.client.get_many(ids.split(","))
        return {
            "results": [
                {"accountId": each, "status": plain(batch.statuses[each])}
                if each in batch.statuses
                else {"accountId": each, **failure(batch.errors[each])}
                for each in ids.split(",")
            ]
        }

    async def check(self, account_id: str, names: str) -> Any:
        """What an account may do."""
        wanted = [Capability[name] for name in names.split(",")]
        said = plain(await self.client.check(account_id, *wanted))
        said.pop("token", None)
        return said

    async def list(self, state: str) -> Any:
        """All statuses."""
        wanted = None if state == "any" else AccountState[state]
        return {"statuses": [plain(each) async for each in self.client.list(state=wanted)]}

    async def decide(
        self, account_id: str, name: str, decision: str, timeout: str, staleness: str
    ) -> Any:
        """Yes or no, whatever happens."""
        reading = await self.client.read(
            account_id,
            on_unavailable=Decision(decision),
            timeout=int(timeout) / 1000,
            max_staleness=int(staleness) / 1000,
        )
        holds = reading.allows(Capability[name])
        if reading.is_decided_by_caller():
            return {"holds": holds, "source": "DEFAULT", **failure(reading.error)}
        return {"holds": holds, "source": SOURCES[reading.source]}

    async def answer(self, question: list[str]) -> Any:
        """Whatever is asked."""
        ask: Callable[..., Awaitable[Any]] = getattr(self, question[0])
        try:
            return await ask(*question[1:])
        except AccountStatusError as error:
            return failure(error)


async def main() -> None:
    """Answers until there are no more questions."""
    socket = sys.argv[1]
    client = aio.Client(socket, timeout=TIMEOUT) if sys.argv[2:] else Blocking(socket)
    driver = Driver(client)
    for line in sys.stdin:
        answer = await driver.answer(line.split())
        print(json.dumps(answer, separators=(",", ":"), ensure_ascii=False), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
