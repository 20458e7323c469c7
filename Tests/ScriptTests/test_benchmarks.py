"""Benchmarks/run: its arithmetic, its table and its plot."""

import json
import pathlib
import sys
import unittest
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Benchmarks"))

from driver import plot, readme, table  # noqa: E402
from driver.measure import sample_of  # noqa: E402
from driver.processes import Failure  # noqa: E402
from driver.requirements import requirements_of  # noqa: E402
from driver.results import (  # noqa: E402
    Conditions,
    Memory,
    Report,
    Requirement,
    Sample,
    Samples,
    rows_of,
)
from driver.systems import (  # noqa: E402
    ACROSS,
    CONNECTIONS,
    IN_FLIGHT,
    ONE_CORE,
    Role,
    System,
)

CONDITIONS = Conditions("Processor", 2, "6.1", "Debian", "2026-01-02", 100, 1000, 3, 20, 0.5, 0.01)


def sample(system, mode, number, p50, rate=1000.0, cpu=(1.0, 2.0)):
    return Sample(system, mode.name, number, rate, cpu[0], cpu[1], p50, p50 * 2)


def system(name, role=Role.PEER):
    return System(name, f"The {name}", role, "", (), name)


class Arithmetic(unittest.TestCase):
    def test_a_figure_is_the_median_of_the_rounds(self):
        samples = Samples(sample("bare", ONE_CORE, n, p50) for n, p50 in enumerate([9, 1, 2]))
        figures = samples.figures("bare", ONE_CORE)
        self.assertEqual((figures.p50, figures.p99), (2, 4))
        self.assertEqual(figures.to_bare, {"p50": 1, "p99": 1, "calls_per_second": 1, "cpu": 1})

    def test_a_ratio_is_the_median_of_ratios_within_a_round(self):
        # The machine is ten times slower in the last round, for both.
        samples = Samples()
        for number, (bare, peer) in enumerate([(1, 3), (2, 8), (10, 30)]):
            samples.add(sample("bare", ONE_CORE, number, bare, rate=100 / bare))
            samples.add(sample("peer", ONE_CORE, number, peer, rate=100 / peer))
        figures = samples.figures("peer", ONE_CORE)
        self.assertEqual(figures.to_bare["p50"], 3)
        self.assertAlmostEqual(figures.to_bare["calls_per_second"], 1 / 3)
        self.assertEqual(figures.p50, 8)

    def test_a_round_that_one_of_the_two_lacks_has_no_ratio(self):
        samples = Samples([sample("bare", ONE_CORE, 0, 1), sample("bare", ONE_CORE, 1, 1)])
        samples.add(sample("peer", ONE_CORE, 1, 5))
        samples.add(sample("peer", ONE_CORE, 2, 500))
        self.assertEqual(samples.figures("peer", ONE_CORE).to_bare["p50"], 5)
        self.assertIsNone(samples.figures("peer", IN_FLIGHT))

    def test_a_clients_line_becomes_a_sample(self):
        line = {
            "calls": 900,
            "warmup_calls": 100,
            "wall_ns": 2_000_000,
            "cpu_ns": 1_800_000,
            "p50_ns": 2000,
            "p99_ns": 4500,
            "wrong": 0,
        }
        found = sample_of(json.dumps(line), 0.003, "peer", ONE_CORE, 7)
        self.assertEqual(found, Sample("peer", "one core", 7, 450_000, 3.0, 2.0, 2.0, 4.5))
        self.assertEqual(found.cpu, 5.0)

    def test_a_clients_wrong_answers_are_a_failure(self):
        line = {"calls": 9, "warmup_calls": 1, "wall_ns": 1, "cpu_ns": 1, "wrong": 2}
        with self.assertRaisesRegex(Failure, "2 of 10 answers were wrong"):
            sample_of(json.dumps(line), 0, "peer", ONE_CORE, 0)
        with self.assertRaisesRegex(Failure, "no sense: oops"):
            sample_of("oops", 0, "peer", ONE_CORE, 0)

    def test_a_turn_without_figures_is_no_failure(self):
        line = {"calls": 0, "warmup_calls": 1, "wall_ns": 1, "cpu_ns": 1, "wrong": 0}
        self.assertIsNone(sample_of(json.dumps(line), 0, "peer", ONE_CORE, 0))
        self.assertIsNone(sample_of('{"unsupported":true}', 0, "peer", IN_FLIGHT, 0))


