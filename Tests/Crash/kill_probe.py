#!/usr/bin/env python3
"""Kills a writing ledger at random moments, and counts what is missing afterwards.

    kill_probe.py --probe PATH/ledger-crash-probe [--runs 50] [--seed N] [--work DIR]

Four tallies, RUNS kills each: synchronous FULL and NORMAL, with and without the shim that throws
away what was not synced (unsynced_writes.c, compiled here). Then the disk's syncs fail for a while
under FULL, and the process is killed after it recovered.

Expected, and the exit code is 1 otherwise: nothing acknowledged is ever missing under FULL, nor
under NORMAL without the shim, for a kill does not take away the kernel's memory; under NORMAL with
the shim something is, or the test could not tell the two apart. Nothing is ever half there, and no
row ever differs from its facts.
"""

import argparse
import dataclasses
import os
import pathlib
import random
import select
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
WINDOW = 64
KILLS_PER_DATABASE = 5
TIMEOUT = 60.0
# The system call that a thread waits in for a condition.
FUTEX = {"x86_64": "202", "aarch64": "98"}[os.uname().machine]


@dataclasses.dataclass
class Tally:
    """What came of a number of kills."""

    runs: int = 0
    acknowledged: int = 0
    missing: int = 0
    runs_with_missing: int = 0
    half: int = 0
    wrong: int = 0
    in_commit: int = 0

    def line(self, name: str) -> str:
        return (
            f"{name:<22}{self.runs:>6}{self.in_commit:>12}"
            f"{self.acknowledged:>14}{self.missing:>9}{self.runs_with_missing:>9}"
            f"{self.half:>6}{self.wrong:>7}"
        )

    HEADER = (
        f"{'':<22}{'kills':>6}{'in commit':>12}"
        f"{'acknowledged':>14}{'missing':>9}{'in runs':>9}{'half':>6}{'wrong':>7}"
    )


