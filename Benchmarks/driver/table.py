"""A report as tables: for a terminal, and for README."""

from textwrap import wrap

from driver.results import Figures, Report, Row
from driver.systems import ACROSS, CONNECTIONS, IN_FLIGHT, ONE_CORE, Role

HEADINGS = [
    "system",
    "one core p50 / p99 µs",
    "× bare",
    "across cores p50 / p99 µs",
    "× bare",
    "64 in flight, calls/s",
    "× bare",
    "8 connections, calls/s",
    "× bare",
    "CPU µs a call, server + client",
    "× bare",
    "server MB, RSS / PSS",
    "× bare",
]
READ_HEADINGS = ["status table", "p50 / p99 ns", "reads/s", "× faster than a round trip"]


def figure(value: float | None) -> str:
    """A number with three significant digits, or more where they are whole; "–" for none."""
    if value is None:
        return "–"
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def count(value: float | None) -> str:
    """Calls a second: k and M."""
    if value is None:
        return "–"
    if value >= 1e6:
        return f"{value / 1e6:.3g} M"
    return f"{value / 1e3:.3g} k"


def pair(one: float | None, two: float | None, scale: float = 1.0, sign: str = "/") -> str:
    if one is None or two is None:
        return "–"
    return f"{figure(one * scale)} {sign} {figure(two * scale)}"


def server_rows(report: Report) -> list[list[str]]:
    """The cells of all systems but the reads, in the order of HEADINGS."""
    bare = next((row for row in report.rows if row.role == Role.BARE.value), None)
    rows = []
    for row in report.rows:
        if row.role == Role.TABLE.value:
            continue
        if row.reason is not None:
            rows.append([row.title, f"not measured: {row.reason}"])
        else:
            rows.append([row.title, *_cells(row, bare)])
    return rows


def _cells(row: Row, bare: Row | None) -> list[str]:
    cells = []
    for mode in (ONE_CORE, ACROSS):
        figures = row.modes.get(mode.name)
        cells += [pair(figures.p50, figures.p99), _ratio(figures, "p50")] if figures else ["–"] * 2
    for mode in (IN_FLIGHT, CONNECTIONS):
        figures = row.modes.get(mode.name)
        rate = figures.calls_per_second if figures else None
        cells += [count(rate), _ratio(figures, "calls_per_second")]
    figures = row.modes.get(ONE_CORE.name)
    has_server = row.role != Role.IN_PROCESS.value
    if figures is None:
        cells += ["–", "–"]
    elif has_server:
        cells += [pair(figures.server_cpu, figures.client_cpu, sign="+"), _ratio(figures, "cpu")]
    else:
        cells += [figure(figures.client_cpu), _ratio(figures, "cpu")]
    memory, other = row.memory, bare.memory if bare else None
    cells.append(pair(memory.rss, memory.pss, 1 / 2**20) if memory else "–")
    cells.append(figure(memory.pss / other.pss) if memory and other and other.pss else "–")
    return cells


def _ratio(figures: Figures | None, measure: str) -> str:
    return figure(figures.to_bare.get(measure)) if figures else "–"


def fastest_round_trip(report: Report) -> float | None:
    """The shortest p50 across cores of a server that is not ours and answers calls; µs."""
    known = []
    for row in report.rows:
        figures = row.modes.get(ACROSS.name)
        is_server = row.role in (Role.PEER.value, Role.MINIMAL.value)
        if is_server and figures is not None and figures.p50 is not None:
            known.append(figures.p50)
    return min(known) if known else None


def read_rows(report: Report) -> list[list[str]]:
    """The cells of the reads, in the order of READ_HEADINGS."""
    trip = fastest_round_trip(report)
    rows = []
    for row in report.rows:
        if row.role != Role.TABLE.value:
            continue
        figures = row.modes.get(ONE_CORE.name)
        if row.reason is not None or figures is None or not figures.p50:
            rows.append([row.title, f"not measured: {row.reason or 'it had no turn'}"])
            continue
        speed = figure(trip / figures.p50) if trip else "–"
        rate = count(figures.calls_per_second)
        rows.append([row.title, pair(figures.p50, figures.p99, 1000), rate, speed])
    return rows


def conditions_text(report: Report) -> str:
    """The machine and the way of measuring, in sentences."""
    c = report.conditions
    return (
        f"{c.cores} cores of {c.processor}, {c.system}, Linux {c.kernel}; {c.date}, load average "
        f"{c.load_before:.2f} before, other programs took {c.foreign_share:.1%} of the processors "
        f"meanwhile. {c.accounts:,} accounts, in the table {c.table_accounts:,}, asked for at "
        f"random; medians of {c.rounds} rounds with a turn of {c.turn_ms} ms in each mode for each "
        "system."
    )


def text(report: Report) -> str:
    """All of it for a terminal."""
    parts = [conditions_text(report), _aligned([HEADINGS, *server_rows(report)])]
    if reads := read_rows(report):
        parts.append(_aligned([READ_HEADINGS, *reads]))
    if report.table_bytes_per_account is not None:
        parts.append(f"table: {figure(report.table_bytes_per_account)} bytes an account, resident")
    lines = []
    for requirement in report.requirements:
        at_least, at_most = requirement.at_least, requirement.at_most
        bound = f"at most {at_most:g}" if at_most is not None else f"at least {at_least:g}"
        verdict = "met   " if requirement.is_met else "MISSED"
        value = figure(requirement.value) if requirement.value is not None else "not measured"
        lines.append(f"{verdict}  {requirement.name}: {value}, {bound}")
    parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _aligned(rows: list[list[str]]) -> str:
    """Columns in line; a row that says why it has no figures may run over."""
    columns = max(len(row) for row in rows)
    whole = [row for row in rows if len(row) == columns]
    widths = [max(len(row[column]) for row in whole) for column in range(columns)]
    widths[0] = max(len(row[0]) for row in rows)
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        if len(row) == columns:
            cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        else:
            cells += row[1:]
        lines.append("  ".join(cells))
    return "\n".join(lines)


def markdown(report: Report) -> str:
    """The tables for README; ours are bold."""
    ours = {row.title for row in report.rows if row.role == Role.OURS.value}
    lines = [
        *wrap(conditions_text(report), 110),
        "",
        *_markdown(HEADINGS, server_rows(report), ours),
    ]
    if reads := read_rows(report):
        lines += ["", *_markdown(READ_HEADINGS, reads, set())]
    if report.table_bytes_per_account is not None:
        size = figure(report.table_bytes_per_account)
        lines += ["", f"The table takes {size} bytes an account, resident."]
    return "\n".join(lines)


def _markdown(headings: list[str], rows: list[list[str]], bold: set[str]) -> list[str]:
    lines = ["| " + " | ".join(headings) + " |", "|---" * len(headings) + "|"]
    for row in rows:
        title = f"**{row[0]}**" if row[0] in bold else row[0]
        cells = [title, *row[1:]] + [""] * (len(headings) - len(row))
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return lines
