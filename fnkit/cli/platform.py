"""How a platform looks in a shell: how it is, who may use it, and what chose it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fnkit.cli.layout import Columns, pairs
from fnkit.local.folder import Running
from fnkit.verbs.answers import Setting, Status
from fnkit.whisk.users import User


def _status(status: Status) -> Iterable[str]:
    info = status.embedded or {}
    sandbox = info.get("sandbox") or {}
    yield from pairs(
        {
            "host": status.host,
            "chosen by": status.source,
            "answers": "yes" if status.reachable else f"no: {status.trouble}",
            "platform": f"fnkit {info['fnkit']}, embedded" if info else "OpenWhisk" if status.reachable else None,
            "python": info and f"{info['python']} ({info['executable']})",
            "kinds": ", ".join(info.get("kinds") or ()),
            "sandbox": sandbox.get("rung"),
            "stops": _listed(sandbox.get("stops")),
            "does not stop": _listed(sandbox.get("does_not_stop")),
            **status.words,
        }
    )


def _listed(text: object) -> tuple[str, ...]:
    """A text, or a list of them, one per line."""
    return tuple(map(str, text)) if isinstance(text, list | tuple) else (str(text),) if text else ()


def _user(user: User) -> Iterable[str]:
    return pairs(
        {
            "user": user.name,
            "blocked": "yes" if user.blocked else "no",
            "limits": tuple(f"{key} {value}" for key, value in user.limits.items()),
            "props": user.props,
        }
    )


def _running(running: Running) -> Iterable[str]:
    yield from pairs(
        {
            "url": running.url,
            "process": running.pid,
            "data": running.data,
            "props": running.props,
            "python": f"{running.python} ({running.executable})",
            "sandbox": running.sandbox,
        }
    )


LINES: Mapping[type, Callable[[Any], Iterable[str]]] = {Running: _running, Status: _status, User: _user}
TABLES: Mapping[type, Columns] = {
    User: {
        "name": lambda user: user.name,
        "blocked": lambda user: "yes" if user.blocked else "no",
        "limits": lambda user: ", ".join(f"{key} {value}" for key, value in user.limits.items()),
        "props": lambda user: user.props,
    },
    Setting: {
        "setting": lambda setting: setting.name,
        "value": lambda setting: setting.value,
        "source": lambda setting: setting.source,
    },
}
