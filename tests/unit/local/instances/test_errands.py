"""What runs beside the platform tells how it went, and ends with it."""

import os
import sys
from pathlib import Path

from fnkit.local.errands import Errands


def test_a_command_that_goes_well_has_nothing_to_say():
    assert Errands().run([sys.executable, "-c", "print('much')"]) is None


def test_the_last_line_says_why():
    code = "import sys; print('at first', file=sys.stderr); sys.exit('no such package\\n\\n')"
    assert Errands().run([sys.executable, "-c", code]) == "no such package"
    assert Errands().run([sys.executable, "-c", "raise SystemExit(3)"]) == "no reason was given"


def test_a_command_that_is_not_there_is_told():
    assert "no-such-command" in str(Errands().run(["no-such-command"]))


def test_it_runs_where_it_is_told_to(tmp_path):
    assert Errands().run([sys.executable, "-c", "open('here', 'w')"], tmp_path) is None
    assert (tmp_path / "here").exists()


def test_the_end_ends_what_runs_and_what_that_has_started(tmp_path):
    errands, said = Errands(), []
    alive = tmp_path / "alive"
    os.mkfifo(alive)
    inner = f"import time; pipe = open({str(alive)!r}, 'w'); time.sleep(600)"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"
    errands.begin("long", lambda: said.append(errands.run([sys.executable, "-c", outer])))
    with alive.open() as pipe:  # comes back when the inner one has opened it
        errands.close()
        assert said == ["no reason was given"]
        assert pipe.read() == "", "nobody holds its other end any more"


def test_after_the_end_nothing_begins():
    errands, done = Errands(), []
    errands.close()
    errands.begin("late", lambda: done.append(1))
    assert errands.run([sys.executable, "-c", "pass"]) == "the platform was stopped"
    assert done == []


def test_it_stands_back_for_everybody_else(tmp_path):
    """By its own niceness, and, where Linux shares time out between sessions first, by that of its session."""
    session = Path("/proc/self/autogroup")
    told = tmp_path / "told"
    groups = session.exists() and "nice" in session.read_text()
    lines = ["open(sys.argv[1], 'w').write(str(os.nice(0)))"]
    lines += [f"open(sys.argv[1], 'a').write(open({str(session)!r}).read())"] * groups
    assert Errands().run([sys.executable, "-c", "import os, sys; " + "; ".join(lines), str(told)]) is None
    assert told.read_text().startswith("19")
    assert not groups or told.read_text().strip().endswith("nice 19")
