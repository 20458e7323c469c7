"""A shell and a daemon in a temporary directory, as a reader of a guide has them."""

from __future__ import annotations

import json
import os
import pathlib
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from types import TracebackType

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Generous: the machine may be busy. A command that hangs ends the guide.
PATIENCE = 300.0
_END = "--- end of command "


class Failed(Exception):
    """An example that does not do what it shows."""


class Session:
    """Runs commands one after the other in one shell, so that they see each other's variables."""

    def __init__(self, tools: dict[str, str], daemon: list[str]) -> None:
        """``tools``: the environment that leads to what was built. ``daemon``: more arguments."""
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="guide-"))
        # The guides speak of the repository's folders, and of files that a reader makes.
        for folder in ("Examples", "Clients", "packaging"):
            (self.directory / folder).symlink_to(ROOT / folder)
        self.environment = {
            **tools,
            "HOME": str(self.directory),
            "LC_ALL": "C.UTF-8",
            "NO_COLOR": "1",
            "TERM": "dumb",
        }
        # The daemon ends with this pipe, what a guide starts with the shell's group.
        lifeline, self._lifeline = os.pipe()
        self.shell = subprocess.Popen(
            ["bash", "--norc", "--noprofile"],
            pass_fds=[lifeline],
            cwd=self.directory,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        os.close(lifeline)
        try:
            self._start(daemon, lifeline)
        except BaseException:
            self.close()
            raise

    def _start(self, arguments: list[str], lifeline: int) -> None:
        self.run("mkfifo .ready")
        command = " ".join(["accountstatusd", "--ephemeral", "--exit-with-stdin", *arguments])
        self.run(f"{command} <&{lifeline} >.ready 2>.daemon & read -r ready <.ready; rm .ready")
        ready = json.loads(self.run('printf "%s" "$ready"'))
        # Nothing of how it was started is left for a guide to lean on.
        self.run(
            f"exec {lifeline}<&-; unset ready; export ACCOUNTSTATUS_SOCKET={ready['rpcSocket']}"
        )

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def run(self, command: str) -> str:
        """Runs a command to its end; what it printed. Failed: its exit status is not 0."""
        assert self.shell.stdin is not None
        script = f"{{ {command}\n}} </dev/null\nprintf '\\n{_END}%s\\n' $?\n"
        self.shell.stdin.write(script.encode())
        self.shell.stdin.flush()
        printed, status = self._until_end()
        if status != 0:
            raise Failed(f"exit status {status} of:\n{command}\n{printed}")
        return printed

    def _until_end(self) -> tuple[str, int]:
        assert self.shell.stdout is not None
        descriptor = self.shell.stdout.fileno()
        deadline = time.monotonic() + PATIENCE
        data = b""
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([descriptor], [], [], left)[0]:
                raise Failed(f"a command does not end; it printed:\n{data.decode()}")
            piece = os.read(descriptor, 65536)
            if not piece:
                raise Failed(f"the shell ended; it printed:\n{data.decode()}")
            data += piece
            text = data.decode(errors="replace")
            place = text.rfind(f"\n{_END}")
            if place >= 0 and text.endswith("\n") and text[place + 1 :].startswith(_END):
                printed = text[:place]
                return printed, int(text[place + 1 + len(_END) :])

    def save(self, name: str, text: str) -> None:
        """Saves a file where the commands run."""
        (self.directory / name).write_text(text, encoding="utf-8")

    def close(self) -> None:
        """Ends everything that was started, and removes the directory."""
        os.close(self._lifeline)
        os.killpg(self.shell.pid, signal.SIGTERM)
        try:
            self.shell.wait(1)
        except subprocess.TimeoutExpired:
            pass
        try:
            os.killpg(self.shell.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.shell.wait()
        for pipe in (self.shell.stdin, self.shell.stdout):
            if pipe is not None:
                pipe.close()
        shutil.rmtree(self.directory, ignore_errors=True)


def tools(build: pathlib.Path, work: pathlib.Path) -> dict[str, str]:
    """The environment in which what was built is found as if it were installed."""
    programs = work / "bin"
    programs.mkdir()
    examples = ("order-gateway-example", "support-desk-example")
    for name in ("accountstatus", "accountstatusd", *examples):
        (programs / name).symlink_to(build / name)
    for name in ("python3", "pip"):
        found = shutil.which(name, path="/usr/bin")
        if found:
            (programs / name).symlink_to(found)
    client = work / "c"
    subprocess.run(
        ["make", "-s", "-C", str(ROOT / "Clients/C"), "install", f"PREFIX={client}",
         f"BUILD={work / 'build'}", "CFLAGS=-O1"],
        check=True, stdout=sys.stderr,
    )  # fmt: skip
    return {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "ACCOUNTSTATUSD": str(build / "accountstatusd"),
        "PYTHONPATH": str(ROOT / "Clients/Python/src"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PKG_CONFIG_PATH": str(client / "lib/pkgconfig"),
        "LD_LIBRARY_PATH": str(client / "lib"),
        "TMPDIR": os.environ.get("TMPDIR", tempfile.gettempdir()),
    }
