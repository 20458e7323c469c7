"""A status table as it lies in memory: finding a record and reading it.

``Sources/CStatusTable/include/status_table.h`` is the specification, with the drawing.

A record that was read once is kept with its sequence: while the sequence is the same, so is the
record, and a read is a few loads. Each word is loaded alone, through a view of 64-bit words, which
CPython does as one aligned load; a record that is read anew is taken between two equal sequences
and must agree with its CRC, which stands in for the barriers that Python does not have.
"""

from __future__ import annotations

import mmap
import struct
import sys
import time
import zlib
from functools import lru_cache
from typing import Any, NamedTuple

from .siphash import siphash13
from .types import (
    AccountState,
    AccountStatus,
    Capability,
    NextTransition,
    Notice,
    Reason,
    ReasonCode,
    ReinstatementState,
)
from .values import Instant

MAGIC = 0x454C424154534341
MAJOR = 1
NEVER = (1 << 63) - 1
HEADER_SIZE = 512
RECORD_SIZE = 192
ID_MAX = 64
EDITION_MAX = 64
PROBES = 128
RETRIES = 64

LIVE, REPLACED, STOPPED = 1, 2, 3

# The header's unchanging part.
GEOMETRY = struct.Struct("<QHHIQQQQIIQQQ")
# Words of the header.
_STATE, _HEARTBEAT, _MANUAL_NOW, _SEQUENCE, _SETS = 16, 18, 19, 24, 48
_EDITION_LENGTH, _EDITION = 225, 272

# A record, from valid_from to the three reserved bytes behind id_length: what the CRC covers.
CHECKED = struct.Struct("<qqqQ" + "qqIHBB" + "64s" + "qqIHBB" + "B3x")
CRC = struct.Struct("<I")
_CHECKED_AT, _CRC_AT = 8, 156

# Records kept decoded. One takes about a kilobyte.
_KEPT = 16_384


class DamagedTable(Exception):
    """The memory is no table of this layout."""


class BusyRecord(Exception):
    """A record was being written at every attempt, or does not hold together."""


class Answer(NamedTuple):
    """What a record says from one instant until another."""

    attributes: dict[str, Any] | None
    """Those of an AccountStatus, but ``as_of`` and ``policy_edition``; ``None``: the account does
    not exist then.
    """
    from_: int
    until: int
    is_stale: bool
    """The instant asked about is outside what the record knows."""

    def status(self, as_of: int, edition: str) -> AccountStatus | None:
        """The status as of an instant, under the edition that the table's answers are under."""
        return None if self.attributes is None else make_status(self.attributes, as_of, edition)


def make_status(attributes: dict[str, Any], as_of: int, edition: str) -> AccountStatus:
    """A status of what a record says, as of an instant and under an edition."""
    # Past the frozen dataclass's own __init__, which takes ten times as long.
    status = object.__new__(AccountStatus)
    own = status.__dict__
    own.update(attributes)
    own["as_of"] = Instant(as_of)
    own["policy_edition"] = edition
    return status


class _Record:
    """A record as it was read, under the sequence it had."""

    __slots__ = ("before", "flip_at", "from_flip", "sequence", "stale", "until_flip")

    def __init__(
        self,
        sequence: int,
        valid_from: int,
        flip_at: int,
        valid_until: int,
        first: dict[str, Any] | None,
        second: dict[str, Any] | None,
    ) -> None:
        self.sequence = sequence
        self.flip_at = flip_at
        self.until_flip = Answer(first, valid_from, flip_at, False)
        self.before = Answer(first, valid_from, flip_at, True)
        # With an empty second half there is nothing behind the flip but the first, outdated.
        has_second = valid_until > flip_at
        last = Answer(second, flip_at, valid_until, False) if has_second else self.until_flip
        self.from_flip = last
        self.stale = last._replace(is_stale=True)

    def at(self, now: int) -> Answer:
        """The answer at that instant."""
        if now < self.flip_at:
            return self.until_flip if now >= self.until_flip.from_ else self.before
        last = self.from_flip
        return last if last.from_ <= now < last.until else self.stale