class Requirements(unittest.TestCase):
    """Two rounds with figures at which every requirement is just met."""

    def samples(self, **changes):
        figures = {
            "ours_p50": 2.2,
            "ours_rate": 5000.0,
            "peer_p50": 2.2,
            "hot": 0.02,
            "minimal_p50": 2.0,
            "minimal_rate": 6250.0,
            "random": 0.2,
        } | changes
        samples = Samples()
        for number in range(2):
            for mode in (ONE_CORE, IN_FLIGHT, CONNECTIONS):
                for name, p50, rate in (
                    ("accountstatusd", figures["ours_p50"], figures["ours_rate"]),
                    ("peer", figures["peer_p50"], 5000.0),
                    ("ttrpc-c", figures["minimal_p50"], figures["minimal_rate"]),
                    ("ttrpc-protobuf-c", 2.0, figures["ours_rate"]),
                ):
                    samples.add(sample(name, mode, number, p50, rate))
            samples.add(sample("peer", ACROSS, number, 20.0))
            samples.add(sample("ttrpc-c", ACROSS, number, 21.0))
            for language in ("c", "swift"):
                for order in ("hot", "random"):
                    samples.add(sample(f"{language}-{order}", ONE_CORE, number, figures[order]))
        return samples

    def missed(self, samples, table_bytes=224.0):
        systems = [
            system("accountstatusd", Role.OURS),
            system("peer"),
            system("ttrpc-c", Role.MINIMAL),
            system("ttrpc-protobuf-c", Role.MINIMAL),
        ]
        rows = rows_of(systems, samples, {}, {})
        return [r.name for r in requirements_of(rows, samples, table_bytes) if not r.is_met]

    def test_all_are_met(self):
        self.assertEqual(self.missed(self.samples()), [])

    def test_reads_that_are_too_slow(self):
        missed = self.missed(self.samples(hot=0.021))
        self.assertEqual(
            [name.split(":")[0] for name in missed],
            ["hot account read from C", "hot account read from Swift"],
        )
        missed = self.missed(self.samples(random=0.21))
        self.assertEqual(
            [name.split(":")[0] for name in missed],
            ["random account read from C", "random account read from Swift"],
        )

    def test_a_peer_that_is_faster(self):
        self.assertEqual(
            self.missed(self.samples(peer_p50=2.1)), ["one core, p50 to the best peer's"]
        )

    def test_a_minimal_server_that_is_much_faster(self):
        self.assertEqual(
            self.missed(self.samples(minimal_p50=1.9, minimal_rate=6300.0)),
            [
                "one core, p50 to the minimal C ttrpc",
                "64 in flight, calls/s to the minimal C ttrpc",
            ],
        )

    def test_a_table_that_is_too_large(self):
        self.assertEqual(self.missed(self.samples(), 225.0), ["bytes of the table per account"])

    def test_what_was_not_measured_is_not_met(self):
        missed = self.missed(Samples(), None)
        self.assertEqual(len(missed), 12)
        self.assertFalse(Requirement("a", None, at_least=0).is_met)


def report():
    """One of each kind, and one that failed."""
    systems = [
        system("bare", Role.BARE),
        system("ours", Role.OURS),
        system("slow"),
        system("quick"),
        system("lost"),
        system("c-hot", Role.TABLE),
    ]
    samples = Samples()
    for number in range(3):
        for name, p50 in (("bare", 2.0), ("ours", 3.0), ("slow", 400.0), ("quick", 20.0)):
            for mode in (ONE_CORE, ACROSS, CONNECTIONS):
                samples.add(sample(name, mode, number, p50, 1e6 / p50))
        samples.add(sample("bare", IN_FLIGHT, number, 1.0, 4e6))
        samples.add(sample("ours", IN_FLIGHT, number, 1.0, 2e6))
        samples.add(sample("c-hot", ONE_CORE, number, 0.02, 5e7))
    memory = {"bare": Memory(2 * 2**20, 2**20), "ours": Memory(12 * 2**20, 10 * 2**20)}
    rows = rows_of(systems, samples, memory, {"lost": "it <vanished> | at noon"})
    return Report(CONDITIONS, rows, requirements_of(rows, samples, 100.0), 100.0)


