"""Write what the last `make bench` found into docs/performance.md."""

import os
import platform
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

PAGE = ROOT / "docs" / "performance.md"


def main() -> None:
    """Put the tables of build/bench.json in their place."""
    from tests.bench import report
    from tests.bench.__main__ import RESULT

    if not RESULT.exists():
        raise SystemExit("There is nothing to write yet: run `make bench` first.")
    report.write(PAGE, report.page(report.from_text(RESULT.read_text()), facts()))
    print(f"Written to {PAGE.relative_to(ROOT)}")


def facts() -> str:
    """What machine this is, in one sentence."""
    from tests.bench.clients import client

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"On {os.cpu_count()} cores with {memory:.0f} GiB, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, client of the rates: {client()}."
    )


if __name__ == "__main__":
    main()
