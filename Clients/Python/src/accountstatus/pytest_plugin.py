"""Fixtures for pytest: a server for each test that asks for one, and its clock.

    def test_a_suspended_account_gets_no_order(accountstatus_server):
        accountstatus_server.register("contoso")
        accountstatus_server.suspend("contoso")
        assert not my_service(accountstatus_server.rpc_socket).takes_order("contoso")

Needs ``accountstatusd`` on ``$PATH``, or its path in ``$ACCOUNTSTATUSD`` or ``--accountstatusd``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .testing import Clock, Server


def pytest_addoption(parser: Any) -> None:
    """Adds ``--accountstatusd``."""
    group = parser.getgroup("accountstatus")
    group.addoption("--accountstatusd", metavar="PATH", help="the server that the tests start")


@pytest.fixture
def accountstatus_server(request: Any) -> Iterator[Server]:
    """An account-status server of the test's own, under a clock that stands still."""
    # Here: what only this plugin needs is not loaded into every run of pytest.
    from .testing import Server

    with Server(request.config.getoption("accountstatusd")) as server:
        yield server


@pytest.fixture
def accountstatus_clock(accountstatus_server: Server) -> Clock:
    """The clock of the test's server."""
    return accountstatus_server.clock
