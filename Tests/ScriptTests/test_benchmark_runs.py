"""Benchmarks/run as it runs: what it does when a system fails, and the real programs in C."""

import contextlib
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Benchmarks"))

from driver.measure import Options, Run  # noqa: E402
from driver.results import Report, rows_of  # noqa: E402
from driver.systems import (  # noqa: E402
    CONNECTIONS,
    ONE_CORE,
    SERVERS,
    SYSTEMS,
    Role,
    Server,
    System,
)

SERVER = """
import socket, sys, time
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
while True:
    listener.accept()
"""

# Words: how it behaves, and from which turn on.
CLIENT = """
import json, sys
kind, turn = sys.argv[1], int(sys.argv[2])
if kind == "mute":
    sys.exit("there is nobody there")
print("ready", flush=True)
for number, line in enumerate(sys.stdin):
    if kind == "dies" and number >= turn:
        sys.exit("lost the thread")
    wrong = 1 if kind == "errs" and number >= turn else 0
    print(json.dumps({"calls": 10, "warmup_calls": 1, "wall_ns": 1000, "cpu_ns": 100,
                      "p50_ns": 5.0, "p99_ns": 9.0, "wrong": wrong}), flush=True)
"""


class Failures(unittest.TestCase):
    """Runs with programs that fail in every way that a system can."""

    def setUp(self):
        self.work = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.work)
        (self.work / "server.py").write_text(SERVER)
        (self.work / "client.py").write_text(CLIENT)

    def run_systems(self, systems, servers, rounds=3):
        options = Options(
            source=self.work,
            build=self.work,
            swift=self.work,
            accounts=10,
            table_accounts=10,
            rounds=rounds,
            warmup_ms=1,
            turn_ms=1,
            builds=True,
        )
        progress = contextlib.redirect_stderr(io.StringIO())
        with progress, Run(options, servers, systems) as run:
            run.start()
            run.measure()
            self.left = [one.program.process for one in run._started.values()]
        for process in self.left:
            self.assertIsNotNone(process.poll(), "a server runs on")
        return run

    def client(self, kind, turn=0, server="good", folder=""):
        command = ("/usr/bin/python3", str(self.work / "client.py"), kind, str(turn))
        return System(kind, kind, Role.PEER, folder, command, server, (ONE_CORE, CONNECTIONS))

    def server(self, name="good", folder="", script="server.py"):
        command = ("/usr/bin/python3", str(self.work / script), "{socket}")
        return Server(name, command, folder)

    def test_those_that_fail_are_named_and_the_others_are_measured(self):
        systems = (
            self.client("works"),
            self.client("mute"),
            self.client("dies", 3),
            self.client("errs", 1),
        )
        run = self.run_systems(systems, (self.server(),))
        self.assertEqual(set(run.reasons), {"mute", "dies", "errs"})
        self.assertIn("there is nobody there", run.reasons["mute"])
        self.assertIn("lost the thread", run.reasons["dies"])
        self.assertIn("1 of 11 answers were wrong", run.reasons["errs"])
        self.assertEqual(len(run.samples.of("works", ONE_CORE)), 3)
        self.assertGreater(run.memory["works"].rss, run.memory["works"].pss // 2)
        rows = {row.name: row for row in rows_of(systems, run.samples, run.memory, run.reasons)}
        self.assertEqual(rows["dies"].modes, {})
        self.assertEqual(rows["works"].modes["one core"].p50, 0.005)

    def test_a_server_that_ends_takes_its_systems_with_it(self):
        (self.work / "broken.py").write_text("raise SystemExit('no room')")
        systems = (self.client("works"), self.client("lonely", server="broken"))
        servers = (self.server(), self.server("broken", script="broken.py"))
        run = self.run_systems(systems, servers)
        self.assertEqual(set(run.reasons), {"lonely"})
        self.assertIn("no room", run.reasons["lonely"])

    def test_what_cannot_be_built_says_why(self):
        folder = self.work / "peer"
        folder.mkdir()
        (folder / "Makefile").write_text("all:\n\t@echo 'peer.h: error: not there' >&2; false\n")
        systems = (self.client("works"), self.client("unbuilt", folder="peer"))
        run = self.run_systems(systems, (self.server(),))
        self.assertEqual(run.reasons, {"unbuilt": "cannot be built: peer.h: error: not there"})

    def test_a_program_that_is_not_there(self):
        absent = System("absent", "absent", Role.PEER, "", ("{build}/absent",), "good", (ONE_CORE,))
        run = self.run_systems((absent,), (self.server(),))
        self.assertRegex(run.reasons["absent"], "cannot start .*/absent: No such file")


# Asks on when its turn is over, and takes another account for a wrong answer.
PIPELINE = """
#include "generator.h"
#include <stddef.h>

static void *connect_nowhere(const char *path) { return (void *)path; }

static void pipeline(void *connection, struct turn *turn, uint32_t depth) {
  (void)connection;
  (void)depth;
  uint32_t account;
  while (turn_next(turn, &account))
    turn_answered(turn, account < turn->accounts);
  for (int i = 0; i < 100; i++)
    turn_answered(turn, !turn_next(turn, &account));
}

int main(int argc, char **argv) {
  const struct generator_client client = {.connect = connect_nowhere, .pipeline = pipeline};
  return generator_main(argc, argv, &client);
}
"""


class Generator(unittest.TestCase):
    def test_a_turn_that_is_over_stays_over(self):
        folder = ROOT / "Benchmarks/generator/c"
        with tempfile.TemporaryDirectory() as directory:
            program = pathlib.Path(directory, "client")
            subprocess.run(
                ["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-pthread", "-xc", "-"]
                + [f"-I{folder}/include", str(folder / "generator.c"), "-o", str(program)],
                input=PIPELINE,
                text=True,
                check=True,
                timeout=120,
            )
            done = subprocess.run(
                [program, "nowhere", "7"],
                input="turn 2 1 1 5 1\n",
                capture_output=True,
                text=True,
                timeout=60,
            )
        ready, answer = done.stdout.splitlines()
        self.assertEqual(ready, "ready")
        figures = json.loads(answer)
        self.assertEqual(figures["wrong"], 0)
        self.assertGreaterEqual(figures["calls"], 100)


class Systems(unittest.TestCase):
    def test_names_are_used_once_and_servers_exist(self):
        names = [one.name for one in SYSTEMS]
        self.assertEqual(len(names), len(set(names)))
        servers = {server.name for server in SERVERS}
        self.assertEqual({one.server for one in SYSTEMS} - {None}, servers)

    def test_every_folder_can_be_built_and_has_its_packages_listed(self):
        listed = subprocess.run(
            [ROOT / "Benchmarks/setup", "--list"], capture_output=True, text=True, check=True
        ).stdout
        with_packages = {line.split()[0] for line in listed.splitlines()}
        for folder in {one.folder for one in (*SYSTEMS, *SERVERS)} - {""}:
            self.assertTrue((ROOT / "Benchmarks" / folder / "Makefile").is_file(), folder)
            if folder not in ("bare", "ttrpc-c", "accountstatus"):
                self.assertIn(folder, with_packages)


def programs_with(path):
    """The processes that have a path in their command line."""
    found = []
    for command in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if str(path).encode() in command.read_bytes():
                found.append(command.parent.name)
    return found


class SmokeRun(unittest.TestCase):
    """The real programs in C, which need a compiler and SQLite and no more."""

    def test_the_systems_in_c(self):
        with tempfile.TemporaryDirectory() as directory:
            results, drawn = pathlib.Path(directory, "r.json"), pathlib.Path(directory, "r.svg")
            done = subprocess.run(
                [
                    ROOT / "Benchmarks/run",
                    "--quick",
                    "--only",
                    "bare,ttrpc-c,sqlite",
                    "--swift",
                    directory,
                    "--build",
                    directory,
                    "--accounts",
                    "1000",
                    "--json",
                    results,
                    "--svg",
                    drawn,
                ],
                capture_output=True,
                text=True,
                timeout=300,
            )
            self.assertEqual(done.returncode, 0, done.stderr)
            rows = {row.name: row for row in Report.from_json(results.read_text()).rows}
            xml.etree.ElementTree.parse(drawn)
        across = len(os.sched_getaffinity(0)) > 1
        for name, modes in (("bare", 3 + across), ("ttrpc-c", 3 + across), ("sqlite", 2)):
            self.assertIsNone(rows[name].reason)
            self.assertEqual(len(rows[name].modes), modes, name)
            for figures in rows[name].modes.values():
                self.assertGreater(figures.calls_per_second, 0)
        self.assertGreater(rows["bare"].memory.pss, 0)
        self.assertIn("bare C ping-pong", done.stdout)

    def test_a_run_that_is_ended_leaves_nothing_behind(self):
        with tempfile.TemporaryDirectory() as directory:
            command = [ROOT / "Benchmarks/run", "--only", "bare", "--rounds", "100000"]
            command += ["--turn-ms", "1", "--swift", directory, "--build", directory]
            run = subprocess.Popen(
                command, stderr=subprocess.PIPE, env=os.environ | {"TMPDIR": directory}, text=True
            )
            self.addCleanup(run.kill)
            self.assertIn("round 1 of", run.stderr.readline())
            own = list(pathlib.Path(directory).glob("peers-*"))
            self.assertEqual(len(own), 1)
            self.assertEqual(len(programs_with(own[0])), 2, "a server and a client")
            run.terminate()
            run.stderr.read()
            run.stderr.close()
            self.assertEqual(run.wait(60), 143)
            self.assertFalse(own[0].exists())
            self.assertEqual(programs_with(own[0]), [])


if __name__ == "__main__":
    unittest.main()
