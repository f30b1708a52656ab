"""`make bench`: every group of rows, or those that are named; writes build/bench.json and prints it as a table."""

import json
import sys
from pathlib import Path

from tests.bench import cold, compounds, crop, deploy, harness, warm

GROUPS = {
    "deploy": deploy.group,
    "warm": warm.group,
    "cold": cold.group,
    "crop": crop.group,
    "compounds": compounds.group,
}
RESULT = Path(__file__).parents[2] / "build" / "bench.json"


def main(names: list[str]) -> None:
    """Measure; a group's name picks its rows."""
    unknown = sorted(set(names) - set(GROUPS))
    if unknown:
        sys.exit(f"There are no rows {', '.join(unknown)}. There is: {', '.join(GROUPS)}.")
    figures: list[harness.Figure] = []
    for name in names or GROUPS:
        with GROUPS[name]() as group:
            figures += harness.run(group, lambda text, name=name: print(f"Bench: {name}: {text}", flush=True))
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(harness.to_json(figures), indent=2) + "\n")
    print(f"\n{harness.table(figures)}\n\nWritten to {RESULT.relative_to(RESULT.parents[1])}")


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]).replace(",", " ").split())
