"""The part of README that a run fills in."""

from driver.results import Report
from driver.table import markdown

BEGIN = "<!-- Benchmarks/publish writes from here -->"
END = "<!-- to here -->"


def with_table(readme: str, report: Report) -> str:
    """README with the tables between its two marks; a ValueError if they are not there."""
    if readme.count(BEGIN) != 1 or readme.count(END) != 1:
        raise ValueError("README.md lacks the marks between which the table belongs")
    before, rest = readme.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{markdown(report)}\n{END}{after}"
