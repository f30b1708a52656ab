"""Sessions as a person asks for them: in a shell, in a notebook, in Python."""

import os
import pty
import re
import select
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest
from IPython.core.displaypub import DisplayPublisher

import fnkit
from fnkit.compose.session import Session
from fnkit.core.names import ActionName
from fnkit.pictures.picture import Picture
from fnkit.whisk.client import Client
from fnkit.whisk.documents import Draft, sequence
from fnkit.whisk.props import load
from tests.faces.test_magics import kernel  # noqa: F401  a fixture
from tests.plugins.gate import WAITS

ADD = (
    "def main(args):\n"
    "    print('added')\n"
    "    return {**args, 'n': args.get('n', 0) + 1, 'api_key': 'k-123', 'html': '<script>alert(1)</script>'}\n"
)
UP = "\x1b[1A"
"""What moves a terminal's cursor up a line."""
FAIL = "def main(args):\n    return {'error': 'no <b>film</b>'}\n"


def fill(client):
    """Actions and sequences for sessions."""

    def put(name, what):
        execution = what if isinstance(what, dict) else {"kind": "python:default", "code": what}
        client.actions.put(ActionName.parse(name), Draft(exec=execution), True)

    for name, code in {"fs-add": ADD, "fs-fail": FAIL, "fs-waits": WAITS}.items():
        put(name, code)
    for name, steps in {
        "fs-good": ("fs-add", "fs-add"),
        "fs-bad": ("fs-add", "fs-fail", "fs-add"),
        "fs-slow": ("fs-add", "fs-waits", "fs-add"),
    }.items():
        put(name, sequence([ActionName.parse(step) for step in steps]))


def run(client, name, arguments=None):
    return client.actions.call(ActionName.parse(name), arguments or {}).activation_id


@pytest.fixture(scope="module")
def there(shell):
    """A client of the shell's platform, with things to run."""
    lines = (line.partition("=") for line in (shell.home / "data" / ".wskprops").read_text().splitlines())
    props = {key: value for key, _, value in lines}
    client = Client(load({"apihost": props["APIHOST"], "auth": props["AUTH"]}))
    fill(client)
    return client


def test_a_shell_lists_sessions_and_shows_one(shell, there):
    good, bad = run(there, "fs-good"), run(there, "fs-bad")
    rows = [line.split("\t") for line in shell("sessions", "--limit", "2").stdout.splitlines()]
    assert [(row[0], row[1], row[2], row[5]) for row in rows] == [
        (bad, "fs-bad", "failed", "2"),
        (good, "fs-good", "done", "2"),
    ]
    assert shell("sessions", "fs-good", "-l", "1").stdout.split("\t")[0] == good
    said = shell("session", bad).stdout
    assert re.search(r"^state +failed$", said, re.M)
    assert re.search(r"^✗ fs-bad .*no <b>film</b>$", said, re.M)
    assert re.search(r"^  ✓ fs-add .*warm.*•••", said, re.M)
    assert "k-123" not in said
    assert re.search(r"^cost +0\.\d{3} GB s$", said, re.M)


def test_the_newest_session_is_meant_where_no_id_is_given(shell, there):
    newest = run(there, "fs-good")
    assert newest in shell("session").stdout


def test_a_shell_follows_a_session_line_by_line(shell, there, gate):
    started = there.actions.start(ActionName.parse("fs-slow"), {"gate": gate.url})
    assert gate.reached.wait(60)
    process = shell.begin("session", started, "--follow")
    heard = []
    for line in process.stderr:
        heard.append(line)
        if "fs-add" in line:
            gate.open()  # it has shown what ran so far, before the end
            break
    out, err = process.communicate(timeout=60)
    heard = "".join(heard) + err
    assert process.returncode == 0, heard
    assert [line[:11] for line in heard.splitlines() if "✓" in line] == [
        "1 ✓ fs-add ",
        "2 ✓ fs-wait",
        "3 ✓ fs-add ",
    ]
    assert re.search(r"^state +done$", out, re.M)


@pytest.fixture
def terminal(shell):
    """Begins `fnkit words…` in a terminal; gives what it writes, as it comes, and awaits its end."""
    begun = []

    def begin(*words):
        ours, theirs = pty.openpty()
        environment = {**shell.environment, "TERM": "xterm-256color", "LINES": "40", "COLUMNS": "100"}
        command = [sys.executable, "-m", "fnkit", *words]
        begun.append(
            subprocess.Popen(command, cwd=shell.work, env=environment, stdin=theirs, stdout=theirs, stderr=theirs)
        )
        os.close(theirs)
        with os.fdopen(ours, "rb", buffering=0) as screen:
            while piece := _read(screen):
                yield piece.decode()
        assert begun[-1].wait(60) == 0

    yield begin
    for process in begun:
        process.kill()
        process.wait()


def _read(screen):
    assert select.select([screen], [], [], 60)[0], "nothing is written any more"
    try:
        return screen.read(65536)
    except OSError:  # the other end is closed: it is over
        return b""


