"""Bulk imports against a server that stumbles."""

from __future__ import annotations

import pytest
from fake_server import FakeServer, data, failure

import accountstatus
from accountstatus import contract
from accountstatus.types import AccountClosed, Fact, FactOutcome


def facts(count, size=0):
    return [
        Fact(
            account_id=f"a{number}",
            source="s" + "x" * size,
            fact_id=str(number),
            effective_at="2026-01-01",
            kind=AccountClosed(),
        )
        for number in range(count)
    ]


REQUEST = contract.message_class("ImportFactsRequest")
RESPONSE = contract.message_class("ImportFactsResponse")


class Ledger:
    """Stores what scripts take in, and counts what comes twice."""

    def __init__(self):
        self.stored = {}
        self.most_unanswered = 0
        self.largest = 0

    def script(self, answers=10**9, hold=0, end=None):
        """Answers so many chunks, each once that many more have come, and hangs up."""

        def run(peer):
            stream, method, _, timeout = peer.request()
            assert method == "accountstatus.v1.LedgerService/ImportFacts"
            assert timeout is None
            waiting = []
            for _ in range(answers):
                while len(waiting) <= hold:
                    frame = peer.receive()
                    if frame is None:
                        return
                    if frame.flags & 1:
                        break
                    self.largest = max(self.largest, len(frame.payload))
                    waiting.append(REQUEST.FromString(frame.payload))
                    self.most_unanswered = max(self.most_unanswered, len(waiting))
                if not waiting:
                    peer.send(data(stream, b"", 5))
                    return
                peer.send(data(stream, self.answer(waiting.pop(0))))
            if end is not None:
                peer.send(end(stream))

        return run

    def answer(self, request):
        response = RESPONSE(chunk=request.chunk, token=b"t")
        for index, fact in enumerate(request.facts):
            is_new = fact.fact_id not in self.stored
            self.stored[fact.fact_id] = True
            if fact.fact_id == "1500":
                result = response.results.add(outcome=3)
                result.refusal.index = index
                result.refusal.message = "no"
            else:
                response.results.add(outcome=1 if is_new else 2)
        return response.SerializeToString()


def test_facts_go_out_in_chunks_and_come_back_in_order(tmp_path, connect):
    ledger = Ledger()
    with FakeServer(tmp_path / "s", ledger.script(hold=0)) as server:
        chunks = list(connect(server.path).import_facts(facts(2500)))
    assert [(chunk.first_fact, len(chunk.results)) for chunk in chunks] == [
        (0, 1000),
        (1000, 1000),
        (2000, 500),
    ]
    refused = [r.refusal for chunk in chunks for r in chunk.results if r.refusal]
    assert [refusal.index for refusal in refused] == [1500]
    assert len(ledger.stored) == 2500


def test_no_more_than_eight_chunks_are_unanswered(tmp_path, connect):
    ledger = Ledger()
    with FakeServer(tmp_path / "s", ledger.script(hold=7)) as server:
        client = connect(server.path)
        answers = client.import_facts(facts(20_000))
        for _ in range(13):
            next(answers)
        assert ledger.most_unanswered == 8
        client.close()


def test_large_facts_make_small_chunks(tmp_path, connect):
    ledger = Ledger()
    with FakeServer(tmp_path / "s", ledger.script()) as server:
        chunks = list(connect(server.path).import_facts(facts(1000, size=2000)))
    assert len(chunks) > 3
    assert ledger.largest < 1 << 19
    assert sum(len(chunk.results) for chunk in chunks) == 1000


def test_a_break_is_gone_on_behind(tmp_path, connect):
    ledger = Ledger()
    scripts = [ledger.script(answers=2), ledger.script(answers=1), ledger.script()]
    with FakeServer(tmp_path / "s", *scripts) as server:
        chunks = list(connect(server.path).import_facts(facts(6000)))
        assert server.connections == 3
    assert [chunk.first_fact for chunk in chunks] == list(range(0, 6000, 1000))
    outcomes = [result.outcome for chunk in chunks for result in chunk.results]
    assert len(outcomes) == len(ledger.stored) == 6000
    # What was answered just before the break may have been lost with it: it is a duplicate then.
    again = outcomes.count(FactOutcome.DUPLICATE)
    assert outcomes.count(FactOutcome.STORED) + again == 5999
    assert again <= 3000


def test_a_server_that_drains_is_waited_for(tmp_path, connect):
    ledger = Ledger()
    drains = ledger.script(answers=1, end=lambda stream: failure(stream, 14, b"draining"))
    with FakeServer(tmp_path / "s", drains, ledger.script()) as server:
        chunks = list(connect(server.path).import_facts(facts(3000)))
    assert len(chunks) == 3


def test_patience_ends(tmp_path, connect):
    with FakeServer(tmp_path / "s", lambda peer: peer.request()) as server:
        client = connect(server.path, import_patience=0.3)
        with pytest.raises(accountstatus.Unavailable):
            list(client.import_facts(facts(10)))


def test_a_silent_server_ends_it_as_well(tmp_path, connect):
    with FakeServer(tmp_path / "s", lambda peer: peer.wait_until_closed()) as server:
        client = connect(server.path, import_patience=0.3)
        with pytest.raises(accountstatus.Unavailable, match=r"no answer for 0\.3 s"):
            list(client.import_facts(facts(10)))


def test_a_server_that_was_never_there_is_not_waited_for(tmp_path, connect):
    client = connect(tmp_path / "nobody", import_patience=60)
    with pytest.raises(accountstatus.Unavailable, match="no server"):
        list(client.import_facts(facts(10)))


def test_an_answer_to_another_chunk_is_malformed(tmp_path, connect):
    def script(peer):
        stream, *_ = peer.request()
        peer.receive()
        peer.send(data(stream, RESPONSE(chunk=9).SerializeToString()))
        peer.wait_until_closed()

    with FakeServer(tmp_path / "s", script) as server:
        with pytest.raises(accountstatus.MalformedReply):
            list(connect(server.path).import_facts(facts(10)))


def test_an_import_of_nothing_asks_nobody(tmp_path, connect):
    assert list(connect(tmp_path / "nobody").import_facts([])) == []
