"""Fixtures for pytest: a server for each test that asks for one, and its clock.

    @pytest.mark.accountstatus({"contoso": "active", "fabrikam": "suspended"})
    def test_a_suspended_account_gets_no_order(accountstatus_server):
        service = my_service(accountstatus_server.rpc_socket)
        assert service.takes_order("contoso")
        assert not service.takes_order("fabrikam")

The mark says how accounts stand when the test begins, in words of
:class:`accountstatus.testing.Standing`, and with ``now`` when that is; both may be left out.

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


def pytest_configure(config: Any) -> None:
    """Makes the mark known."""
    config.addinivalue_line(
        "markers",
        "accountstatus(accounts, now=...): how accounts stand when the test begins, and when",
    )


@pytest.fixture
def accountstatus_server(request: Any) -> Iterator[Server]:
    """An account-status server of the test's own, under a clock that stands still."""
    # Here: what only this plugin needs is not loaded into every run of pytest.
    from .testing import Server

    mark = request.node.get_closest_marker("accountstatus")
    given = () if mark is None else mark.args
    options = {} if mark is None else mark.kwargs
    with Server(*given, path=request.config.getoption("accountstatusd"), **options) as server:
        yield server


@pytest.fixture
def accountstatus_clock(accountstatus_server: Server) -> Clock:
    """The clock of the test's server."""
    return accountstatus_server.clock
