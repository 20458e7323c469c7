"""Where the server is looked for."""

from __future__ import annotations

import pytest

from accountstatus.sockets import rpc_socket, table_socket

OWN = "/run/user/7/accountstatus/rpc.sock"


@pytest.mark.parametrize(
    ("given", "environment", "exists", "found"),
    [
        ("/a", {"ACCOUNTSTATUS_SOCKET": "/b"}, True, "/a"),
        (None, {"ACCOUNTSTATUS_SOCKET": "/b", "XDG_RUNTIME_DIR": "/run/user/7"}, True, "/b"),
        ("", {"XDG_RUNTIME_DIR": "/run/user/7"}, True, OWN),
        (None, {"XDG_RUNTIME_DIR": "/run/user/7"}, False, "/run/accountstatus/rpc.sock"),
        (None, {"ACCOUNTSTATUS_SOCKET": ""}, True, "/run/accountstatus/rpc.sock"),
    ],
)
def test_the_rpc_socket(given, environment, exists, found):
    assert rpc_socket(given, environment, lambda path: exists and path == OWN) == found


@pytest.mark.parametrize(
    ("given", "environment", "found"),
    [
        (None, {}, "/run/x/table.sock"),
        (None, {"ACCOUNTSTATUS_TABLE_SOCKET": "/t"}, "/t"),
        ("/g", {"ACCOUNTSTATUS_TABLE_SOCKET": "/t"}, "/g"),
        ("/g", {"ACCOUNTSTATUS_TABLE": "off"}, None),
        (None, {"ACCOUNTSTATUS_TABLE": "on"}, "/run/x/table.sock"),
    ],
)
def test_the_table_socket(given, environment, found):
    assert table_socket(given, "/run/x/rpc.sock", environment) == found
