"""From turns to a table: medians, and ratios within a round."""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from driver.systems import ONE_CORE, Mode, Role, System


@dataclass(frozen=True)
class Sample:
    """What one turn of one system came to. Times in microseconds, processor time per call."""

    system: str
    mode: str
    round: int
    calls_per_second: float
    server_cpu: float
    client_cpu: float
    p50: float | None = None
    p99: float | None = None

    @property
    def cpu(self) -> float:
        return self.server_cpu + self.client_cpu


@dataclass(frozen=True)
class Memory:
    """Bytes of a server: resident, and with shared pages counted by their part."""

    rss: int
    pss: int


@dataclass
class Figures:
    """One system in one mode: medians over the rounds.

    A ratio is the median of the rounds' own ratios to the bare ping-pong, so that what the whole
    machine does in a round cancels out.
    """

    calls_per_second: float
    server_cpu: float
    client_cpu: float
    p50: float | None
    p99: float | None
    to_bare: dict[str, float]


@dataclass
class Row:
    """One system."""

    name: str
    title: str
    role: str
    modes: dict[str, Figures] = field(default_factory=dict)
    memory: Memory | None = None
    # Why it was not measured; None: it was.
    reason: str | None = None


@dataclass(frozen=True)
class Requirement:
    """A bound on a figure; one that was not measured is not met."""

    name: str
    value: float | None
    at_least: float | None = None
    at_most: float | None = None

    @property
    def is_met(self) -> bool:
        if self.value is None:
            return False
        if self.at_least is not None and self.value < self.at_least:
            return False
        return self.at_most is None or self.value <= self.at_most


@dataclass(frozen=True)
class Conditions:
    """Where and how the figures were got."""

    processor: str
    cores: int
    kernel: str
    system: str
    date: str
    accounts: int
    table_accounts: int
    rounds: int
    turn_ms: int
    # One-minute load average before the servers were started, and the share of processor time
    # that programs of others and the hypervisor took while it ran.
    load_before: float
    foreign_share: float


@dataclass
class Report:
    """All of it."""

    conditions: Conditions
    rows: list[Row]
    requirements: list[Requirement]
    table_bytes_per_account: float | None

    def to_json(self) -> str:
        content = asdict(self)
        for requirement, values in zip(self.requirements, content["requirements"], strict=True):
            values["is_met"] = requirement.is_met
        return json.dumps(content, indent=2) + "\n"

    @staticmethod
    def from_json(text: str) -> "Report":
        """Reads what to_json wrote."""
        content: dict[str, Any] = json.loads(text)
        rows = []
        for row in content["rows"]:
            modes = {name: Figures(**figures) for name, figures in row.pop("modes").items()}
            memory = row.pop("memory")
            rows.append(Row(modes=modes, memory=Memory(**memory) if memory else None, **row))
        for requirement in content["requirements"]:
            del requirement["is_met"]
        return Report(
            Conditions(**content["conditions"]),
            rows,
            [Requirement(**requirement) for requirement in content["requirements"]],
            content["table_bytes_per_account"],
        )


Measure = Callable[[Sample], float | None]

MEASURES: dict[str, Measure] = {
    "p50": lambda sample: sample.p50,
    "p99": lambda sample: sample.p99,
    "calls_per_second": lambda sample: sample.calls_per_second,
    "cpu": lambda sample: sample.cpu,
}


class Samples:
    """All turns of a run."""

    def __init__(self, samples: Iterable[Sample] = ()) -> None:
        self.all = list(samples)

    def add(self, sample: Sample) -> None:
        self.all.append(sample)

    def of(self, system: str, mode: Mode) -> dict[int, Sample]:
        """A system's turns in a mode, by round."""
        return {
            sample.round: sample
            for sample in self.all
            if sample.system == system and sample.mode == mode.name
        }

    def ratio(
        self, system: str, system_mode: Mode, other: str, other_mode: Mode, measure: Measure
    ) -> float | None:
        """The median, over the rounds that have both, of one system's figure to another's."""
        theirs = self.of(other, other_mode)
        ratios = []
        for number, sample in self.of(system, system_mode).items():
            one, two = measure(sample), measure(theirs[number]) if number in theirs else None
            if one is not None and two:
                ratios.append(one / two)
        return median(ratios) if ratios else None

    def figures(self, system: str, mode: Mode) -> Figures | None:
        """A system's medians in a mode; None: it had no turn."""
        samples = list(self.of(system, mode).values())
        if not samples:
            return None
        ratios = {
            name: self.ratio(system, mode, "bare", mode, measure)
            for name, measure in MEASURES.items()
        }
        return Figures(
            calls_per_second=median(sample.calls_per_second for sample in samples),
            server_cpu=median(sample.server_cpu for sample in samples),
            client_cpu=median(sample.client_cpu for sample in samples),
            p50=_median_of_known(sample.p50 for sample in samples),
            p99=_median_of_known(sample.p99 for sample in samples),
            to_bare={name: ratio for name, ratio in ratios.items() if ratio is not None},
        )


def _median_of_known(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def rows_of(
    systems: Iterable[System],
    samples: Samples,
    memory: dict[str, Memory],
    reasons: dict[str, str],
) -> list[Row]:
    """A row for every system, measured or not, the servers in the order of their latency."""
    rows = []
    for system in systems:
        row = Row(system.name, system.title, system.role.value, reason=reasons.get(system.name))
        if row.reason is None:
            found = {mode.name: samples.figures(system.name, mode) for mode in system.modes}
            row.modes = {name: figures for name, figures in found.items() if figures is not None}
            row.memory = memory.get(system.name)
            if not row.modes:
                row.reason = "it had no turn"
        rows.append(row)
    first = [row for row in rows if row.role not in (Role.PEER.value, Role.TABLE.value)]
    peers = [row for row in rows if row.role == Role.PEER.value]
    reads = [row for row in rows if row.role == Role.TABLE.value]
    return first + sorted(peers, key=_latency) + reads


def _latency(row: Row) -> float:
    figures = row.modes.get(ONE_CORE.name)
    return figures.p50 if figures is not None and figures.p50 is not None else float("inf")
