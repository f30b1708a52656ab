"""What the contract tests share: things of an OpenWhisk that are gone after the test."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Platform

ECHO = "def main(args):\n    return args\n"
SLOW = Path(__file__).parents[1].joinpath("actions", "takes_seconds.py").read_text()
"""Answers after `s` seconds."""
Make = Callable[..., dict[str, Any]]


@pytest.fixture
def clean(platform: Platform) -> Iterator[list[str]]:
    """Paths to delete after the test, the last one first."""
    paths: list[str] = []
    yield paths
    for path in reversed(paths):
        platform.call("DELETE", path)


@pytest.fixture
def action(platform: Platform, clean: list[str]) -> Make:
    """Makes an action; gives its document."""

    def make(name: str, code: str = ECHO, main: str | None = None, **fields: Any) -> dict[str, Any]:
        executable = {"kind": "python:default", "code": code, **({"main": main} if main else {})}
        clean.append(f"actions/{name}")
        answer = platform.call("PUT", f"actions/{name}?overwrite=true", json={"exec": executable, **fields})
        assert answer.status_code == 200, answer.text
        return answer.json()

    return make


@pytest.fixture
def package(platform: Platform, clean: list[str]) -> Make:
    """Makes a package or a binding; gives its document."""

    def make(name: str, **fields: Any) -> dict[str, Any]:
        clean.append(f"packages/{name}")
        answer = platform.call("PUT", f"packages/{name}?overwrite=true", json=fields)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return make


@pytest.fixture
def trigger(platform: Platform, clean: list[str]) -> Make:
    """Makes a trigger; gives its document."""

    def make(name: str, **fields: Any) -> dict[str, Any]:
        clean.append(f"triggers/{name}")
        answer = platform.call("PUT", f"triggers/{name}?overwrite=true", json=fields)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return make


@pytest.fixture
def rule(platform: Platform, clean: list[str]) -> Make:
    """Makes a rule that lets a trigger start an action; gives its document."""

    def make(name: str, trigger: str, action: str, **fields: Any) -> dict[str, Any]:
        clean.append(f"rules/{name}")
        body = {"trigger": f"/_/{trigger}", "action": f"/_/{action}", **fields}
        answer = platform.call("PUT", f"rules/{name}?overwrite=true", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return make


@pytest.fixture(scope="session")
def namespace(platform: Platform) -> str:
    """The namespace of the key."""
    return platform.call("GET", "/api/v1/namespaces").json()[0]
