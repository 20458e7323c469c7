"""Watches of both kinds, used alike."""

from __future__ import annotations

import asyncio

import accountstatus
from accountstatus import aio


class AwaitedWatch:
    """An asyncio watch that a test uses as it uses a blocking one."""

    def __init__(self, path, *arguments, **options):
        self._loop = asyncio.new_event_loop()
        self._watch = aio.Client(path, use_table=False).watch(*arguments, **options)

    def next(self, timeout=None):
        return self._loop.run_until_complete(self._watch.next(timeout))

    def __next__(self):
        return self._loop.run_until_complete(self._watch.__anext__())

    @property
    def token(self):
        return self._watch.token

    def close(self):
        async def close():
            self._watch.close()
            await asyncio.sleep(0)

        if not self._loop.is_closed():
            self._loop.run_until_complete(close())
            self._loop.close()


def blocking(path, *arguments, **options):
    return accountstatus.Client(path, use_table=False).watch(*arguments, **options)
