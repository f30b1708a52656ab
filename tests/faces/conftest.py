"""A shell of a person who has just installed fnkit."""

import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from fnkit.cli.commands import run

PATIENCE = 120
"""Seconds; a command takes one."""


@dataclass(frozen=True)
class Said:
    """What a command wrote."""

    stdout: str
    stderr: str


@dataclass(frozen=True)
class Shell:
    """A home, a working folder, and `fnkit` on the PATH."""

    home: Path
    work: Path

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of the user's, nothing that names a platform, except the cache of what can be made again."""
        kept = {
            name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "FNKIT_CACHE", "TMPDIR")
        }
        return {"FNKIT_CACHE": str(self.home / "cache"), **kept} | {
            "HOME": str(self.home),
            "FNKIT_DATA": str(self.home / "data"),
            "WSK_CONFIG_FILE": str(self.home / "data" / ".wskprops"),
            "COLUMNS": "200",
        }

    def __call__(self, *words: str, code: int = 0, stdin: str = "", **more: str) -> Said:
        """What `fnkit words…` says; it must leave with `code`. In this process, since starting one takes long."""
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as here:
            here.chdir(self.work)
            for name in set(os.environ) - set(self.environment):
                here.delenv(name)
            for name, value in (self.environment | more).items():
                here.setenv(name, value)
            with redirect_stdout(out), redirect_stderr(err):
                left = run([*words], io.StringIO(stdin))
        return self._checked(words, code, left, Said(out.getvalue(), err.getvalue()))

    def process(self, *words: str, code: int = 0, stdin: str = "") -> Said:
        """The same in a process of its own, as in a shell."""
        done = subprocess.run(
            [sys.executable, "-m", "fnkit", *words],
            cwd=self.work,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        return self._checked(words, code, done.returncode, Said(done.stdout, done.stderr))

    def _checked(self, words: tuple[str, ...], code: int, left: int, said: Said) -> Said:
        assert left == code, f"fnkit {' '.join(words)} → {left}\n{said.stdout}\n{said.stderr}"
        assert "--debug" in words or not re.search(r'File ".*fnkit/', said.stderr), said.stderr
        return said

    def begin(self, *words: str) -> subprocess.Popen:
        """Begin `fnkit words…`; what it says can be read from its stderr."""
        return subprocess.Popen(
            [sys.executable, "-m", "fnkit", *words],
            cwd=self.work,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def new_shell(root: Path) -> Shell:
    """A shell in a folder of its own; nothing runs yet."""
    (root / "home").mkdir()
    (root / "work").mkdir()
    return Shell(root / "home", root / "work")


@pytest.fixture(scope="session")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """A shell with a platform of its own, that was started on a free port."""
    made = new_shell(tmp_path_factory.mktemp("shell"))
    made("start", "--port", "0")
    yield made
    made("stop")


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Shell]:
    """A shell of a machine on which nothing ran yet; whatever is started is stopped."""
    made = new_shell(tmp_path)
    yield made
    subprocess.run([sys.executable, "-m", "fnkit", "stop"], env=made.environment, capture_output=True, check=False)
