"""ruff, its formatter, mypy and import-linter, each under a line of its own; all of them run, then the verdict."""

import subprocess
import sys
from pathlib import Path

from steps import ROOT, say

SCRIPTS = Path(sys.executable).parent
CHECKS = (("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",), ("lint-imports",))


def main() -> None:
    """Ends with 1 where one of them found something."""
    failed = []
    for check in CHECKS:
        say(f"Lint: {' '.join(check)}")
        if subprocess.run([SCRIPTS / check[0], *check[1:]], cwd=ROOT, check=False).returncode:
            failed.append(check[0])
    if failed:
        sys.exit(f"Lint: not clean: {', '.join(failed)}")


if __name__ == "__main__":
    main()
