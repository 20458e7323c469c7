"""What only the asyncio client has: calls side by side, and tasks that are cancelled."""

from __future__ import annotations

import asyncio

import pytest
from fake_server import FakeServer, answering, response
from segment import TableServer, answer, offer
from test_calls import status
from test_table_reader import sealed

import accountstatus
from accountstatus import ALLOW, aio

echo = answering(lambda stream, method, payload: response(stream, status(payload[2:].decode())))


def test_calls_run_side_by_side_on_one_connection(tmp_path):
    async def run(path):
        async with aio.Client(path, use_table=False) as client:
            found = await asyncio.gather(*(client.get(f"a{number}") for number in range(1500)))
            assert [each.account_id for each in found] == [f"a{n}" for n in range(1500)]

    with FakeServer(tmp_path / "s", echo) as server:
        asyncio.run(run(server.path))
        assert server.connections == 1


def test_answers_may_come_in_any_order(tmp_path):
    def script(peer):
        requests = [peer.request() for _ in range(3)]
        for stream, _, payload, _ in reversed(requests):
            peer.send(response(stream, status(payload[2:].decode())))
        peer.wait_until_closed()

    async def run(path):
        async with aio.Client(path, use_table=False) as client:
            found = await asyncio.gather(*(client.get(name) for name in "abc"))
            assert [each.account_id for each in found] == ["a", "b", "c"]

    with FakeServer(tmp_path / "s", script) as server:
        asyncio.run(run(server.path))


def test_a_cancelled_call_leaves_the_others_alone(tmp_path):
    def script(peer):
        held = None
        while (request := peer.request()) is not None:
            stream, _, payload, _ = request
            if payload[2:] == b"held":
                held = stream
                continue
            if held is not None:
                peer.send(response(held, status("late")))
                held = None
            peer.send(response(stream, status(payload[2:].decode())))

    async def run(path):
        async with aio.Client(path, use_table=False) as client:
            assert (await client.get("first")).account_id == "first"
            held = asyncio.ensure_future(client.get("held"))
            await asyncio.sleep(0)
            held.cancel()
            with pytest.raises(asyncio.CancelledError):
                await held
            assert (await client.get("second")).account_id == "second"

    with FakeServer(tmp_path / "s", script) as server:
        asyncio.run(run(server.path))
        assert server.connections == 1


def test_closing_ends_the_calls_that_run(tmp_path):
    async def run(path):
        client = aio.Client(path, use_table=False)
        running = [asyncio.ensure_future(client.get("a")) for _ in range(3)]
        while not client._connection or not client._connection._waiting:
            await asyncio.sleep(0)
        await client.close()
        for each in await asyncio.gather(*running, return_exceptions=True):
            assert isinstance(each, accountstatus.Unavailable)
        with pytest.raises(accountstatus.Unavailable, match="closed"):
            await client.get("a")

    with FakeServer(tmp_path / "s", lambda peer: peer.wait_until_closed()) as server:
        asyncio.run(run(server.path))


def test_the_table_is_read_without_asking(tmp_path):
    segment = sealed()
    segment.put("a", answer(1))
    tables = TableServer(tmp_path / "table.sock", lambda: offer(segment))

    async def run():
        async with aio.Client(tmp_path / "rpc.sock") as client:
            assert (await client.get("a")).account_id == "a"
            assert await client.is_active("a", on_unavailable=ALLOW)
            with pytest.raises(accountstatus.NotFound):
                await client.get("b")
            assert client.table_counters.found == 2
            segment.beat(ago=10)
            stale = await client.read("a", on_unavailable=ALLOW, timeout=0.5)
            assert stale.outcome is accountstatus.Outcome.STALE
            assert isinstance(stale.error, accountstatus.Unavailable)

    try:
        asyncio.run(run())
    finally:
        tables.close()


def test_facts_may_come_from_an_async_source(accountstatus_server):
    server = accountstatus_server
    server.register("contoso")
    kind = next(server.client.facts("contoso")).kind

    async def source():
        for number in range(1200):
            await asyncio.sleep(0)
            yield server.fact(f"a{number}", kind)

    async def run():
        async with aio.Client(server.rpc_socket) as client:
            return [len(chunk.results) async for chunk in client.import_facts(source())]

    assert asyncio.run(run()) == [1000, 200]
