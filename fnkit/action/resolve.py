"""Requirements to pins and pins to files: uv where it is, pip where it is not."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from fnkit.action.imports import requirement_name
from fnkit.action.installed import canonical_name
from fnkit.action.spec import Requirement
from fnkit.action.target import Target
from fnkit.core.errors import MissingPackage

Via = Mapping[str, frozenset[str]]
"""Package → the packages that need it; one that was asked for itself has the empty name among them."""


class Installer(Protocol):
    """What turns requirements into files."""

    def resolve(
        self, requirements: Sequence[str], constraints: Sequence[str], target: Target
    ) -> tuple[tuple[Requirement, ...], Via]:
        """One version of each package that is needed, and who needs it."""

    def install(self, pins: Sequence[Requirement], folder: Path, target: Target) -> None:
        """Lay the wheels of `pins` out in `folder`, without their dependencies."""


def resolved(
    requirements: Sequence[str], constraints: Sequence[str], target: Target
) -> tuple[tuple[Requirement, ...], tuple[Requirement, ...]]:
    """What has to travel, and what the target's image has; both with all that they need in turn.

    Raises MissingPackage where a package does not exist or has no wheel for the target.
    """
    image = {canonical_name(name): version for name, version in target.packages.items()}
    wanted = [
        f"{name}=={image[name]}" if (name := requirement_name(each)) in image else each for each in requirements
    ]
    held = [each for each in constraints if requirement_name(each) not in image]
    pins, via = installer().resolve(wanted, held, target)
    kept: set[str] = set()
    while True:
        more = {
            pin.name
            for pin in pins
            if pin.name not in image and pin.name not in kept and ({""} | kept) & via.get(pin.name, frozenset())
        }
        if not more:
            break
        kept |= more
    return tuple(p for p in pins if p.name in kept), tuple(p for p in pins if p.name not in kept)


def installer() -> Installer:
    """uv, which fnkit depends on; pip where its binary is missing."""
    try:
        import uv

        return Uv(uv.find_uv_bin())
    except (ImportError, FileNotFoundError):
        return Pip()


class Uv:
    """uv's resolver and its cache of wheels."""

    def __init__(self, binary: str) -> None:
        self.binary = binary

    def resolve(
        self, requirements: Sequence[str], constraints: Sequence[str], target: Target
    ) -> tuple[tuple[Requirement, ...], Via]:
        """As Installer has it. Where all is pinned, what uv has in its cache says it without asking an index."""
        pinned = {
            f"{requirement_name(name)}=={version}"
            for name, exactly, version in (each.partition("==") for each in (*requirements, *constraints))
            if exactly
        }
        try:
            found = self._resolved(requirements, constraints, target, "--offline")
        except MissingPackage:
            pass
        else:
            if all(str(pin) in pinned for pin in found[0]):
                return found
        return self._resolved(requirements, constraints, target)

    def install(self, pins: Sequence[Requirement], folder: Path, target: Target) -> None:
        """As Installer has it."""
        command = ["pip", "install", "--no-deps", "--target", str(folder), "--requirement", "-"]
        given = "\n".join(map(str, pins))
        try:
            self._run([*command, "--offline"], target, given)
        except MissingPackage:
            self._run(command, target, given)

    def _resolved(
        self, requirements: Sequence[str], constraints: Sequence[str], target: Target, *options: str
    ) -> tuple[tuple[Requirement, ...], Via]:
        with tempfile.TemporaryDirectory(prefix="fnkit-") as folder:
            held = Path(folder, "constraints.txt")
            held.write_text("\n".join(constraints), "utf-8")
            command = ["pip", "compile", "-", "--no-header", "--annotation-style=line", *options]
            said = self._run([*command, "--constraint", str(held)], target, "\n".join(requirements))
        direct = {requirement_name(requirement) for requirement in requirements}
        pins: list[Requirement] = []
        via: dict[str, frozenset[str]] = {}
        for line in said.splitlines():
            found = re.match(r"([A-Za-z0-9._-]+)==([^\s;#]+)[^#]*(?:#\s*via\s+(.*))?", line)
            if found is not None:
                name = canonical_name(found[1])
                pins.append(Requirement(name, found[2]))
                needers = {
                    canonical_name(each) for each in re.findall(r"(?:^|, )([A-Za-z0-9][\w.-]*)", found[3] or "")
                }
                via[name] = frozenset(needers | ({""} if name in direct else set()))
        return tuple(sorted(pins, key=lambda pin: pin.name)), via

    def _run(self, command: list[str], target: Target, given: str) -> str:
        options = ["--quiet", "--only-binary", ":all:", "--python", sys.executable]
        options += ["--python-version", target.python]
        if target.platform is not None:
            options += ["--python-platform", target.platform]
        environment = {**os.environ, "NO_COLOR": "1"}
        return _ran([self.binary, *command, *options], given, environment, target)


