"""Reading the table of another process: the mapping, and what an answer in it is worth."""

from __future__ import annotations

import fcntl
import mmap
import os
import random
import select
import socket
import struct
import threading
import time
from dataclasses import dataclass
from typing import Any, NamedTuple

from .reading import Outcome
from .table import LIVE, REPLACED, BusyRecord, DamagedTable, Table, make_status
from .types import AccountStatus

_OFFER = struct.Struct("<QHHiQQ")
_OFFER_MAGIC = 0x524546464F534341
_MAJOR = 1

# Linux's fcntl.h: Python has the names only where it was built with a libc that does.
_F_GET_SEALS = 1034
_SEALS = 0x0002 | 0x0004 | 0x0010  # shrink, grow, future write

# A heartbeat comes every 100 ms at least: one this old has stopped.
_SUSPICIOUS_AGE = 1.0
# How long an answer that is good enough waits for a better table.
_BRIEF = 0.005
# How long one that is not does: the server can be asked as well.
_PATIENCE = 0.1
_FIRST_BACK_OFF, _LAST_BACK_OFF = 0.005, 1.0


class NoTable(Exception):
    """There is no table to be had at present."""


@dataclass
class TableCounters:
    """What became of a client's reads of the table. Numbers only grow; threads that count at the
    same time may lose a count.
    """

    found: int = 0
    not_found: int = 0
    stale: int = 0
    unavailable: int = 0
    mapped: int = 0
    """Tables mapped."""
    failed_attempts: int = 0


class TableReading(NamedTuple):
    """What a read of the table came to."""

    outcome: Outcome
    """UNAVAILABLE: there is no table to read, or it is too old to say."""
    status: AccountStatus | None
    age: float


_NOTHING = TableReading(Outcome.UNAVAILABLE, None, 0.0)


def fetch(path: str, timeout: float) -> Table:
    """Asks the daemon for its table and maps it, read-only. ``NoTable``: the text says why."""
    deadline = time.monotonic() + timeout
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
            connection.setblocking(False)
            connection.connect(path)
            return _receive(connection, deadline)
    except (OSError, DamagedTable) as error:
        raise NoTable(f"{path}: {error}") from None


def _receive(connection: socket.socket, deadline: float) -> Table:
    poller = select.poll()
    poller.register(connection, select.POLLIN)
    if not poller.poll(max(0, int((deadline - time.monotonic()) * 1000) + 1)):
        raise NoTable("no offer in time")
    data, descriptors, flags, _ = socket.recv_fds(
        connection, _OFFER.size + 1, 4, socket.MSG_CMSG_CLOEXEC
    )
    try:
        if len(data) != _OFFER.size or flags & socket.MSG_TRUNC:
            raise NoTable("what came is no offer")
        magic, major, _, status, size, _ = _OFFER.unpack(data)
        if magic != _OFFER_MAGIC or major != _MAJOR:
            raise NoTable("an offer of another layout")
        if status != 0:
            raise NoTable(os.strerror(-status) if status < 0 else "a malformed offer")
        if len(descriptors) != 1:
            raise NoTable("an offer without its memory")
        return _map(descriptors[0], size)
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def _map(descriptor: int, size: int) -> Table:
    # Nobody can pull the memory away under a reader, or write to it behind the writer.
    try:
        seals = fcntl.fcntl(descriptor, _F_GET_SEALS)
    except OSError:
        raise NoTable("memory that is not sealed") from None
    if seals & _SEALS != _SEALS:
        raise NoTable("memory that is not sealed")
    if os.fstat(descriptor).st_size != size or size == 0:
        raise NoTable("memory of another size than offered")
    return Table(mmap.mmap(descriptor, size, mmap.MAP_SHARED, mmap.PROT_READ))


def _nanoseconds(max_staleness: float) -> int:
    """The age below which a table is neither stale nor suspicious."""
    return int((max_staleness if max_staleness < _SUSPICIOUS_AGE else _SUSPICIOUS_AGE) * 1e9)


