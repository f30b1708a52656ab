"""What the contract tests share: things of an OpenWhisk that are gone after the test."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

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


@pytest.fixture(scope="session")
def other(platform: Platform) -> Iterator[Platform]:
    """The same OpenWhisk with the key of another namespace, `ct-other` on an embedded one.

    Any other OpenWhisk needs a second key in FNKIT_OTHER_AUTH.
    """
    if auth := os.environ.get("FNKIT_OTHER_AUTH"):
        yield replace(platform, auth=auth)
        return
    if platform.data is None:
        pytest.skip("FNKIT_OTHER_AUTH has no key of a second namespace")
    with new_user(platform, "ct-other") as user:
        yield user


@contextmanager
def new_user(platform: Platform, name: str, **limits: int) -> Iterator[Platform]:
    """The platform with the key of a new user, who is gone afterwards."""
    made = operator(platform, "PUT", f"/{name}", json={"limits": limits})
    assert made.status_code == 201, made.text
    yield replace(platform, auth=auth_of(Path(made.json()["props"])))
    assert operator(platform, "DELETE", f"/{name}").status_code == 200


def operator(platform: Platform, verb: str, path: str, **options: Any) -> requests.Response:
    """One request of the operator's under /fnkit/v1/users."""
    assert platform.data is not None
    user, _, key = auth_of(platform.data / ".wskadmin").partition(":")
    return platform.call(verb, f"/fnkit/v1/users{path}", **{"auth": (user, key), **options})


def auth_of(props: Path) -> str:
    """The key in a props file."""
    return dict(line.split("=") for line in props.read_text().splitlines())["AUTH"]
