"""Status tables that a test writes, as status_table.h lays them out."""

from __future__ import annotations

import fcntl
import mmap
import os
import socket
import struct
import threading
import time
import zlib

from accountstatus.siphash import siphash13
from accountstatus.table import CHECKED, GEOMETRY, MAGIC, NEVER

SHRINK, GROW, FUTURE_WRITE = 2, 4, 16
SEALS = SHRINK | GROW | FUTURE_WRITE
ADD_SEALS = 1033


def answer(state=1, since=0, next_at=NEVER, next_state=0, reasons=0, notices=0, sets=0, rest=1):
    return since, next_at, notices, reasons, next_state << 4 | state, sets << 4 | rest


class Segment:
    """A table in memory that the test may also spoil."""

    def __init__(self, slot_count=64, capacity=32, generation=1, seed=(7, 9)):
        self.seed, self.mask, self.capacity = seed, slot_count - 1, capacity
        self.slots_at = 512
        self.records_at = (512 + 4 * slot_count + 63) // 64 * 64
        self.size = self.records_at + 192 * capacity
        self.size = (self.size + mmap.PAGESIZE - 1) // mmap.PAGESIZE * mmap.PAGESIZE
        self.descriptor = os.memfd_create("table", os.MFD_CLOEXEC | 2)
        os.ftruncate(self.descriptor, self.size)
        self.memory = mmap.mmap(self.descriptor, self.size)
        geometry = (MAGIC, 1, 0, 512, self.size, self.slots_at, slot_count, self.records_at)
        GEOMETRY.pack_into(self.memory, 0, *geometry, capacity, 192, generation, *seed)
        self.generation = generation
        self.numbers = {}
        self.state(1)
        self.word(19, NEVER)
        self.edition("2020-06")
        self.word(48, 1 << 6 | 1 << 16)
        self.beat()

    def __del__(self):
        os.close(self.descriptor)

    def word(self, place, value):
        struct.pack_into("<Q", self.memory, place * 8, value & (1 << 64) - 1)

    def state(self, state):
        self.word(16, state)

    def beat(self, ago=0.0):
        self.word(18, time.monotonic_ns() - int(ago * 1e9))

    def edition(self, name):
        (sequence,) = struct.unpack_from("<Q", self.memory, 192)
        self.memory[225] = len(name)
        self.memory[272 : 272 + len(name)] = name.encode()
        self.word(24, sequence + 2)

    def put(
        self, account_id, first, second=None, valid_from=0, flip_at=NEVER, until=NEVER, revision=1
    ):
        """Adds a record, or replaces the account's."""
        name = account_id.encode()
        is_new = account_id not in self.numbers
        number = self.numbers.setdefault(account_id, len(self.numbers))
        at = self.records_at + 192 * number
        (sequence,) = struct.unpack_from("<Q", self.memory, at)
        self.word(at // 8, sequence + 1)
        image = CHECKED.pack(
            valid_from,
            flip_at,
            until,
            revision,
            *first,
            name,
            *(second or answer(state=0)),
            len(name),
        )
        self.memory[at + 8 : at + 156] = image
        struct.pack_into("<I", self.memory, at + 156, zlib.crc32(image))
        self.word(at // 8, sequence + 2)
        if is_new:
            self._index(name, number)
        return at

    def _index(self, name, number):
        hashed = siphash13(self.seed, name)
        tag = hashed >> 32 & 0xFFFFFFFF & ~self.mask
        place = hashed & self.mask
        while struct.unpack_from("<I", self.memory, self.slots_at + 4 * place)[0]:
            place = (place + 1) & self.mask
        struct.pack_into("<I", self.memory, self.slots_at + 4 * place, tag | number + 1)

    def seal(self, seals=SEALS):
        fcntl.fcntl(self.descriptor, ADD_SEALS, seals)


class TableServer:
    """Hands tables over: each connection gets what ``offer`` says then."""

    def __init__(self, path, offer):
        self.path, self.offer, self.connections = str(path), offer, 0
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listener.bind(self.path)
        self._listener.listen(16)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with peer:
                message, descriptors = self.offer()
                if message is not None:
                    socket.send_fds(peer, [message], descriptors)

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


def offer(segment, status=0, size=None, magic=0x524546464F534341, major=1):
    message = struct.pack(
        "<QHHiQQ",
        magic,
        major,
        0,
        status,
        segment.size if size is None else size,
        segment.generation,
    )
    return message, [segment.descriptor]
