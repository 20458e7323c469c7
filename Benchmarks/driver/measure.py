"""A run: everything is built and started once, and then takes turns."""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from driver.processes import Failure, Program
from driver.results import Memory, Sample, Samples
from driver.systems import CONNECTIONS, MODES, Command, Mode, Server, System

# A server, or what it is prepared with, may take long to hold a million accounts.
START_SECONDS = 180.0
# Beyond what a turn lasts.
ANSWER_SECONDS = 30.0


@dataclass(frozen=True)
class Options:
    """How much is measured, and where things are."""

    source: Path
    build: Path
    swift: Path
    accounts: int
    table_accounts: int
    rounds: int
    warmup_ms: int
    turn_ms: int
    builds: bool


@dataclass
class _Started:
    server: Server
    program: Program
    directory: Path


class Run:
    """Servers and clients that take turns. What fails is remembered and left out from then on."""

    def __init__(
        self, options: Options, servers: tuple[Server, ...], systems: tuple[System, ...]
    ) -> None:
        self.options = options
        self.systems = systems
        wanted = {system.server for system in systems}
        self.servers = tuple(server for server in servers if server.name in wanted)
        self.samples = Samples()
        self.memory: dict[str, Memory] = {}
        # By a system's name, why it is not measured.
        self.reasons: dict[str, str] = {}
        self.table_bytes_per_account: float | None = None
        # Of the processors' time while it was measured, what all other programs took.
        self.foreign_share = 0.0
        self._started: dict[str, _Started] = {}
        self._clients: dict[str, Program] = {}
        self._directory = Path(tempfile.mkdtemp(prefix="peers-"))
        # PostgreSQL runs as a user of its own.
        self._directory.chmod(0o755)

    def __enter__(self) -> "Run":
        return self

    def __exit__(self, *_: object) -> None:
        programs = list(self._clients.values()) + [one.program for one in self._started.values()]
        for program in programs:
            program.ask_to_end()
        for program in programs:
            program.stop()
        subprocess.run(["rm", "-rf", str(self._directory)], check=False)

    # Starting

    def start(self) -> None:
        """Builds what there is to build, and starts servers, then clients."""
        failed_builds = self._build() if self.options.builds else {}
        for server in self.servers:
            try:
                self._start_server(server, failed_builds)
            except Failure as failure:
                for system in self.systems:
                    if system.server == server.name:
                        self._give_up(system, failure)
        for system in self.systems:
            if system.name in self.reasons:
                continue
            try:
                self._start_client(system, failed_builds)
            except Failure as failure:
                self._give_up(system, failure)

    def _build(self) -> dict[str, str]:
        """Builds each folder; by the folder, why that failed."""
        folders = {server.folder for server in self.servers} | {s.folder for s in self.systems}
        failed = {}
        for folder in sorted(folders - {""}):
            command = ["make", "-s", "-C", str(self.options.source / folder)]
            command.append(f"BUILD={self.options.build}")
            result = subprocess.run(command, capture_output=True, text=True, errors="replace")
            (self.options.build / folder).mkdir(parents=True, exist_ok=True)
            log = self.options.build / folder / "build.log"
            log.write_text(result.stdout + result.stderr)
            if result.returncode != 0:
                failed[folder] = f"cannot be built: {_cause(result.stderr)}"
        return failed

    def _words(self, command: Command, directory: Path, server: Server | None) -> list[str]:
        options = self.options
        holds_table = server is not None and server.holds_table
        values = {
            "source": options.source,
            "build": options.build,
            "swift": options.swift,
            "directory": directory,
            "socket": directory / (server.socket if server is not None else "none"),
            "accounts": options.table_accounts if holds_table else options.accounts,
        }
        return [word.format(**values) for word in command]

    def _log(self, name: str) -> Path:
        return self.options.build / "log" / name

    def _start_server(self, server: Server, failed_builds: dict[str, str]) -> None:
        if server.folder in failed_builds:
            raise Failure(failed_builds[server.folder])
        directory = self._directory / server.name
        directory.mkdir(mode=0o755)
        command = self._words(server.command, directory, server)
        program = Program(command, self._log(f"{server.name}.server"), directory, False)
        self._started[server.name] = _Started(server, program, directory)
        program.wait_for_socket(directory / server.socket, START_SECONDS)
        if server.prepare is None:
            return
        prepare = self._words(server.prepare, directory, server)
        result = subprocess.run(prepare, capture_output=True, text=True, timeout=START_SECONDS)
        if result.returncode != 0:
            raise Failure(f"{server.name} cannot be prepared: {_cause(result.stderr)}")

    def _start_client(self, system: System, failed_builds: dict[str, str]) -> None:
        if system.folder in failed_builds:
            raise Failure(failed_builds[system.folder])
        if system.server is not None:
            started = self._started[system.server]
            server, directory = started.server, started.directory
        else:
            server, directory = None, self._directory / system.name
            directory.mkdir()
        command = self._words(system.client, directory, server)
        client = Program(command, self._log(f"{system.name}.client"), directory, True)
        self._clients[system.name] = client
        line = client.read_line(START_SECONDS)
        if line != "ready":
            raise Failure(f"{system.name}'s client says {line!r}")

    def _give_up(self, system: System, failure: Failure) -> None:
        self.reasons[system.name] = str(failure)
        print(f"{system.name}: {failure}", file=sys.stderr, flush=True)
        client = self._clients.pop(system.name, None)
        if client is not None:
            client.stop()

    # Turns

    def measure(self) -> None:
        """All rounds: in each, and in each mode, every system has one turn."""
        begin, busy, own = time.monotonic(), _busy_seconds(), self._own_seconds()
        for number in range(self.options.rounds):
            for mode in MODES:
                for system in self._order(number, mode):
                    try:
                        self._take_turn(system, mode, number)
                    except Failure as failure:
                        self._give_up(system, failure)
            print(f"round {number + 1} of {self.options.rounds}", file=sys.stderr, flush=True)
        elapsed = (time.monotonic() - begin) * (os.cpu_count() or 1)
        foreign = _busy_seconds() - busy - (self._own_seconds() - own)
        self.foreign_share = max(0.0, foreign / elapsed)
        self._measure_table()

    def _own_seconds(self) -> float:
        programs = list(self._clients.values()) + [one.program for one in self._started.values()]
        return time.process_time() + sum(program.processor_time() for program in programs)

    def _order(self, number: int, mode: Mode) -> list[System]:
        """Those that are still measured; each round begins with another one."""
        present = [s for s in self.systems if mode in s.modes and s.name not in self.reasons]
        first = number % len(present) if present else 0
        return present[first:] + present[:first]

    def _take_turn(self, system: System, mode: Mode, number: int) -> None:
        client = self._clients[system.name]
        server = self._started[system.server].program if system.server is not None else None
        cores = _cores_for(mode)
        if cores is None:
            return
        if server is not None:
            server.keep_on(cores[0])
        client.keep_on(cores[1])
        before = server.processor_time() if server is not None else 0.0
        line = (
            f"turn {mode.in_flight} {mode.connections} {self.options.warmup_ms} "
            f"{self.options.turn_ms} {number + 1}"
        )
        seconds = (self.options.warmup_ms + self.options.turn_ms) / 1000 + ANSWER_SECONDS
        try:
            answer = client.ask(line, seconds)
        except Failure as failure:
            raise Failure(f"{failure} ({mode.name}, round {number + 1})") from failure
        used = server.processor_time() - before if server is not None else 0.0
        sample = sample_of(answer, used, system.name, mode, number)
        if sample is None:
            return
        self.samples.add(sample)
        if server is not None and mode is CONNECTIONS:
            self.memory[system.name] = Memory(*server.memory())

    def _measure_table(self) -> None:
        for started in self._started.values():
            if started.server.holds_table:
                resident = started.program.mapped("accountstatus-table")
                self.table_bytes_per_account = resident / self.options.table_accounts


