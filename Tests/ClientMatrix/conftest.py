"""What the matrix needs: the drivers, which are built before."""

from __future__ import annotations

import os

import pytest
from clients import COMMANDS


@pytest.fixture(autouse=True, scope="session")
def built() -> None:
    """Fails, rather than skips, when there is something to run that was not built."""
    for name, command in COMMANDS.items():
        assert os.access(command[0], os.X_OK), f"no driver for {name}: run make test-clients"
