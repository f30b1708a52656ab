"""`make lint` finds nothing: what is not tidy or not typed fails the tests too."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = Path(sys.executable).parent


@pytest.mark.parametrize("check", ["ruff check .", "ruff format --check .", "mypy"])
def test_clean(check):
    tool, *words = check.split()
    report = subprocess.run([TOOLS / tool, *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert report.returncode == 0, report.stdout + report.stderr
