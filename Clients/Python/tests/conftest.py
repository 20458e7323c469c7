"""What the tests share."""

from __future__ import annotations

import asyncio
import inspect
from pathlib import Path

import pytest
from hypothesis import settings
from watches import AwaitedWatch, blocking

from accountstatus import aio, testing
from accountstatus.client import Client

# What was found is to become a test of its own, not a file on one machine.
settings.register_profile("here", database=None)
settings.load_profile("here")

REPOSITORY = Path(__file__).resolve().parents[3]


def pytest_collection_modifyitems(config, items):
    """Without a server, what needs one is skipped, and says so."""
    if testing.find_server(config.getoption("accountstatusd")) is not None:
        return
    skip = pytest.mark.skip(reason="no accountstatusd: set ACCOUNTSTATUSD")
    for item in items:
        if "accountstatus_server" in item.fixturenames:
            item.add_marker(skip)


class Awaited:
    """An asyncio client that a test calls as it calls a blocking one."""

    def __init__(self, *arguments, **options):
        self.loop = asyncio.new_event_loop()
        options.pop("max_connections", None)
        self.client = self.loop.run_until_complete(self._make(arguments, options))

    async def _make(self, arguments, options):
        return aio.Client(*arguments, **options)

    def __getattr__(self, name):
        attribute = getattr(self.client, name)
        if not callable(attribute):
            return attribute

        def call(*arguments, **options):
            made = attribute(*arguments, **options)
            if inspect.isawaitable(made):
                return self.loop.run_until_complete(made)
            return self._iterate(made)

        return call

    def _iterate(self, made):
        async def step():
            return await made.__anext__()

        while True:
            try:
                yield self.loop.run_until_complete(step())
            except StopAsyncIteration:
                return

    def close(self):
        if self.loop.is_closed():
            return
        self.loop.run_until_complete(self.client.close())
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()


@pytest.fixture(params=["blocking", "asyncio"])
def connect(request):
    """Makes clients of both kinds, and closes them."""
    made = []

    def make(path, **options):
        options.setdefault("use_table", False)
        kind = Client if request.param == "blocking" else Awaited
        made.append(kind(str(path), **options))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture(params=["blocking", "asyncio"])
def watch(request):
    """Makes watches of both kinds, and closes them."""
    made = []

    def make(path, *arguments, **options):
        kind = blocking if request.param == "blocking" else AwaitedWatch
        made.append(kind(str(path), *arguments, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()
