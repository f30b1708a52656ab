"""The rules of ARCHITECTURE.md, judged by import-linter."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINT = Path(sys.executable).with_name("lint-imports")


def lint(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([LINT, *words], cwd=folder, capture_output=True, text=True, check=False)


def test_imports_go_down_only():
    report = lint(ROOT, "--no-cache")
    assert report.returncode == 0, report.stdout + report.stderr


def test_a_broken_rule_is_seen(tmp_path):
    """The same contracts on a copy in which the nouns import a face: they must say no."""
    package = tmp_path / "fnkit"
    for source in (ROOT / "fnkit").rglob("*.py"):
        copy = package / source.relative_to(ROOT / "fnkit")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(source.read_bytes())
    (package / "core" / "clock.py").write_text("import fnkit.notebook\n")
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    report = lint(tmp_path, "--no-cache")
    assert report.returncode == 1
    assert "fnkit.core.clock" in report.stdout