class Pip:
    """pip, slower; it must be told every platform that a wheel may be for."""

    def resolve(
        self, requirements: Sequence[str], constraints: Sequence[str], target: Target
    ) -> tuple[tuple[Requirement, ...], Via]:
        """As Installer has it."""
        import json

        with tempfile.TemporaryDirectory(prefix="fnkit-") as folder:
            report = Path(folder, "report.json")
            held = Path(folder, "constraints.txt")
            held.write_text("\n".join(constraints), "utf-8")
            command = ["install", "--dry-run", "--ignore-installed", "--report", str(report), "--target", folder]
            self._run([*command, "--constraint", str(held), *requirements], target)
            items = [item["metadata"] for item in json.loads(report.read_text("utf-8"))["install"]]
        pins = tuple(
            sorted((Requirement(canonical_name(i["name"]), i["version"]) for i in items), key=lambda p: p.name)
        )
        direct = {requirement_name(requirement) for requirement in requirements}
        via: dict[str, set[str]] = {pin.name: ({""} if pin.name in direct else set()) for pin in pins}
        for item in items:
            for needed in item.get("requires_dist", ()):
                via.get(requirement_name(needed), set()).add(canonical_name(item["name"]))
        return pins, {name: frozenset(needers) for name, needers in via.items()}

    def install(self, pins: Sequence[Requirement], folder: Path, target: Target) -> None:
        """As Installer has it."""
        self._run(["install", "--no-deps", "--no-compile", "--target", str(folder), *map(str, pins)], target)

    def download(self, pins: Sequence[Requirement], folder: Path, target: Target) -> None:
        """Bring the wheels of `pins` into `folder` as they are. Raises MissingPackage."""
        self._run(["download", "--no-deps", "--progress-bar=off", "--dest", str(folder), *map(str, pins)], target)

    def _run(self, command: list[str], target: Target) -> None:
        if find_spec("pip") is None:
            raise MissingPackage("Bringing libraries", "there is neither uv nor pip.", "pip install uv")
        options = [
            "--quiet",
            "--disable-pip-version-check",
            "--only-binary=:all:",
            "--python-version",
            target.python,
        ]
        options += [f"--platform={platform}" for platform in _platforms(target.platform)]
        _ran([sys.executable, "-m", "pip", *command, *options], "", dict(os.environ), target)


def _platforms(tag: str | None) -> list[str]:
    """`x86_64-manylinux_2_28` as every platform tag whose wheels run there."""
    found = re.match(r"(\w+?)-manylinux_2_(\d+)\Z", tag or "")
    if found is None:
        return []
    machine, newest = found[1], int(found[2])
    old = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
    tags = [f"manylinux_2_{minor}_{machine}" for minor in range(newest, 4, -1)]
    return tags + [f"{name}_{machine}" for minor, name in old.items() if minor <= newest]


def _ran(command: list[str], given: str, environment: dict[str, str], target: Target) -> str:
    done = subprocess.run(command, input=given, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        where = target.platform or "this machine"
        said = re.sub(r"://[^\s/@]+@", "://…@", " ".join(done.stderr.split()))
        raise MissingPackage(
            f"Bringing the libraries for Python {target.python} on {where}",
            f"{said[-600:] or 'the installer said nothing.'}",
            "Name a version that has a wheel there: --require NAME==VERSION",
        )
    return done.stdout
