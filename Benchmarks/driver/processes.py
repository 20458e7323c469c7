"""Programs that are started, told where to run, asked, and stopped."""

import os
import selectors
import signal
import socket
import subprocess
import time
from collections.abc import Collection
from pathlib import Path


class Failure(Exception):
    """A system that cannot be measured, and why."""


class Program:
    """A program in a session of its own. What it prints to standard error is kept in a log."""

    def __init__(self, command: list[str], log: Path, directory: Path, takes_lines: bool) -> None:
        self.name = Path(command[0]).name
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        pipe = subprocess.PIPE if takes_lines else None
        with log.open("wb") as errors:
            try:
                self.process = subprocess.Popen(
                    command,
                    stdin=pipe or subprocess.DEVNULL,
                    stdout=pipe or errors,
                    stderr=errors,
                    cwd=directory,
                    start_new_session=True,
                )
            except OSError as error:
                raise Failure(f"cannot start {command[0]}: {error.strerror}") from error
        self.unread = b""

    def failure(self, what: str) -> Failure:
        """What went wrong, with the last line that the program printed."""
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return Failure(f"{self.name} {what}" + (f": {lines[-1]}" if lines else ""))

    def read_line(self, seconds: float) -> str:
        """The next line of its output; a Failure if none comes in time."""
        assert self.process.stdout is not None
        output = self.process.stdout.fileno()
        end = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(output, selectors.EVENT_READ)
            while b"\n" not in self.unread:
                if not selector.select(max(0.0, end - time.monotonic())):
                    raise self.failure(f"did not answer in {seconds:.0f} s")
                received = os.read(output, 65536)
                if not received:
                    raise self.failure("ended")
                self.unread += received
        line, self.unread = self.unread.split(b"\n", 1)
        return line.decode(errors="replace")

    def ask(self, line: str, seconds: float) -> str:
        """Sends a line and returns the one that comes back."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(line.encode() + b"\n")
            self.process.stdin.flush()
        except OSError as error:
            raise self.failure("ended") from error
        return self.read_line(seconds)

    def wait_for_socket(self, path: Path, seconds: float) -> None:
        """Returns when something listens there."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise self.failure(f"ended with {self.process.returncode}")
            with socket.socket(socket.AF_UNIX) as probe:
                try:
                    probe.connect(str(path))
                    return
                except OSError:
                    time.sleep(0.02)
        raise self.failure(f"does not listen after {seconds:.0f} s")

    def ask_to_end(self) -> None:
        """Closes its input, or says so by a signal."""
        if self.process.stdin is not None:
            try:
                self.process.stdin.close()
            except OSError:
                pass
        else:
            self._signal(signal.SIGTERM)

    def stop(self) -> None:
        """Ends it, whatever it does."""
        self.ask_to_end()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            pass
        self._signal(signal.SIGKILL)
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            pass

    def processes(self) -> list[int]:
        """Its process and all that come from it."""
        found, waiting = [], [self.process.pid]
        while waiting:
            process = waiting.pop()
            try:
                threads = os.listdir(f"/proc/{process}/task")
            except OSError:
                continue
            found.append(process)
            for thread in threads:
                try:
                    children = Path(f"/proc/{process}/task/{thread}/children").read_text()
                except OSError:
                    continue
                waiting += [int(child) for child in children.split()]
        return found

    def keep_on(self, cores: Collection[int]) -> None:
        """Lets all its threads, and those they start, run on some cores only."""
        for process in self.processes():
            try:
                threads = [int(thread) for thread in os.listdir(f"/proc/{process}/task")]
            except OSError:
                continue
            for thread in threads:
                try:
                    os.sched_setaffinity(thread, cores)
                except ProcessLookupError:
                    pass

    def processor_time(self) -> float:
        """Seconds that all its processes have run, with the threads that have ended."""
        total = 0.0
        for process in self.processes():
            try:
                # The kernel's number for the processor-time clock of another process.
                total += time.clock_gettime((~process << 3) | 2)
            except OSError:
                pass
        return total

    def memory(self) -> tuple[int, int]:
        """Bytes that are resident, and these with shared pages counted by their part (PSS).

        A shell that only waits for the server is not counted.
        """
        resident = proportional = 0
        for process in self.processes():
            try:
                name = Path(f"/proc/{process}/comm").read_text().strip()
                lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
            except OSError:
                continue
            if name in ("sh", "bash", "dash", "runuser"):
                continue
            sizes = {line.split()[0]: int(line.split()[1]) for line in lines[1:]}
            resident += sizes.get("Rss:", 0) * 1024
            proportional += sizes.get("Pss:", 0) * 1024
        return resident, proportional

    def mapped(self, name: str) -> int:
        """Resident bytes of its mappings whose file bears a name."""
        total, is_wanted = 0, False
        for line in Path(f"/proc/{self.process.pid}/smaps").read_text().splitlines():
            if not line[0].isupper():
                is_wanted = name in line
            elif is_wanted and line.startswith("Rss:"):
                total += int(line.split()[1]) * 1024
        return total
