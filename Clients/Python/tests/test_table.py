"""Tables that the test wrote, whole and spoilt."""

from __future__ import annotations

import struct
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from segment import Segment, answer

from accountstatus import Capability, Instant, ReasonCode
from accountstatus.siphash import siphash13
from accountstatus.table import NEVER, BusyRecord, DamagedTable, Table
from accountstatus.types import AccountState, Notice, ReinstatementState


def test_the_hash_is_siphash_1_3():
    # The vector of the reference implementation for 15 bytes, with one and three rounds.
    key = struct.unpack("<QQ", bytes(range(16)))
    assert siphash13(key, b"") == 0xABAC0158050FC4DC
    assert siphash13(key, bytes(range(15))) == 0xD320D86D2A519956


def test_a_record_is_read_whole():
    segment = Segment()
    segment.put(
        "contoso",
        answer(2, since=5, next_at=900, next_state=1, reasons=1 << 2, notices=1 << 3, rest=8 | 4),
        revision=41,
    )
    table = Table(segment.memory)
    status = table.read("contoso", 10).status(10, table.edition())
    assert status.account_id == "contoso"
    assert status.state is AccountState.SUSPENDED
    assert status.since == Instant(5)
    assert [reason.code for reason in status.reasons] == [ReasonCode.BILLING_PAST_DUE]
    assert status.notices == (Notice.DISPUTED,)
    assert status.capabilities == (Capability.SELL_NEW_LICENSES, Capability.PAY_INVOICE)
    assert status.next_transition.at == Instant(900)
    assert status.next_transition.to_state is AccountState.ACTIVE
    assert status.eligible_for_reinstatement
    assert status.reinstatement_state is ReinstatementState.IN_REVIEW
    assert (status.policy_edition, status.revision) == ("2020-06", 41)
    assert status.as_of == Instant(10)


@pytest.mark.parametrize(
    ("now", "state", "stale"),
    [
        (99, 1, True),
        (100, 1, False),
        (199, 1, False),
        (200, 2, False),
        (299, 2, False),
        (300, 2, True),
        (NEVER - 1, 2, True),
    ],
)
def test_a_status_flips_at_its_instant(now, state, stale):
    segment = Segment()
    segment.put("a", answer(1), answer(2), valid_from=100, flip_at=200, until=300, revision=7)
    for _ in range(2):  # read anew, and as kept
        found = Table(segment.memory).read("a", now)
        status = found.status(now, "")
        assert (status.state, found.is_stale) == (state, stale)
        assert status.revision == (8 if state == 2 else 7)


def test_without_a_second_half_the_first_goes_stale():
    segment = Segment()
    segment.put("a", answer(1), valid_from=0, flip_at=200, until=200)
    table = Table(segment.memory)
    assert not table.read("a", 199).is_stale
    assert table.read("a", 200).is_stale
    assert table.read("a", 200).status(200, "").state is AccountState.ACTIVE


def test_an_account_may_not_exist_yet():
    segment = Segment()
    segment.put("a", answer(0), answer(1), flip_at=200, until=NEVER)
    table = Table(segment.memory)
    assert table.read("a", 100).status(100, "") is None
    assert table.read("a", 200).status(200, "").state is AccountState.ACTIVE


def test_a_new_write_is_seen_and_an_unfinished_one_is_not():
    segment = Segment()
    at = segment.put("a", answer(1))
    table = Table(segment.memory)
    assert table.read("a", 1).status(1, "").state is AccountState.ACTIVE
    segment.put("a", answer(2))
    assert table.read("a", 1).status(1, "").state is AccountState.SUSPENDED
    (sequence,) = struct.unpack_from("<Q", segment.memory, at)
    segment.word(at // 8, sequence + 1)
    with pytest.raises(BusyRecord):
        table.read("a", 1)
    assert table.certain("a", 10**12) is None


def test_what_fails_its_checksum_is_not_believed():
    segment = Segment()
    at = segment.put("a", answer(1))
    segment.memory[at + 62] ^= 3
    with pytest.raises(BusyRecord):
        Table(segment.memory).read("a", 1)


def test_an_account_that_comes_later_is_found():
    segment = Segment()
    table = Table(segment.memory)
    assert table.read("a", 1) is None
    assert table.read("a", 1) is None
    segment.put("b", answer(1))
    assert table.read("a", 1) is None
    segment.put("a", answer(1))
    assert table.read("a", 1) is not None


@pytest.mark.parametrize("account_id", ["", "x" * 65, "a\0", "\0", "ä", "a\0b", "\ud800"])
def test_what_is_no_account_id_has_no_record(account_id):
    segment = Segment()
    segment.put("a", answer(1))
    assert Table(segment.memory).read(account_id, 1) is None


def test_many_accounts_are_told_apart():
    segment = Segment(slot_count=4096, capacity=2048)
    names = [f"account-{number}" for number in range(2000)]
    for number, name in enumerate(names):
        segment.put(name, answer(1), revision=number)
    table = Table(segment.memory)
    assert [table.read(name, 1).status(1, "").revision for name in names] == list(range(2000))
    assert table.read("account-2000", 1) is None


def test_the_edition_follows_the_header():
    segment = Segment()
    table = Table(segment.memory)
    assert table.edition() == "2020-06"
    segment.edition("2022-03")
    assert table.edition() == "2022-03"
    segment.word(24, 1)
    with pytest.raises(BusyRecord):
        table.edition()


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (0, 1),
        (1, 2),
        (2, 1 << 40),
        (3, 100),
        (3, 1 << 63),
        (4, 0),
        (4, 63),
        (4, 1 << 40),
        (5, 8),
        (5, 1 << 62),
        (6, 0),
        (6, 33 | 192 << 32),
        (6, 32 | 200 << 32),
    ],
)
def test_a_header_that_does_not_hold_together_is_refused(place, value):
    segment = Segment()
    segment.word(place, value)
    with pytest.raises(DamagedTable):
        Table(segment.memory)


@given(st.binary(max_size=700))
def test_any_bytes_are_refused(content):
    with pytest.raises(DamagedTable):
        Table(content)


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 255)), max_size=30))
@settings(deadline=None, max_examples=300)
def test_damaged_memory_never_breaks_a_read(damage):
    segment = Segment(slot_count=8, capacity=2)
    segment.put("a", answer(1), answer(2), flip_at=100)
    spoilt = bytearray(segment.memory)
    for at, value in damage:
        spoilt[at] = value
    try:
        table = Table(spoilt)
        for name in ("a", "b"):
            found = table.read(name, 50)
            assert found is None or found.status(50, table.edition()) is not False
            table.certain(name, 10**18)
        table.age()
    except (DamagedTable, BusyRecord):
        pass


def test_a_writer_at_full_speed_tears_nothing():
    segment = Segment()
    segment.put("a", answer(1, since=1), revision=1)
    table = Table(segment.memory)
    stopped = threading.Event()

    def write():
        number = 1
        while not stopped.is_set():
            number += 1
            segment.put("a", answer(1, since=number, notices=number), revision=number)

    writer = threading.Thread(target=write)
    writer.start()
    read = 0
    try:
        until = time.monotonic() + 1
        while time.monotonic() < until:
            try:
                status = table.read("a", 1).status(1, "")
            except BusyRecord:
                continue
            read += 1
            assert status.since.nanoseconds == status.revision
            assert sum(1 << notice for notice in status.notices) in (0, status.revision)
    finally:
        stopped.set()
        writer.join()
    assert read > 100
