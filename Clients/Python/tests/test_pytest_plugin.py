"""The fixtures that users' tests get."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import textwrap

import pytest
from conftest import REPOSITORY

from accountstatus import DENY, testing

SRC = REPOSITORY / "Clients" / "Python" / "src"


def run_pytest(directory, test, **environment):
    (directory / "test_gateway.py").write_text(textwrap.dedent(test))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "accountstatus.pytest_plugin"]
    return subprocess.run(
        [*command, "-p", "no:cacheprovider", str(directory)],
        env={**os.environ, "PYTHONPATH": str(SRC), **environment},
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


USERS_TEST = """
    import pytest
    from accountstatus import DENY

    def test_a_suspended_account_is_refused(accountstatus_server, accountstatus_clock):
        accountstatus_server.register("contoso")
        assert accountstatus_server.client.is_active("contoso", on_unavailable=DENY)
        accountstatus_clock.advance(3600)
        accountstatus_server.suspend("contoso")
        status = accountstatus_server.client.get("contoso")
        assert status.since == accountstatus_clock.now

    def test_another_server_knows_nothing_of_it(accountstatus_server):
        assert list(accountstatus_server.client.list()) == []

    @pytest.mark.accountstatus({"contoso": "active", "fabrikam": "past due"}, now="2030-01-01")
    def test_accounts_stand_as_the_mark_says(accountstatus_server, accountstatus_clock):
        assert str(accountstatus_clock.now) == "2030-01-01T00:00:00Z"
        states = {each.account_id: each.state.name for each in accountstatus_server.client.list()}
        assert states == {"contoso": "ACTIVE", "fabrikam": "SUSPENDED"}
"""


def test_a_users_test_runs(accountstatus_server, tmp_path, request):
    binary = testing.find_server(request.config.getoption("accountstatusd"))
    run = run_pytest(tmp_path, USERS_TEST, ACCOUNTSTATUSD=binary)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "3 passed" in run.stdout
    assert "PytestUnknownMarkWarning" not in run.stdout


def test_without_a_server_the_test_says_what_is_missing(tmp_path):
    run = run_pytest(tmp_path, USERS_TEST, ACCOUNTSTATUSD="", PATH="/nowhere")
    assert run.returncode == 1
    assert "ACCOUNTSTATUSD does not name one" in run.stdout


def test_what_is_no_server_is_reported_with_what_it_said(tmp_path):
    impostor = tmp_path / "impostor"
    impostor.write_text("#!/bin/sh\necho no such option >&2\nexit 64\n")
    impostor.chmod(0o755)
    with pytest.raises(testing.ServerFailed, match="no such option"):
        testing.Server(path=str(impostor))


@pytest.mark.parametrize("is_paused", [False, True], ids=["running", "paused"])
def test_a_server_ends_with_a_test_that_is_killed(accountstatus_server, request, is_paused):
    binary = testing.find_server(request.config.getoption("accountstatusd"))
    script = (
        "import os, signal\n"
        "from accountstatus.testing import Server\n"
        f"server = Server(path={binary!r})\n"
        f"{'server.pause()' if is_paused else ''}\n"
        "print(server.process.pid, server.rpc_socket, flush=True)\n"
        "signal.pause()\n"
    )
    test = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SRC)},
    )
    pid, socket = test.stdout.readline().split()
    watched = os.pidfd_open(int(pid))
    test.send_signal(signal.SIGKILL)
    test.wait()
    test.stdout.close()
    assert select.select([watched], [], [], 60)[0]
    os.close(watched)
    assert not os.path.exists(os.path.dirname(socket))


def test_servers_do_not_know_each_other(accountstatus_server, request):
    binary = testing.find_server(request.config.getoption("accountstatusd"))
    accountstatus_server.register("contoso")
    with testing.Server(path=binary, now="2030-01-01") as other:
        assert not other.client.is_active("contoso", on_unavailable=DENY)
        assert str(other.client.info().now) == "2030-01-01T00:00:00Z"
