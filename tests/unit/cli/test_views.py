"""How values look: each type has one home, which is imported for it alone."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from fnkit.cli import views

ROOM = Path(views.__file__).parent
HOMES = sorted(
    path.stem for path in ROOM.glob("*.py") if "\nLINES" in path.read_text() or "\nTABLES" in path.read_text()
)


@pytest.mark.parametrize("home", HOMES)
def test_what_a_module_shows_is_found_in_it(home):
    module = import_module(f"fnkit.cli.{home}")
    shown = {kind for what in ("LINES", "TABLES", "NEWS") for kind in getattr(module, what, {})}
    assert {kind.__name__ for kind in shown} == set(views._HOMES[home])


def test_every_home_is_there():
    assert sorted(views._HOMES) == HOMES


def test_a_list_of_settings_brings_no_other_view():
    code = (
        "import sys; from fnkit.cli.views import lines; from fnkit.verbs.answers import Setting\n"
        "print(*lines((Setting('memory', '256', 'default'),)))\n"
        "print(*sorted(name for name in sys.modules if name.startswith('fnkit.cli.')))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["memory\t256\tdefault", "fnkit.cli.layout fnkit.cli.platform fnkit.cli.views"]
