"""What make runs: each step tells what it does, what fails says why, and what is the user's stays out of it."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
SCRIPTS = ROOT / "scripts"
PRINT_ENVIRONMENT = "import json, os; print(json.dumps(dict(os.environ)))"


def run(*words, **environment) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in words],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def step(title: str, program: str) -> subprocess.CompletedProcess[str]:
    call = f"from steps import step; step({title!r}, [{sys.executable!r}, '-c', {program!r}])"
    return run(sys.executable, "-c", call, PYTHONPATH=str(SCRIPTS))


def test_a_step_is_one_line():
    done = step("Trying one thing", "print('chatter')")
    assert done.returncode == 0
    assert done.stdout.startswith("Trying one thing ")
    assert len(done.stdout.splitlines()) == 1
    assert "chatter" not in done.stdout


def test_a_step_that_takes_long_shows_that_it_lives():
    done = step("Waiting for a while", "import select; select.select([], [], [], 1.3)")
    assert done.stdout.startswith("Waiting for a while .")


def test_a_step_that_fails_ends_the_run_and_says_why():
    done = step("Breaking one thing", "raise SystemExit('the reason')")
    assert done.returncode == 1
    assert "the reason" in done.stdout
    assert "Breaking one thing: failed" in done.stderr
    assert Path(ROOT, "build/logs/breaking-one-thing.log").read_text() == "the reason\n"


def test_the_demo_never_sees_what_is_the_users(tmp_path):
    theirs = {
        "WSK_CONFIG_FILE": str(tmp_path / "production"),
        "FNKIT_APIHOST": "https://production.example.com",
        "FNKIT_AUTH": "a:secret",
        "__OW_API_KEY": "a:secret",
        "WHISK_AUTH": "a:secret",
        "FNKIT_CACHE": str(tmp_path / "cache"),
    }
    within = run(sys.executable, SCRIPTS / "within.py", sys.executable, "-c", PRINT_ENVIRONMENT, **theirs)
    seen = json.loads(within.stdout)
    assert Path(seen["WSK_CONFIG_FILE"]).is_relative_to(ROOT / "build" / "demo")
    assert Path(seen["FNKIT_DATA"]).is_relative_to(ROOT / "build" / "demo")
    assert seen["FNKIT_CACHE"] == theirs["FNKIT_CACHE"]
    assert not {"FNKIT_APIHOST", "FNKIT_AUTH", "__OW_API_KEY", "WHISK_AUTH"} & set(seen)


def test_no_python_that_is_new_enough(tmp_path):
    """A machine whose python3 is too old is told what is needed."""
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", SCRIPTS / "python.sh", "-c", ""],
        env={"PATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Python 3.11 or newer" in done.stderr


def test_make_knows_what_it_says_it_knows():
    """Every target has its line in `make help`, and is there."""
    makefile = (ROOT / "Makefile").read_text()
    [phony] = [line for line in makefile.splitlines() if line.startswith(".PHONY:")]
    helped = run("make", "--no-print-directory", "-C", ROOT, "help").stdout
    named = {line.split()[1] for line in helped.splitlines()}
    assert named == set(phony.split()[1:])