def _cores_for(mode: Mode) -> tuple[set[int], set[int]] | None:
    """Where server and client run; None: the machine has too few cores."""
    cores = sorted(os.sched_getaffinity(0))
    if mode.shares_core is None:
        return set(cores), set(cores)
    if mode.shares_core:
        return {cores[-1]}, {cores[-1]}
    return ({cores[-2]}, {cores[-1]}) if len(cores) > 1 else None


def sample_of(
    answer: str, server_seconds: float, system: str, mode: Mode, number: int
) -> Sample | None:
    """What a client's line says; None: its library cannot be asked in this way, or the machine let
    no call end within the turn."""
    try:
        values = json.loads(answer)
        if values.get("unsupported"):
            return None
        calls, warmup_calls = values["calls"], values["warmup_calls"]
        if values["wrong"] != 0:
            raise Failure(f"{values['wrong']} of {calls + warmup_calls} answers were wrong")
        if calls == 0:
            return None
        return Sample(
            system=system,
            mode=mode.name,
            round=number,
            calls_per_second=calls / values["wall_ns"] * 1e9,
            server_cpu=server_seconds / (calls + warmup_calls) * 1e6,
            client_cpu=values["cpu_ns"] / calls / 1000,
            p50=_microseconds(values.get("p50_ns")),
            p99=_microseconds(values.get("p99_ns")),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Failure(f"its client's line makes no sense: {answer[:100]}") from error


def _microseconds(nanoseconds: float | None) -> float | None:
    return None if nanoseconds is None else nanoseconds / 1000


def _cause(errors: str) -> str:
    """The line of a failed program's output that says most: the first that names an error."""
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower() or "not found" in line.lower()]
    return (telling or lines or ["it said nothing"])[0][:200]


def _busy_seconds() -> float:
    """Time that all processors have run, and that the hypervisor took from them, so far."""
    fields = [int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    user, nice, system, _idle, _wait, irq, softirq, steal = fields[:8]
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")
