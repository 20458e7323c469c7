"""A report as one picture: round trips, reads and throughput, on logarithmic scales."""

import math
from collections.abc import Callable
from html import escape

from driver.results import Report, Row
from driver.systems import ACROSS, CONNECTIONS, IN_FLIGHT, ONE_CORE, Mode, Role

WIDTH, ROW, LABELS, MARGIN = 960, 22, 280, 24
INK, FAINT, OURS, OTHER, SECOND = "#1f2328", "#d8dee4", "#0969da", "#8c959f", "#bf8700"


def svg(report: Report) -> str:
    """Two panels: how long one answer takes, and how many come in a second."""
    servers = [row for row in report.rows if row.role != Role.TABLE.value and row.reason is None]
    reads = [row for row in report.rows if row.role == Role.TABLE.value and row.reason is None]
    times = [(row, _times(row)) for row in reads + servers]
    rates = [(row, _rates(row)) for row in servers]
    first, height = _panel(MARGIN, "One answer, p50", "µs", times, ("one core", "across cores"))
    second, end = _panel(
        height + MARGIN, "Calls a second", "", rates, ("64 in flight", "8 connections")
    )
    c = report.conditions
    caption = f"{c.cores} cores of {c.processor}, Linux {c.kernel}, {c.date}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{end + 34}" '
        f'viewBox="0 0 {WIDTH} {end + 34}" font-family="sans-serif" font-size="12" fill="{INK}">\n'
        f'<rect width="{WIDTH}" height="{end + 34}" fill="#ffffff"/>\n'
        f"{first}{second}"
        f'<text x="{MARGIN}" y="{end + 20}" font-size="11">{escape(caption)}</text>\n</svg>\n'
    )


def _times(row: Row) -> list[float | None]:
    return [_value(row, mode, "p50") for mode in (ONE_CORE, ACROSS)]


def _rates(row: Row) -> list[float | None]:
    return [_value(row, mode, "calls_per_second") for mode in (IN_FLIGHT, CONNECTIONS)]


def _value(row: Row, mode: Mode, name: str) -> float | None:
    figures = row.modes.get(mode.name)
    value = getattr(figures, name) if figures is not None else None
    return value if value else None


def _panel(
    top: int,
    title: str,
    unit: str,
    rows: list[tuple[Row, list[float | None]]],
    legend: tuple[str, str],
) -> tuple[str, int]:
    """A row for each system: a bar to the first figure, a mark at the second. And its end."""
    known = [value for _, values in rows for value in values if value is not None]
    if not known:
        return "", top
    low, high = math.floor(math.log10(min(known))), math.ceil(math.log10(max(known)))
    high = max(high, low + 1)

    def place(value: float) -> float:
        share = (math.log10(value) - low) / (high - low)
        return LABELS + share * (WIDTH - LABELS - 2 * MARGIN - 60)

    first, end = top + 44, top + 44 + ROW * len(rows)
    parts = [f'<text x="{MARGIN}" y="{top + 14}" font-size="15" font-weight="bold">{title}</text>']
    parts.append(_legend(top, legend))
    for power in range(low, high + 1):
        x = place(10.0**power)
        parts.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{first - 6}" y2="{end}" stroke="{FAINT}"/>'
        )
        label = _power(power, unit)
        parts.append(
            f'<text x="{x:.1f}" y="{first - 10}" text-anchor="middle" font-size="11">{label}</text>'
        )
    for index, (row, values) in enumerate(rows):
        parts.append(_bar(row, values, first + index * ROW, place))
    return "\n".join(parts) + "\n", end


def _bar(row: Row, values: list[float | None], y: int, place: Callable[[float], float]) -> str:
    is_ours = row.role in (Role.OURS.value, Role.TABLE.value)
    color = OURS if is_ours else OTHER
    weight = ' font-weight="bold"' if is_ours else ""
    label = escape(row.title if row.role != Role.TABLE.value else f"table: {row.title}")
    middle = y + ROW / 2
    parts = [f'<text x="{LABELS - 8}" y="{middle + 4}" text-anchor="end"{weight}>{label}</text>']
    bar, mark = values
    if bar is not None:
        parts.append(
            f'<rect x="{LABELS}" y="{y + 4}" width="{max(1.0, place(bar) - LABELS):.1f}" '
            f'height="{ROW - 9}" fill="{color}"/>'
        )
    if mark is not None:
        parts.append(
            f'<circle cx="{place(mark):.1f}" cy="{middle - 0.5}" r="4.5" fill="{SECOND}"/>'
        )
    furthest = max(place(value) for value in values if value is not None) if any(values) else LABELS
    numbers = " / ".join(_number(value) for value in values if value is not None)
    parts.append(f'<text x="{furthest + 8:.1f}" y="{middle + 4}" font-size="11">{numbers}</text>')
    return "\n".join(parts)


def _legend(top: int, legend: tuple[str, str]) -> str:
    x, y = WIDTH - 260, top + 10
    return (
        f'<rect x="{x}" y="{y - 9}" width="14" height="10" fill="{OTHER}"/>'
        f'<text x="{x + 20}" y="{y}">{legend[0]}</text>'
        f'<circle cx="{x + 120}" cy="{y - 4}" r="4.5" fill="{SECOND}"/>'
        f'<text x="{x + 130}" y="{y}">{legend[1]}</text>'
    )


def _power(power: int, unit: str) -> str:
    return f"{_number(10.0**power)} {unit}".strip()


def _number(value: float) -> str:
    """A number in few letters: 0.02, 3.81, 41, 780 k, 4.1 M."""
    if value >= 1e6:
        return f"{value / 1e6:.3g} M"
    if value >= 1e4:
        return f"{value / 1e3:.3g} k"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
