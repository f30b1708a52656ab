"""Stop the demo's platform and remove what was made here; models and packages stay in the user's caches."""

import shutil
import subprocess
import sys
from pathlib import Path

from places import DATA
from steps import ROOT, say

MADE = (
    ".venv",
    "build",
    "dist",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    ".hypothesis",
    ".import_linter_cache",
)
FNKIT = ROOT / ".venv" / "bin" / "fnkit"


def main() -> None:
    """Nothing that git knows is touched."""
    if DATA.is_dir() and FNKIT.exists():
        within = Path(__file__).with_name("within.py")
        subprocess.run([sys.executable, within, "fnkit", "stop"], check=False)
    for name in MADE:
        shutil.rmtree(ROOT / name, ignore_errors=True)
    for folder in (*ROOT.glob("*.egg-info"), *ROOT.rglob("__pycache__")):
        shutil.rmtree(folder, ignore_errors=True)
    say("Clean: .venv, build and the tools' caches are gone")


if __name__ == "__main__":
    main()
