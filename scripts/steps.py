"""One line for each thing that is done, and a sign of life while it takes long. Standard library only."""

import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / "build" / "logs"
TAIL = 4000
"""Characters of a failed command's output that are shown."""


def say(line: str) -> None:
    """Print `line` at once."""
    print(line, flush=True)


def step(title: str, command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> None:
    """Run `command` under a line that says what it is for and how long it took.

    Its output goes to build/logs; where it fails the end of that is shown and the whole run ends with 1.
    """
    if not attempt(title, command, env):
        log = _log(title)
        say(f"\n{log.read_text(errors='replace')[-TAIL:]}")
        sys.exit(f"{title}: failed. All of its output is in {log.relative_to(ROOT)}.")


def attempt(title: str, command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> bool:
    """As `step`, but True or False is the answer: for what has another way."""
    LOGS.mkdir(parents=True, exist_ok=True)
    with _log(title).open("wb") as output:
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _watch(process, title)
    return process.returncode == 0


def _log(title: str) -> Path:
    return LOGS / f"{re.sub(r'[^a-z0-9]+', '-', title.lower()).strip('-')}.log"


def _watch(process: subprocess.Popen[bytes], title: str) -> None:
    """Show the seconds while `process` runs: in place on a terminal, as dots where output is kept."""
    terminal = sys.stdout.isatty()
    began = time.monotonic()
    print(f"{title} ", end="", flush=True)
    while True:
        try:
            process.wait(timeout=1)
            break
        except subprocess.TimeoutExpired:
            print(f"\r{title} {time.monotonic() - began:.0f} s" if terminal else ".", end="", flush=True)
    print(f"{chr(13) + title if terminal else ''} {time.monotonic() - began:.1f} s", flush=True)
