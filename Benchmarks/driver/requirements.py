"""What the project requires of the figures: it is to be ahead of what one might use instead."""

from collections.abc import Callable, Iterable

from driver.results import MEASURES, Measure, Requirement, Row, Samples
from driver.systems import ACROSS, CONNECTIONS, IN_FLIGHT, ONE_CORE, Mode, Role

OURS = "accountstatusd"
P50, RATE = MEASURES["p50"], MEASURES["calls_per_second"]


def requirements_of(
    rows: list[Row], samples: Samples, table_bytes_per_account: float | None
) -> list[Requirement]:
    """All bounds, those of systems that were not measured included."""
    peers = _measured(rows, Role.PEER)
    return [
        *_of_reads(peers + _measured(rows, Role.MINIMAL), samples),
        *_to_peers(peers, samples),
        *_to_minimal("ttrpc-c", "the minimal C ttrpc", samples),
        *_to_minimal("ttrpc-protobuf-c", "the C ttrpc on libprotobuf-c", samples),
        Requirement("bytes of the table per account", table_bytes_per_account, at_most=224.0),
    ]


def _measured(rows: list[Row], role: Role) -> list[str]:
    return [row.name for row in rows if row.role == role.value and row.reason is None]


def _of_reads(servers: list[str], samples: Samples) -> Iterable[Requirement]:
    """Reads of the table, to the shortest round trip of any server across cores."""
    for order, bound in (("hot", 1000.0), ("random", 100.0)):
        for language in ("C", "Swift"):
            read = f"{language.lower()}-{order}"
            ratios = [samples.ratio(server, ACROSS, read, ONE_CORE, P50) for server in servers]
            name = f"{order} account read from {language}: × faster than a round trip across cores"
            yield Requirement(name, _chosen(min, ratios), at_least=bound)


def _to_peers(peers: list[str], samples: Samples) -> list[Requirement]:
    """Calls, to the best of the peers in each mode."""

    def ratios(mode: Mode, measure: Measure) -> list[float | None]:
        return [samples.ratio(OURS, mode, peer, mode, measure) for peer in peers]

    def rate(mode: Mode) -> Requirement:
        value = _chosen(min, ratios(mode, RATE))
        return Requirement(f"{mode.name}, calls/s to the best peer's", value, at_least=1.0)

    latency = _chosen(max, ratios(ONE_CORE, P50))
    return [
        Requirement("one core, p50 to the best peer's", latency, at_most=1.0),
        rate(IN_FLIGHT),
        rate(CONNECTIONS),
    ]


def _to_minimal(name: str, title: str, samples: Samples) -> list[Requirement]:
    """Calls, to a server that does nothing else."""
    latency = samples.ratio(OURS, ONE_CORE, name, ONE_CORE, P50)
    rate = samples.ratio(OURS, IN_FLIGHT, name, IN_FLIGHT, RATE)
    return [
        Requirement(f"one core, p50 to {title}", latency, at_most=1.1),
        Requirement(f"64 in flight, calls/s to {title}", rate, at_least=0.8),
    ]


def _chosen(choose: Callable[[list[float]], float], ratios: Iterable[float | None]) -> float | None:
    known = [ratio for ratio in ratios if ratio is not None]
    return choose(known) if known else None