class TableReader:
    """One daemon's table as one program reads it. Any number of threads may; a mapping is given
    back when no thread reads it any more. It goes on working in a forked child.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self.counters = TableCounters()
        self._table: Table | None = None
        self._lock = threading.Lock()
        self._process = os.getpid()
        self._failures = 0
        self._not_before = 0.0

    def read(self, account_id: str, max_staleness: float, timeout: float | None) -> TableReading:
        """Reads the status that holds now. Never asks the daemon anything but for a new table, and
        waits for that a tenth of a second at most.
        """
        table = self._table
        known = self.status(account_id, max_staleness)
        if table is not None and known is not None:
            return TableReading(Outcome.FOUND, known, table.age())
        reading, outdated = self.glance(account_id, max_staleness)
        if outdated:
            patience = self.patience(reading)
            if self.renew(patience if timeout is None else min(patience, timeout)):
                reading, _ = self.glance(account_id, max_staleness)
        self.count(reading.outcome)
        return reading

    def certain(self, account_id: str, max_staleness: float) -> dict[str, Any] | None:
        """The attributes of a status that can be gone by; ``None``: :meth:`read` tells more."""
        table = self._table
        if table is None:
            return None
        found = table.certain(account_id, _nanoseconds(max_staleness))
        if found is None:
            return None
        self.counters.found += 1
        return found[0]

    def status(self, account_id: str, max_staleness: float) -> AccountStatus | None:
        """A status that can be gone by; ``None``: :meth:`read` tells more."""
        table = self._table
        if table is None:
            return None
        found = table.certain(account_id, _nanoseconds(max_staleness))
        if found is None:
            return None
        try:
            edition = table.edition()
        except BusyRecord:
            return None
        self.counters.found += 1
        return make_status(*found, edition)

    def glance(self, account_id: str, max_staleness: float) -> tuple[TableReading, bool]:
        """Reads in the table that is mapped, and says whether there may be a newer one."""
        table = self._table
        if table is None:
            return _NOTHING, True
        try:
            now = table.now()
            answer = table.read(account_id, now)
            status = None if answer is None else answer.status(now, table.edition())
        except BusyRecord:
            return _NOTHING, table.state() != LIVE
        # Behind the record: one that was read before the table was replaced was the latest then.
        state, age = table.state(), table.age()
        outdated = state != LIVE or age >= _SUSPICIOUS_AGE
        is_doubtful = state == REPLACED or age > max_staleness
        if answer is not None and (is_doubtful or answer.is_stale):
            outcome = Outcome.UNAVAILABLE if status is None else Outcome.STALE
        elif status is not None:
            outcome = Outcome.FOUND
        elif is_doubtful or state != LIVE:
            # An account may have come since the table was given up.
            outcome = Outcome.UNAVAILABLE
        else:
            outcome = Outcome.NOT_FOUND
        return TableReading(outcome, status, age), outdated

    def patience(self, reading: TableReading) -> float:
        """How long a read that came to that waits for a better table."""
        certain = reading.outcome in (Outcome.FOUND, Outcome.NOT_FOUND)
        return _BRIEF if certain else _PATIENCE

    def count(self, outcome: Outcome) -> None:
        """Counts a read."""
        counters = self.counters
        if outcome is Outcome.FOUND:
            counters.found += 1
        elif outcome is Outcome.NOT_FOUND:
            counters.not_found += 1
        elif outcome is Outcome.STALE:
            counters.stale += 1
        else:
            counters.unavailable += 1

    def is_due(self) -> bool:
        """Whether a new table would be asked for now, were the one here outdated."""
        return time.monotonic() >= self._not_before or self._is_replaced()

    def renew(self, timeout: float) -> bool:
        """Asks for a new table, unless another thread just got one or an attempt failed a moment
        ago. True: there is one.
        """
        if self._process != os.getpid():
            # Another thread of the parent may have held it.
            self._lock, self._process = threading.Lock(), os.getpid()
        old = self._table
        if not self._lock.acquire(timeout=timeout):
            return False
        try:
            if self._table is not old:
                return True
            if not self.is_due():
                return False
            try:
                self._table = fetch(self._path, timeout)
            except NoTable:
                self._failed()
                return False
            self._failures, self._not_before = 0, 0.0
            self.counters.mapped += 1
            return True
        finally:
            self._lock.release()

    def _is_replaced(self) -> bool:
        # The daemon is there and has the new one ready.
        table = self._table
        return self._failures == 0 and table is not None and table.state() == REPLACED

    def _failed(self) -> None:
        longest = min(_FIRST_BACK_OFF * 2 ** min(self._failures, 8), _LAST_BACK_OFF)
        self._not_before = time.monotonic() + longest * random.uniform(0.5, 1)
        self._failures += 1
        self.counters.failed_attempts += 1

    def close(self) -> None:
        """Lets go of the table; a later read asks for it again."""
        self._table = None