class Writer:
    """A probe that writes, read line by line."""

    def __init__(self, probe: str, database: pathlib.Path, mode: str, first: int, env: dict):
        self.process = subprocess.Popen(
            [probe, "write", str(database), mode, str(first), str(WINDOW)],
            stdout=subprocess.PIPE,
            env=env,
        )
        os.set_blocking(self.process.stdout.fileno(), False)
        self.rest = b""
        self.acknowledged: set[int] = set()
        self.words: list[str] = []

    def read(self, seconds: float) -> bool:
        """Takes what comes within a time; False at the end."""
        ready, _, _ = select.select([self.process.stdout], [], [], max(0.0, seconds))
        if not ready:
            return True
        data = os.read(self.process.stdout.fileno(), 1 << 20)
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            word, *numbers = line.decode().split(" ")
            if word == "ack":
                self.acknowledged.update(int(number) for number in numbers)
            self.words.append(word)
        return bool(data)

    def read_for(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not self.read(left):
                raise RuntimeError(f"the probe ended by itself: {self.process.wait()}")

    def read_until(self, condition) -> None:
        end = time.monotonic() + TIMEOUT
        while not condition():
            if time.monotonic() > end or not self.read(1.0):
                self.process.kill()
                raise RuntimeError(f"the probe did not come that far: {self.words[-3:]}")

    def kill(self) -> bool:
        """Kills it; says whether a commit was in flight just then."""
        in_commit = self.is_committing()
        self.process.kill()
        while self.read(TIMEOUT):
            pass
        self.process.wait()
        return in_commit

    def is_committing(self) -> bool:
        """Whether requests are unanswered, and the ledger's thread is not waiting for mail."""
        if "ready" not in self.words:
            return False
        for task in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
            try:
                if (task / "comm").read_text().strip() == "ledger":
                    return (task / "syscall").read_text().split()[0] != FUTEX
            except OSError:
                return False
        return False


def verify(probe: str, database: pathlib.Path) -> tuple[set[int], int, int]:
    """What is stored, how many requests are half there, how many rows are wrong."""
    lines = subprocess.run(
        [probe, "verify", str(database)], stdout=subprocess.PIPE, check=True, timeout=TIMEOUT
    ).stdout.decode().splitlines()
    if lines[-1:] != ["done"]:
        raise RuntimeError(f"verify did not finish: {lines[-1:]}")
    stored = {int(line.split()[1]) for line in lines if line.startswith("stored ")}
    half = sum(line.startswith("half ") for line in lines)
    wrong = sum(line.startswith("wrong ") for line in lines)
    return stored, half, wrong


class Trial:
    """Kills on a few databases, one after the other."""

    def __init__(self, probe: str, shim: pathlib.Path | None, work: pathlib.Path):
        self.probe, self.shim, self.work = probe, shim, work
        self.tally = Tally()
        self.new_database()

    def new_database(self) -> None:
        self.directory = pathlib.Path(tempfile.mkdtemp(dir=self.work))
        self.database = self.directory / "ledger.sqlite"
        self.acknowledged: set[int] = set()
        self.first = 0

    def environment(self, **more: str) -> dict:
        env = dict(os.environ, **more)
        if self.shim:
            env.update(LD_PRELOAD=str(self.shim), UNSYNCED_DIRECTORY=str(self.directory))
        return env

    def count(self, writer: Writer, in_commit: bool) -> None:
        tally = self.tally
        tally.runs += 1
        tally.in_commit += in_commit
        tally.acknowledged += len(writer.acknowledged)
        self.acknowledged |= writer.acknowledged
        stored, half, wrong = verify(self.probe, self.database)
        missing = self.acknowledged - stored
        tally.missing += len(missing)
        tally.runs_with_missing += bool(missing)
        tally.half += half
        tally.wrong += wrong
        self.acknowledged -= missing
        self.first = (max(stored | self.acknowledged | {self.first}) // 20 + WINDOW) * 20
        if missing or half or wrong or tally.runs % KILLS_PER_DATABASE == 0:
            shutil.rmtree(self.directory)
            self.new_database()

    def kill_once(self, mode: str, random_: random.Random) -> None:
        writer = Writer(self.probe, self.database, mode, self.first, self.environment())
        writer.read_until(lambda: "ready" in writer.words)
        writer.read_for(random_.uniform(0.002, 0.15))
        self.count(writer, writer.kill())

    def fail_syncs_once(self, random_: random.Random) -> None:
        flag = self.directory / "syncs-fail"
        env = self.environment(UNSYNCED_FAIL_SYNC=str(flag))
        writer = Writer(self.probe, self.database, "full", self.first, env)
        writer.read_until(lambda: "ack" in writer.words)
        writer.read_for(random_.uniform(0.0, 0.05))
        flag.touch()
        writer.read_until(lambda: "read-only" in writer.words)
        writer.read_for(random_.uniform(0.0, 0.05))
        after = writer.words[writer.words.index("read-only") :]
        if "ack" in after:
            raise RuntimeError("a commit was acknowledged while syncs failed")
        flag.unlink()
        writer.read_until(lambda: "recovered" in writer.words and writer.words[-1] == "ack")
        writer.read_for(random_.uniform(0.0, 0.05))
        self.count(writer, writer.kill())


def compile_shim(work: pathlib.Path) -> pathlib.Path:
    shim = work / "unsynced_writes.so"
    subprocess.run(
        ["cc", "-std=c11", "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror"]
        + ["-o", str(shim), str(HERE / "unsynced_writes.c")],
        check=True,
    )
    return shim


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--probe", required=True, help="path of ledger-crash-probe")
    parser.add_argument("--runs", type=int, default=50, help="kills per tally")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--work", help="directory for the databases; default: a temporary one")
    options = parser.parse_args()
    random_ = random.Random(options.seed)
    print(f"seed {options.seed}")
    with tempfile.TemporaryDirectory(dir=options.work) as name:
        work = pathlib.Path(name).resolve()
        shim = compile_shim(work)
        trials = {
            "FULL": Trial(options.probe, None, work),
            "NORMAL": Trial(options.probe, None, work),
            "FULL, shim": Trial(options.probe, shim, work),
            "NORMAL, shim": Trial(options.probe, shim, work),
            "FULL, failing syncs": Trial(options.probe, shim, work),
        }
        print(Tally.HEADER)
        for title, trial in trials.items():
            for _ in range(options.runs):
                if title == "FULL, failing syncs":
                    trial.fail_syncs_once(random_)
                else:
                    trial.kill_once("normal" if "NORMAL" in title else "full", random_)
            print(trial.tally.line(title), flush=True)
    lossy = trials.pop("NORMAL, shim").tally
    good = all(
        trial.tally.missing == trial.tally.half == trial.tally.wrong == 0
        for trial in trials.values()
    )
    if not good:
        print("something acknowledged was lost, or something is half there", file=sys.stderr)
    if lossy.missing == 0 or lossy.half or lossy.wrong:
        print("NORMAL under the shim did not lose whole commits as it must", file=sys.stderr)
        good = False
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