class Presentation(unittest.TestCase):
    def test_peers_are_in_the_order_of_their_latency_and_none_is_dropped(self):
        self.assertEqual(
            [row.name for row in report().rows], ["bare", "ours", "quick", "slow", "lost", "c-hot"]
        )

    def test_a_systems_cells(self):
        rows = {row[0]: row[1:] for row in table.server_rows(report())}
        self.assertEqual(
            rows["The ours"],
            [
                "3.00 / 6.00",
                "1.50",
                "3.00 / 6.00",
                "1.50",
                "2 M",
                "0.50",
                "333 k",
                "0.67",
                "1.00 + 2.00",
                "1.00",
                "12.0 / 10.0",
                "10.0",
            ],
        )
        self.assertEqual(rows["The quick"][4:6], ["–", "–"])
        self.assertEqual(rows["The lost"], ["not measured: it <vanished> | at noon"])

    def test_a_reads_cells(self):
        self.assertEqual(table.read_rows(report()), [["The c-hot", "20.0 / 40.0", "50 M", "1000"]])

    def test_the_text_says_what_is_met_and_what_is_missed(self):
        text = table.text(report())
        self.assertIn("met     hot account read from C: × faster", text)
        self.assertIn("MISSED  hot account read from Swift", text)
        self.assertIn("not measured, at least 1000", text)
        self.assertIn("not measured: it <vanished>", text)

    def test_json_holds_all_of_it(self):
        first = report()
        self.assertEqual(Report.from_json(first.to_json()), first)
        values = json.loads(first.to_json())["requirements"]
        self.assertEqual(
            [value["is_met"] for value in values],
            [requirement.is_met for requirement in first.requirements],
        )

    def test_the_plot_is_well_formed_and_shows_every_measured_system(self):
        text = plot.svg(report())
        root = xml.etree.ElementTree.fromstring(text)
        labels = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
        for name in ("The bare", "The ours", "The quick", "The slow", "table: The c-hot"):
            self.assertIn(name, labels)
        self.assertNotIn("The lost", labels)
        bars = list(root.iter("{http://www.w3.org/2000/svg}rect"))
        self.assertGreater(len(bars), 5)
        for element in bars + list(root.iter("{http://www.w3.org/2000/svg}circle")):
            self.assertLessEqual(float(element.get("x") or element.get("cx") or 0), plot.WIDTH)

    def test_a_longer_time_has_a_longer_bar(self):
        root = xml.etree.ElementTree.fromstring(plot.svg(report()))
        bars = [
            float(element.get("width"))
            for element in root.iter("{http://www.w3.org/2000/svg}rect")
            if element.get("x") == str(plot.LABELS)
        ]
        # c-hot, bare, ours, quick, slow
        self.assertEqual(bars[:5], sorted(bars[:5]))
        self.assertGreater(bars[4], bars[0])

    def test_the_plot_of_nothing_is_well_formed(self):
        nothing = Report(CONDITIONS, rows_of([system("lost")], Samples(), {}, {}), [], None)
        xml.etree.ElementTree.fromstring(plot.svg(nothing))
        self.assertIn("not measured: it had no turn", table.text(nothing))

    def test_readme_gets_the_table_between_its_marks(self):
        before = f"one\n{readme.BEGIN}\nold\n{readme.END}\ntwo\n"
        after = readme.with_table(before, report())
        self.assertTrue(after.startswith(f"one\n{readme.BEGIN}\n2 cores of Processor, Debian"))
        self.assertTrue(after.endswith(f"\n{readme.END}\ntwo\n"))
        self.assertNotIn("old", after)
        self.assertIn("| **The ours** | 3.00 / 6.00 |", after)
        self.assertIn("it <vanished> \\| at noon", after)
        self.assertEqual(readme.with_table(after, report()), after)
        with self.assertRaises(ValueError):
            readme.with_table("no marks", report())


if __name__ == "__main__":
    unittest.main()
