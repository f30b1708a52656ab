"""Clients of OpenWhisk and azurite from npm, as tests/npm pins them, in build/npm.

Where npm is missing or cannot fetch them it is said, and the tests that need them are skipped and listed.
"""

import shutil
from pathlib import Path

from steps import ROOT, attempt, say

PINNED = ROOT / "tests" / "npm"
TARGET = ROOT / "build" / "npm"
FILES = ("package.json", "package-lock.json")


def main() -> None:
    """Install what the lock says, if it is not there yet."""
    if _is_installed():
        say("Clients from npm: openwhisk, openwhisk-composer and azurite are here")
        return
    npm = shutil.which("npm")
    if npm is None:
        say("Clients from npm: npm is missing: no test with the JavaScript clients of OpenWhisk, none with Azure")
        return
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    for name in FILES:
        shutil.copy(PINNED / name, TARGET)
    command = [npm, "ci", "--prefix", TARGET, "--ignore-scripts", "--no-audit", "--no-fund"]
    if not attempt("Clients from npm: installing openwhisk, openwhisk-composer and azurite", command):
        shutil.rmtree(TARGET, ignore_errors=True)
        say("Clients from npm: they could not be fetched: no test with them")


def _is_installed() -> bool:
    """True where the folder holds what the lock says: npm writes `.package-lock.json` when it is done."""
    same = all((TARGET / name).is_file() and _text(TARGET, name) == _text(PINNED, name) for name in FILES)
    return same and (TARGET / "node_modules" / ".package-lock.json").is_file()


def _text(folder: Path, name: str) -> str:
    return (folder / name).read_text()


if __name__ == "__main__":
    main()
