"""What the tests of feeds share: a feed made as wsk makes it, and awaiting what comes of it."""

import threading
from collections.abc import Callable
from typing import Any

from fnkit.whisk.permits import permit
from fnkit.whisk.props import load_file
from tests.conftest import Platform

PATIENCE = 90
"""Seconds; a second is enough on a quiet machine."""


def feed(platform: Platform, action: str, event: str, trigger: str, **given: Any) -> tuple[int, Any]:
    """Tell a feed action of whisk.system what happens to a trigger: status and result."""
    own = {"lifecycleEvent": event, "triggerName": f"/_/{trigger}", "authKey": platform.auth}
    if "store" in given:
        props, info = load_file(platform.props), {"data": str(platform.data)}
        own["permit"] = permit(props, info, ("guest", trigger), given["store"])
    path = f"/api/v1/namespaces/whisk.system/actions/{action}?blocking=true&result=true"
    answer = platform.call("POST", path, json={**given, **own})
    return answer.status_code, answer.json()


def begin(platform: Platform, action: str, trigger: str, **given: Any) -> None:
    """A feed that works from now on; trigger and rule are there already."""
    notes = [{"key": "feed", "value": f"/whisk.system/{action}"}]
    made = platform.call("PUT", f"triggers/{trigger}?overwrite=true", json={"annotations": notes})
    assert made.status_code == 200, made.text
    assert feed(platform, action, "CREATE", trigger, **given) == (200, {"status": "success"})


def status(platform: Platform, trigger: str) -> dict[str, Any]:
    """The state of a trigger's feed."""
    answer = platform.call("GET", f"/fnkit/v1/feeds/{trigger}")
    assert answer.status_code == 200, answer.text
    return answer.json()["status"]


def until(look: Callable[[], Any], right: Callable[[Any], bool]) -> Any:
    """What `look` gives once it is right. Raises TimeoutError with what it gave last."""
    pause = threading.Event()
    for _ in range(PATIENCE * 10):
        found = look()
        if right(found):
            return found
        pause.wait(0.1)
    raise TimeoutError(found)


def quiet(platform: Platform, trigger: str, fired: int) -> dict[str, Any]:
    """The feed's state once so many events were fired and all that they began has ended."""

    def right(state: dict[str, Any]) -> bool:
        return state["fired"] >= fired and not state["pending"] and not state["runs"]["running"]

    return until(lambda: status(platform, trigger), right)


def records(platform: Platform, name: str) -> list[dict[str, Any]]:
    """All records of an action, the newest first."""
    found: list[dict[str, Any]] = []
    while page := platform.call("GET", f"activations?name={name}&docs=true&limit=200&skip={len(found)}").json():
        found += page
    return found
