"""fnkit: from a notebook cell to a running function on Apache OpenWhisk.

    %load_ext fnkit
    %%deploy_action smart-body-crop --model movenet-multipose --test image=photo.jpg

The verbs of the shell and of the magics are functions here: `fnkit.deploy`, `fnkit.invoke`, `fnkit.get`, …
Nothing heavy is imported before it is used; this file travels with an action as it is.
"""

import importlib
from typing import Any

__version__ = "0.1.0"

# Every verb once, in `fnkit.verbs`; the rooms are reached by their own names.
_VERBS = (
    "activations",
    "bill",
    "config",
    "delete",
    "deploy",
    "diff",
    "get",
    "instances",
    "invoke",
    "list",
    "login",
    "logs",
    "map",
    "props",
    "remove",
    "result",
    "serve",
    "session",
    "sessions",
    "show",
    "start",
    "status",
    "stop",
    "test",
)
_WHEN = ("every", "on")
_ROOMS = ("compose", "core", "events", "models", "vision")


def __getattr__(name: str) -> Any:
    if name in _VERBS:
        return getattr(importlib.import_module("fnkit.verbs"), name)
    if name in _WHEN:
        return getattr(importlib.import_module("fnkit.verbs.when"), name)
    if name in _ROOMS:
        return importlib.import_module(f"fnkit.{name}")
    raise AttributeError(f"module 'fnkit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*_VERBS, *_WHEN, *_ROOMS, "__version__"])


def load_ipython_extension(shell: Any) -> None:
    """Add `%%deploy_action` and `%fnkit` to an IPython shell (`%load_ext fnkit`)."""
    importlib.import_module("fnkit.notebook.magics").register(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Take them away again (`%unload_ext fnkit`)."""
    importlib.import_module("fnkit.notebook.magics").unregister(shell)
