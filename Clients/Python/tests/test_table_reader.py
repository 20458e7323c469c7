"""Getting a table from another process, and what its answers are worth."""

from __future__ import annotations

import contextlib
import os
import threading
import time

import pytest
from segment import SEALS, SHRINK, Segment, TableServer, answer, offer

from accountstatus import Instant, Outcome
from accountstatus.table_reader import NoTable, TableReader, fetch
from accountstatus.types import AccountState

# ---------------------------------------------------------------------------- hand-over


@pytest.fixture
def hand_over(tmp_path):
    """A socket at which tables are given out, as the test says."""
    made = []

    def make(said):
        made.append(TableServer(tmp_path / "table.sock", said))
        return made[-1]

    yield make
    for server in made:
        server.close()


def sealed(**options):
    segment = Segment(**options)
    segment.seal()
    return segment


def test_a_table_is_handed_over(hand_over):
    segment = sealed()
    segment.put("a", answer(1))
    server = hand_over(lambda: offer(segment))
    assert fetch(server.path, 1).read("a", 1) is not None


def open_tables():
    """How many descriptors of tables this process has."""
    found = 0
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(FileNotFoundError):
            found += os.readlink(f"/proc/self/fd/{name}").startswith("/memfd:table")
    return found


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (lambda s: offer(s, status=-13), "Permission denied"),
        (lambda s: offer(s, status=-11), "temporarily unavailable"),
        (lambda s: offer(s, status=3), "malformed"),
        (lambda s: offer(s, magic=1), "another layout"),
        (lambda s: offer(s, major=2), "another layout"),
        (lambda s: offer(s, size=1 << 20), "another size"),
        (lambda s: (offer(s)[0], []), "without its memory"),
        (lambda s: (offer(s)[0], [s.descriptor] * 2), "without its memory"),
        (lambda s: (b"hello", [s.descriptor]), "no offer"),
        (lambda s: (offer(s)[0] + b"!", [s.descriptor]), "no offer"),
        (lambda s: (None, []), "no offer"),
    ],
)
def test_what_is_no_proper_offer_is_refused(hand_over, said, why):
    segment = sealed()
    server = hand_over(lambda: said(segment))
    open_before = open_tables()
    with pytest.raises(NoTable, match=why):
        fetch(server.path, 1)
    assert open_tables() == open_before


@pytest.mark.parametrize("seals", [0, SHRINK, SEALS & ~SHRINK])
def test_memory_that_can_change_under_the_reader_is_refused(hand_over, seals):
    segment = Segment()
    segment.seal(seals)
    server = hand_over(lambda: offer(segment))
    with pytest.raises(NoTable, match="not sealed"):
        fetch(server.path, 1)


def test_a_file_is_refused(hand_over, tmp_path):
    segment = Segment()
    path = tmp_path / "file"
    path.write_bytes(bytes(segment.memory))
    with path.open("r+b") as file:
        server = hand_over(lambda: (offer(segment)[0], [file.fileno()]))
        with pytest.raises(NoTable, match="not sealed"):
            fetch(server.path, 1)


def test_nobody_there_is_no_table(tmp_path):
    with pytest.raises(NoTable):
        fetch(str(tmp_path / "nobody"), 0.1)


# ------------------------------------------------------------------------------- reader


def test_a_replaced_table_is_left_for_the_new_one(hand_over):
    old, new = sealed(), sealed(generation=2)
    old.put("a", answer(1))
    new.put("a", answer(2))
    given_out = [old]
    server = hand_over(lambda: offer(given_out[-1]))
    reader = TableReader(server.path)
    assert reader.read("a", 2, 1).status.state is AccountState.ACTIVE
    given_out.append(new)
    old.state(2)
    found = reader.read("a", 2, 1)
    assert (found.outcome, found.status.state) == (Outcome.FOUND, AccountState.SUSPENDED)
    assert reader.counters.mapped == 2


def test_a_replaced_table_without_a_new_one_is_doubted(hand_over):
    segment = sealed()
    segment.put("a", answer(1))
    said = [offer(segment)]
    server = hand_over(lambda: said[-1])
    reader = TableReader(server.path)
    reader.read("a", 2, 1)
    said.append(offer(segment, status=-11))
    segment.state(2)
    assert reader.read("a", 2, 1).outcome is Outcome.STALE
    assert reader.certain("a", 2) is None
    assert reader.read("b", 2, 1).outcome is Outcome.UNAVAILABLE


def test_an_old_heartbeat_makes_an_answer_stale_and_one_without_a_record_unavailable(hand_over):
    segment = sealed()
    segment.put("a", answer(1))
    server = hand_over(lambda: offer(segment))
    reader = TableReader(server.path)
    segment.beat(ago=5)
    found = reader.read("a", 2, 1)
    assert found.outcome is Outcome.STALE
    assert 5 <= found.age < 60
    assert reader.read("a", 10, 1).outcome is Outcome.FOUND
    assert reader.read("b", 2, 1).outcome is Outcome.UNAVAILABLE
    assert reader.read("b", 10, 1).outcome is Outcome.NOT_FOUND


def test_a_stopped_table_answers_on_but_does_not_know_who_is_new(hand_over):
    segment = sealed()
    segment.put("a", answer(1))
    server = hand_over(lambda: offer(segment))
    reader = TableReader(server.path)
    segment.state(3)
    assert reader.read("a", 2, 1).outcome is Outcome.FOUND
    assert reader.read("b", 2, 1).outcome is Outcome.UNAVAILABLE


def test_a_manual_clock_goes_before_the_wall_clock(hand_over):
    segment = sealed()
    segment.put("a", answer(1), answer(2), flip_at=1000)
    server = hand_over(lambda: offer(segment))
    reader = TableReader(server.path)
    segment.word(19, 999)
    assert reader.read("a", 2, 1).status.state is AccountState.ACTIVE
    segment.word(19, 1000)
    found = reader.read("a", 2, 1)
    assert (found.status.state, found.status.as_of) == (AccountState.SUSPENDED, Instant(1000))
    assert reader.certain("a", 2)["state"] is AccountState.SUSPENDED


def test_a_daemon_that_is_gone_is_not_asked_at_every_read(tmp_path):
    reader = TableReader(str(tmp_path / "nobody"))
    for _ in range(200):
        assert reader.read("a", 2, 1).outcome is Outcome.UNAVAILABLE
    assert 1 <= reader.counters.failed_attempts < 20
    assert reader.counters.unavailable == 200


def test_a_forked_child_goes_on_reading(hand_over):
    segment = sealed()
    segment.put("a", answer(1))
    server = hand_over(lambda: offer(segment))
    reader = TableReader(server.path)
    reader.read("a", 2, 1)
    child = os.fork()
    if child == 0:
        os._exit(0 if reader.read("a", 60, 1).outcome is Outcome.FOUND else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_threads_read_through_one_reader(hand_over):
    tables = [sealed(generation=number) for number in range(1, 6)]
    for table in tables:
        table.put("a", answer(1))
    current = [tables[0]]
    server = hand_over(lambda: offer(current[0]))
    reader = TableReader(server.path)
    outcomes = []

    def read():
        outcomes.extend(reader.read("a", 60, 1).outcome for _ in range(500))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for old, new in zip(tables, tables[1:]):
        current[0] = new
        old.state(2)
        time.sleep(0)
    for thread in threads:
        thread.join()
    assert set(outcomes) <= {Outcome.FOUND, Outcome.STALE}
    assert reader.read("a", 60, 1).outcome is Outcome.FOUND
