"""What is shown to users runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time

import pytest
from conftest import REPOSITORY
from fake_server import FakeServer
from test_watch import Script, change, resumed, snapshot, status, tell

from accountstatus import testing

CLIENT = REPOSITORY / "Clients" / "Python"
GATEWAY = CLIENT / "examples" / "order_gateway.py"
WATCH = CLIENT / "examples" / "status_watch.py"
BLOCKS = re.findall(r"^```python\n(.*?)^```", (CLIENT / "README.md").read_text(), re.M | re.S)


def order(environment, *arguments):
    run = subprocess.run(
        [sys.executable, str(GATEWAY), *arguments],
        env={**os.environ, "PYTHONPATH": str(CLIENT / "src"), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return run.returncode, (run.stdout or run.stderr).strip()


def test_the_gateway_refuses_what_a_suspended_account_orders(accountstatus_server):
    environment = accountstatus_server.environment
    accountstatus_server.register("contoso")
    assert order(environment, "contoso", "deny") == (0, "taken")
    accountstatus_server.suspend("contoso")
    assert order(environment, "contoso", "allow") == (
        1,
        "refused: the account is SUSPENDED because of ACCOUNT_ABUSE",
    )
    assert order(environment, "nobody", "allow") == (1, "refused: no such account")


@pytest.mark.parametrize(("decision", "code"), [("allow", 0), ("deny", 1)])
def test_the_gateway_does_what_was_decided_when_the_server_is_down(tmp_path, decision, code):
    environment = {"ACCOUNTSTATUS_SOCKET": str(tmp_path / "nobody")}
    found, said = order(environment, "contoso", decision)
    assert found == code
    assert said.endswith("the server is not there, and this is what we decided for that")


def test_the_gateway_says_how_it_is_used(tmp_path):
    code, said = order({}, "contoso")
    assert code == 2
    assert said.startswith("usage:")


def watch(path, *arguments):
    return subprocess.Popen(
        [sys.executable, str(WATCH), *arguments],
        env={**os.environ, "PYTHONPATH": str(CLIENT / "src"), "ACCOUNTSTATUS_SOCKET": str(path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def test_the_watch_goes_on_where_it_was(tmp_path):
    script = Script(
        tell(lambda stream: snapshot(stream, b"t1", status(), status(1, "fabrikam", 2))),
        tell(resumed, lambda stream: change(stream, 2, b"t2")),
    )
    place = tmp_path / "place"
    with FakeServer(tmp_path / "s", script) as server:
        for lines in (["contoso is ACTIVE", "fabrikam is SUSPENDED"], ["contoso is ACTIVE"]):
            process = watch(server.path, str(place))
            assert [process.stdout.readline().strip() for _ in lines] == lines
            wanted = b"t%d" % len(script.requests)
            while not place.exists() or place.read_bytes() != wanted:
                assert process.poll() is None
                time.sleep(0.01)
            process.kill()
            process.communicate()
    assert script.tokens == [b"", b"t1"]


def test_there_are_examples_in_the_readme():
    assert len(BLOCKS) >= 5


@pytest.mark.parametrize("block", BLOCKS, ids=[f"block{n}" for n, _ in enumerate(BLOCKS)])
def test_the_readmes_examples_run(
    block, accountstatus_server, monkeypatch, tmp_path, capsys, request
):
    for name, value in accountstatus_server.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    accountstatus_server.register("contoso")
    accountstatus_server.suspend("contoso")
    scope = {"accountstatus_server": accountstatus_server, "__name__": "example"}
    exec(compile(block, "README.md", "exec"), scope)
    for name, test in list(scope.items()):
        if name.startswith("test_"):
            run_as_pytest_would(test, request.config.getoption("accountstatusd"))


def run_as_pytest_would(test, path):
    """With a server of its own, and accounts that stand as its mark says."""
    mark = getattr(test, "pytestmark", [pytest.mark.accountstatus().mark])[0]
    with testing.Server(*mark.args, path=path, **mark.kwargs) as server:
        fixtures = {"accountstatus_server": server, "accountstatus_clock": server.clock}
        wanted = test.__code__.co_varnames[: test.__code__.co_argcount]
        test(**{each: fixtures[each] for each in wanted})
