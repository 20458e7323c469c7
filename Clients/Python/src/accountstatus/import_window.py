"""What is on its way in a bulk import. No I/O, so that both clients import alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from . import calls, contract
from .errors import MalformedReply
from .types import Fact, FactResult

_MAXIMUM_FACTS = 1_000
_MAXIMUM_UNANSWERED = 8
# Half of what the contract allows: eight unanswered chunks then fit a connection's input.
_CHUNK_BYTES = 512 << 10


@dataclass(frozen=True)
class ImportedChunk:
    """What became of some facts of an import: all of it is durable."""

    first_fact: int
    """Place of the first of them in the whole import. A refusal's index is one in the whole."""
    results: tuple[FactResult, ...]
    """One per fact, in that order."""
    token: bytes


class ImportWindow:
    """The chunks of an import that are on their way.

    Facts are cut into chunks, at most eight are unanswered, and answers come in the order of the
    chunks. After a break, what is not answered is sent again: a fact counts once.
    """

    def __init__(self) -> None:
        self._pending: list[Any] = []
        self._chunks = 0
        self._first = 0
        self._is_at_end = False
        # Sent or to be sent, unanswered, oldest first: first fact, how many, payload.
        self._unanswered: list[tuple[int, int, int, bytes]] = []
        self._sent = 0

    def wants(self) -> int:
        """How many more facts it takes now; 0: there is no room, or there are no more to come."""
        if self._is_at_end or not self._has_room():
            return 0
        return _MAXIMUM_FACTS - len(self._pending)

    def _has_room(self) -> bool:
        return len(self._unanswered) < _MAXIMUM_UNANSWERED

    def take(self, facts: Sequence[Fact]) -> None:
        """Takes as many facts as it wants; fewer are the last ones."""
        self._is_at_end = len(facts) < self.wants()
        self._pending += map(contract.message, facts)

    def unsent(self) -> list[bytes]:
        """What is to be sent now."""
        while self._pending and self._has_room() and self.wants() == 0:
            self._cut()
        due = [payload for *_, payload in self._unanswered[self._sent :]]
        self._sent = len(self._unanswered)
        return due

    def is_done(self) -> bool:
        """Whether every fact is answered."""
        return not self._unanswered and self._is_at_end and not self._pending

    def broke(self) -> None:
        """The stream is gone: what is not answered is to be sent on another."""
        self._sent = 0

    def answered(self, payload: bytes) -> ImportedChunk:
        """Takes in the answer to the oldest chunk. ``MalformedReply``: it is another's."""
        response = calls.IMPORT_FACTS.decode(payload)
        if not self._unanswered:
            raise MalformedReply("an answer to a chunk that was not sent")
        number, first, count, _ = self._unanswered[0]
        if response.chunk != number or len(response.results) != count:
            raise MalformedReply(
                f"chunk {response.chunk} with {len(response.results)} results came in answer to "
                f"chunk {number} of {count} facts"
            )
        del self._unanswered[0]
        self._sent -= 1
        results = tuple(_shifted(contract.value(result), first) for result in response.results)
        return ImportedChunk(first, results, response.token)

    def _cut(self) -> None:
        """Makes a chunk of what is pending, or of as much of it as one may hold."""
        count = len(self._pending)
        request = self._request(count)
        while request.ByteSize() > _CHUNK_BYTES and count > 1:
            count //= 2
            request = self._request(count)
        self._chunks += 1
        self._unanswered.append((self._chunks, self._first, count, request.SerializeToString()))
        del self._pending[:count]
        self._first += count

    def _request(self, count: int) -> Any:
        request = calls.IMPORT_FACTS.request(chunk=self._chunks + 1)
        request.facts.extend(self._pending[:count])
        return request


def _shifted(result: FactResult, by: int) -> FactResult:
    """A result with its place in the whole import."""
    if result.refusal is None:
        return result
    refusal = replace(result.refusal, index=result.refusal.index + by)
    return replace(result, refusal=refusal)
