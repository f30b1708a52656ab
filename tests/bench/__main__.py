"""`make bench`: every group of rows, or those that are named; writes build/bench.json and prints tables.

A group is a file in rows/ with a function `group`, which gives a `harness.Group` while everything that it needs is
up. `make bench ONLY=warm` measures one group, `ONLY="warm: p99"` the rows of it whose names have these words;
several are divided by commas. What is not measured stays in the file as it was.
"""

import importlib
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from tests.bench import harness, report

ROOT = Path(__file__).parents[2]
RESULT = ROOT / "build" / "bench.json"
GROUPS = tuple(sorted(file.stem for file in Path(__file__).with_name("rows").glob("[a-z]*.py")))


def main(words: str) -> None:
    """Measure what `words` pick, or everything."""
    kept = measured_before()
    picked = [part.partition(":")[::2] for part in words.split(",") if part.strip()] or [(n, "") for n in GROUPS]
    unknown = sorted({name.strip() for name, _ in picked} - set(GROUPS))
    if unknown:
        sys.exit(f"There are no rows {', '.join(unknown)}. There is: {', '.join(GROUPS)}.")
    for name, row in ((name.strip(), row.strip()) for name, row in picked):
        figures = measure(name, row)
        new = {one.row for one in figures}
        others = [one for one in kept.get(name, []) if row and one.row not in new]
        kept[name] = [*figures, *others]
        RESULT.parent.mkdir(parents=True, exist_ok=True)
        RESULT.write_text(report.to_text({one: kept[one] for one in GROUPS if one in kept}))
        print(f"\n{report.table(figures)}\n", flush=True)
    print(f"Written to {RESULT.relative_to(ROOT)}")


def measured_before() -> dict[str, list[harness.Figure]]:
    """What is in the file; nothing where it has an older shape."""
    try:
        return report.from_text(RESULT.read_text())
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def measure(name: str, row: str) -> list[harness.Figure]:
    """The figures of a group, or of those of its rows that have `row` in their names."""
    group: Callable[[], AbstractContextManager[harness.Group]]
    group = importlib.import_module(f"tests.bench.rows.{name}").group
    with group() as whole:
        rows = [one for one in whole.rows if row in one.name]
        if not rows:
            sys.exit(f"{name} has no row {row}. It has: {', '.join(one.name for one in whole.rows)}.")
        return harness.run(replace(whole, rows=rows), lambda text: print(f"Bench: {name}: {text}", flush=True))


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]))
