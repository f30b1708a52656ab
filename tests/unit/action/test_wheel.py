"""An installed fnkit finds its templates and tables, and lists all of its packages."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import uv

ROOT = Path(__file__).parents[3]


def test_every_package_is_listed() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    folders = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in (ROOT / "fnkit").rglob("*.py")
        if "__pycache__" not in path.parts
    }
    assert sorted(listed) == sorted(folders | {"fnkit.templates"})


def test_a_wheel_carries_templates_and_tables(tmp_path: Path) -> None:
    subprocess.run(
        [uv.find_uv_bin(), "build", "--quiet", "--wheel", "--python", sys.executable, "--out-dir", tmp_path, ROOT],
        check=True,
        capture_output=True,
    )
    wheel = next(tmp_path.glob("*.whl"))
    inside = zipfile.ZipFile(wheel).namelist()
    assert {"fnkit/templates/action.py.j2", "fnkit/action/fat.toml", "fnkit/action/images.toml"} <= set(inside)
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    script = (
        "from pathlib import Path; import fnkit; from fnkit.action import cell, build, target; "
        "from fnkit.core.names import ActionName; Path('a.py').write_text('def main(): return {}'); "
        "spec = cell.from_path(ActionName('x'), Path('a.py')); "
        "print(fnkit.__file__); print(build.build(spec, target.remote()).action_file)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "installed"), "FNKIT_CACHE": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert str(tmp_path / "installed") in done.stdout, done.stderr
    assert "def main(params, _call=main)" in done.stdout