def test_a_terminal_shows_a_session_in_place(terminal, there, gate):
    started = there.actions.start(ActionName.parse("fs-slow"), {"gate": gate.url})
    assert gate.reached.wait(60)
    written = ""
    for piece in terminal("session", started, "--follow"):
        written += piece
        if "… fs-waits  running" in written:
            gate.open()
    running, _, after = written.partition("… fs-waits  running")
    assert UP in after, "the next look goes over the one before"
    result = after.rpartition(UP)[2]
    assert UP not in running and "state        running" in running
    lines = [line.split()[:2] for line in result.splitlines() if "✓" in line]
    assert lines == [["✓", name] for name in ("fs-slow", "fs-add", "fs-waits", "fs-add")]
    assert "state        done" in result and "running" not in result


def test_a_shell_writes_the_picture(shell, there):
    run(there, "fs-good")
    shell("session", "--save", "flow.svg", "--save", "flow.png", "--save", "flow.mmd", "--save", "flow-time.svg")
    assert ET.parse(shell.work / "flow.svg").getroot().tag.endswith("svg")
    assert (shell.work / "flow.png").read_bytes().startswith(b"\x89PNG")
    assert (shell.work / "flow.mmd").read_text().startswith("flowchart TD")
    assert "wait for an instance" in (shell.work / "flow-time.svg").read_text()


def test_a_picture_of_no_kind_is_typed_wrong(shell, there):
    run(there, "fs-good")
    assert "does not end in .svg, .png or .mmd" in shell("session", "--save", "flow.gif", code=2).stderr


@pytest.mark.parametrize(("typed", "found"), [("0" * 32, "404"), ("no-id", "400")])
def test_an_id_that_is_none_says_so(shell, there, typed, found):
    assert found in shell("session", typed, code=1).stderr


@pytest.fixture
def noted(kernel, platform):  # noqa: F811
    """A notebook on a platform with things to run."""
    client = Client(load({"apihost": platform.apihost, "auth": platform.auth}))
    fill(client)
    return kernel, client


def html(shown):
    return shown["text/html"]


def test_a_notebook_shows_a_session(noted):
    kernel, client = noted  # noqa: F811
    bad = run(client, "fs-bad")
    done = kernel(f"%fnkit session {bad}")
    assert done.ok and isinstance(done.value, Session)
    bundle, _ = kernel.shell.display_formatter.format(done.value)
    page = html(bundle)
    assert "<script" not in page and "k-123" not in page
    assert page.count("<img ") == 2 and page.count("<object ") == 2
    assert page.count("<details>") == 3, "the times, and what each of two steps answered"
    assert "&lt;script&gt;" in page
    assert bundle["application/vnd.fnkit.session+json"]["state"] == "failed"
    assert "application/json" not in bundle


def test_a_notebook_lists_sessions(noted):
    kernel, client = noted  # noqa: F811
    good = run(client, "fs-good")
    done = kernel("%fnkit sessions --limit 1")
    bundle, _ = kernel.shell.display_formatter.format(done.value)
    assert good in html(bundle) and "fs-good" in bundle["text/plain"]


def test_python_has_the_same(noted):
    _, client = noted
    good = run(client, "fs-good")
    found = fnkit.session(good)
    assert isinstance(found.flow(), Picture) and isinstance(found.timeline(), Picture)
    assert str(found).startswith(f"fs-good {good}: done (2 steps, ")
    assert fnkit.sessions(limit=1)[0].id == good


@pytest.mark.parametrize("typed", ["%fnkit session {} --follow", "fnkit.session('{}', follow=True)"])
def test_a_notebook_draws_a_session_in_place_while_it_runs(noted, gate, typed):
    kernel, client = noted  # noqa: F811
    kernel("import fnkit")
    started = client.actions.start(ActionName.parse("fs-slow"), {"gate": gate.url})
    assert gate.reached.wait(60)
    shown = []

    class Page(DisplayPublisher):
        """The gate opens when the first picture is there: nothing here asks a clock."""

        def publish(self, data, metadata=None, source=None, *, transient=None, update=False, **more):
            shown.append((data["text/html"], (transient or {}).get("display_id"), update))
            gate.open()

    kernel.shell.display_pub = Page()
    assert kernel.shell.run_cell(typed.format(started)).result.state == "done"
    watched = [(page, update) for page, identity, update in shown if identity == shown[0][1]]
    assert [update for _, update in watched] == [False] + [True] * (len(watched) - 1), "one picture, in its place"
    assert "running" in watched[0][0] and "<object" not in watched[0][0]
    assert "done" in watched[-2][0] and watched[-1][0] == "", "the cell's result stands below"


@pytest.mark.parametrize("typed", ["kept = fnkit.session('{}', follow=True)", "fnkit.session('{}', follow=True);"])
def test_what_was_followed_and_is_not_shown_as_the_cells_result_stays(noted, typed):
    kernel, client = noted  # noqa: F811
    good = run(client, "fs-good")
    done = kernel(f"import fnkit\n{typed.format(good)}")
    (page,) = [shown["text/html"] for shown in done.shown]
    assert "done" in page