class Table:
    """A table's memory in this process. Any number of threads may read it.

    It trusts no number in the memory beyond what it checked here and copied: damage gives wrong
    answers or ``BusyRecord``, never an access outside the memory.
    """

    def __init__(self, memory: mmap.mmap | bytes | bytearray) -> None:
        """Checks and takes over; ``DamagedTable``: it is none."""
        size = len(memory)
        if sys.byteorder != "little":
            raise DamagedTable("tables are little-endian")
        if size < HEADER_SIZE:
            raise DamagedTable(f"{size} bytes are no table")
        self._memory = memory
        view = memoryview(memory)
        header = GEOMETRY.unpack_from(bytes(view[: GEOMETRY.size]))
        (magic, major, _, header_size, stated, slots_at, slot_count) = header[:7]
        (records_at, capacity, record_size, generation, seed0, seed1) = header[7:]
        if magic != MAGIC or major != MAJOR or record_size != RECORD_SIZE:
            raise DamagedTable("another layout")
        if (
            header_size < HEADER_SIZE
            or stated > size
            or slot_count == 0
            or slot_count & (slot_count - 1)
            or capacity == 0
            or capacity > slot_count // 2
            or slot_count > 1 << 32
            or not _fits(slots_at, slot_count, 4, stated)
            or not _fits(records_at, capacity, RECORD_SIZE, stated)
        ):
            raise DamagedTable("the header does not hold together")
        self.generation = generation
        self._seed = (seed0, seed1)
        self._mask = slot_count - 1
        self._capacity = capacity
        self._words = view[: size & ~7].cast("Q")
        self._bytes = view
        self._slots = view[slots_at : slots_at + 4 * slot_count].cast("I")
        self._records_at = records_at
        self._kept: dict[str, tuple[int, _Record]] = {}
        # The empty slot at which the search for an account ended: it would have taken that one.
        self._absent: dict[str, int] = {}
        self._edition = (-1, "")

    # ------------------------------------------------------------------------ header

    def state(self) -> int:
        """LIVE, REPLACED or STOPPED."""
        state = self._words[_STATE]
        return state if state in (LIVE, REPLACED) else STOPPED

    def heartbeat(self) -> int:
        """The writer's last sign of life, in nanoseconds of CLOCK_MONOTONIC."""
        return self._words[_HEARTBEAT]

    def age(self) -> float:
        """Seconds since the writer's last sign of life."""
        return max(0, time.monotonic_ns() - self._words[_HEARTBEAT]) / 1e9

    def now(self) -> int:
        """The instant to read at: the manual one, where there is one."""
        manual = self._words[_MANUAL_NOW]
        return time.time_ns() if manual == NEVER else manual

    def edition(self) -> str:
        """The default edition's name, under which all answers are."""
        words = self._words
        sequence, known = self._edition
        if words[_SEQUENCE] == sequence:
            return known
        for _ in range(RETRIES):
            before = words[_SEQUENCE]
            if before & 1:
                continue
            length = self._bytes[_EDITION_LENGTH]
            name = bytes(self._bytes[_EDITION : _EDITION + min(length, EDITION_MAX)])
            if words[_SEQUENCE] == before:
                self._edition = (before, name.decode("utf-8", "replace"))
                return self._edition[1]
        raise BusyRecord("the header is being written")

    # ----------------------------------------------------------------------- records

    def certain(self, account_id: str, max_age: int) -> tuple[dict[str, Any], int] | None:
        """The attributes of a status that can be gone by, of an account that was read before, and
        the instant they are of; ``None``: it takes a closer look. Half the price of one, for what
        is asked on every order.

        - max_age: nanoseconds since the writer's last sign of life.
        """
        kept = self._kept.get(account_id)
        if kept is None:
            return None
        at, record = kept
        words = self._words
        now = words[_MANUAL_NOW]
        if now == NEVER:
            now = time.time_ns()
        if words[at] != record.sequence:
            return None
        # Behind the record, as in TableReader.
        if words[_STATE] != LIVE or time.monotonic_ns() - words[_HEARTBEAT] > max_age:
            return None
        answer = record.at(now)
        if answer.is_stale or answer.attributes is None:
            return None
        return answer.attributes, now

    def read(self, account_id: str, now: int) -> Answer | None:
        """What the account's record says at an instant; ``None``: it has none.

        ``BusyRecord``: it is being written, or damaged.
        """
        words = self._words
        kept = self._kept.get(account_id)
        if kept is None:
            at = self._find(account_id)
            if at is None:
                return None
            return self._read(account_id, at).at(now)
        at, record = kept
        if words[at] == record.sequence:
            return record.at(now)
        return self._read(account_id, at).at(now)

    def _find(self, account_id: str) -> int | None:
        """The word at which the account's record begins."""
        ended = self._absent.get(account_id)
        if ended is not None and self._slots[ended] == 0:
            return None
        try:
            name = account_id.encode("ascii")
        except UnicodeEncodeError:
            return None
        if not 0 < len(name) <= ID_MAX or 0 in name:
            return None
        padded = name.ljust(ID_MAX, b"\0")
        mask = self._mask
        hashed = siphash13(self._seed, name)
        tag = hashed >> 32 & 0xFFFFFFFF & ~mask
        for probe in range(PROBES):
            place = (hashed + probe) & mask
            slot = self._slots[place]
            if slot == 0:
                if len(self._absent) >= _KEPT:
                    self._absent = {}
                self._absent[account_id] = place
                return None
            if slot & ~mask != tag:
                continue
            number = (slot & mask) - 1
            if not 0 <= number < self._capacity:
                raise BusyRecord("the index is damaged")
            at: int = self._records_at + number * RECORD_SIZE
            if self._bytes[at + 64 : at + 128] == padded:
                return at // 8
        raise BusyRecord("the index is damaged")

    def _read(self, account_id: str, at: int) -> _Record:
        """Reads a record anew, and keeps it."""
        words, memory, start = self._words, self._bytes, at * 8
        for _ in range(RETRIES):
            before = words[at]
            if before & 1:
                continue
            image = bytes(memory[start : start + RECORD_SIZE])
            if words[at] == before and _is_whole(image):
                record = self._decode(account_id, before, image)
                if len(self._kept) >= _KEPT:
                    self._kept = {}
                self._kept[account_id] = (at, record)
                return record
        raise BusyRecord("the record is being written, or damaged")

    def _decode(self, account_id: str, sequence: int, image: bytes) -> _Record:
        fields = CHECKED.unpack_from(image, _CHECKED_AT)
        valid_from, flip_at, valid_until, revision = fields[:4]
        first = self._attributes(account_id, revision, fields[4:10])
        second = self._attributes(account_id, revision + 1, fields[11:17])
        return _Record(sequence, valid_from, flip_at, valid_until, first, second)

    def _attributes(
        self, account_id: str, revision: int, fields: tuple[Any, ...]
    ) -> dict[str, Any] | None:
        since, next_at, notices, reasons, states, rest = fields
        state, next_state = states & 15, states >> 4
        if state == 0:
            return None
        transition = None
        if next_at != NEVER:
            transition = NextTransition(at=Instant(next_at), to_state=AccountState(next_state))
        return {
            "account_id": account_id,
            "state": AccountState(state),
            "since": Instant(since),
            "reasons": tuple(Reason(code=ReasonCode(bit)) for bit in _bits(reasons)),
            "capabilities": _capabilities(self._words[_SETS + (rest >> 4)]),
            "notices": tuple(Notice(bit) for bit in _bits(notices)),
            "next_transition": transition,
            "eligible_for_reinstatement": bool(rest >> 3 & 1),
            "reinstatement_state": ReinstatementState(rest & 7),
            "revision": revision,
            "known_at": None,
            "projected": False,
            "reinstatement_since": None,
        }


def _fits(offset: int, count: int, size: int, total: int) -> bool:
    """Whether so many things lie behind the header and inside the memory."""
    aligned = offset >= HEADER_SIZE and offset % 64 == 0 and offset <= total
    return aligned and count <= (total - offset) // size


def _is_whole(image: bytes) -> bool:
    (stated,) = CRC.unpack_from(image, _CRC_AT)
    return bool(zlib.crc32(image[_CHECKED_AT:_CRC_AT]) == stated)


@lru_cache(maxsize=64)
def _capabilities(word: int) -> tuple[Capability, ...]:
    """The allowed capabilities; a table has few different sets of them."""
    return tuple(map(Capability, _bits(word)))


def _bits(word: int) -> list[int]:
    """The numbers of the bits that are set, ascending."""
    return [bit for bit in range(word.bit_length()) if word >> bit & 1]
