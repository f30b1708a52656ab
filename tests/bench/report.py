"""What the bench found: a file, a table for the terminal, a table for a page."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from tests.bench.floors import NAMES
from tests.bench.harness import Figure

Report = Mapping[str, Sequence[Figure]]
"""Figures by the name of their group."""
HEAD = ("row", "value", "floor", "unit", "ratio", "95 %", "noise", "target", "met", "floor is")
UNTIL = "<!-- to here -->"
BEGIN = "<!-- written by `make performance`, from here -->"


def to_text(report: Report) -> str:
    """What build/bench.json holds: a list of rows."""
    rows = [{"group": name, **asdict(one)} for name, figures in report.items() for one in figures]
    return json.dumps(rows, indent=2) + "\n"


def from_text(text: str) -> dict[str, list[Figure]]:
    """The same, read again."""
    report: dict[str, list[Figure]] = {}
    for row in json.loads(text):
        report.setdefault(row.pop("group"), []).append(Figure(**row))
    return report


def table(figures: Sequence[Figure]) -> str:
    """For reading in a terminal."""
    lines = [HEAD, *(_cells(one) for one in figures)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def page(report: Report, facts: str) -> str:
    """For docs/performance.md: one table for each group, and what stands behind the floors' names."""
    parts = [facts]
    for name, figures in report.items():
        lines = [HEAD, ("---",) * len(HEAD), *(_cells(one) for one in figures)]
        parts.append(f"### `ONLY={name}`\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines))
    used = {one.against for figures in report.values() for one in figures}
    parts.append("\n".join(f"* {name}: {words}." for name, words in NAMES.items() if name in used))
    return "\n\n".join(part for part in parts if part)


def write(file: Path, text: str) -> None:
    """Put `text` between the marks of a page. Raises ValueError where it has none."""
    before, begin, rest = file.read_text().partition(BEGIN)
    _, until, after = rest.partition(UNTIL)
    if not until:
        raise ValueError(f"{file} has no place for the tables: {BEGIN} … {UNTIL}")
    file.write_text(f"{before}{begin}\n\n{text}\n\n{until}{after}")


def _cells(one: Figure) -> tuple[str, ...]:
    sign = {"lower": "≤", "higher": "≥", "equal": "="}[one.better]
    aim = "" if one.aim is None else f" (aim {one.aim:g})"
    return (
        one.row,
        f"{one.value:,g}" if one.value < 1e6 else f"{one.value:,.0f}",
        f"{one.floor:,g}" if one.floor < 1e6 else f"{one.floor:,.0f}",
        one.unit,
        f"{one.ratio:.3g}",
        f"{one.low:.3g}-{one.high:.3g}",
        f"{one.noise:.0%}",
        "-" if one.target is None else f"{sign} {one.target:g}{aim}",
        {None: "-", True: "yes", False: "no"}[one.met],
        one.against,
    )
