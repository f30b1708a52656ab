"""fnkit: from a notebook cell to a running function on Apache OpenWhisk.

    %load_ext fnkit
    %%deploy_action smart-body-crop --model movenet-multipose --test image=photo.jpg

The verbs of the shell and of the magics are functions here: `fnkit.deploy`, `fnkit.invoke`, `fnkit.get`, …
Nothing heavy is imported before it is used; this file travels with an action as it is.
"""

import importlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if (
    TYPE_CHECKING
):  # `as`: offered here too. An `__all__` would let `from fnkit import *` hide Python's `list` and `map`.
    from fnkit import compose as compose
    from fnkit import core as core
    from fnkit import events as events
    from fnkit import models as models
    from fnkit import vision as vision
    from fnkit.verbs import activations as activations
    from fnkit.verbs import bill as bill
    from fnkit.verbs import config as config
    from fnkit.verbs import delete as delete
    from fnkit.verbs import deploy as deploy
    from fnkit.verbs import diff as diff
    from fnkit.verbs import get as get
    from fnkit.verbs import instances as instances
    from fnkit.verbs import invoke as invoke
    from fnkit.verbs import list as list
    from fnkit.verbs import login as login
    from fnkit.verbs import logs as logs
    from fnkit.verbs import map as map
    from fnkit.verbs import props as props
    from fnkit.verbs import remove as remove
    from fnkit.verbs import result as result
    from fnkit.verbs import serve as serve
    from fnkit.verbs import session as session
    from fnkit.verbs import sessions as sessions
    from fnkit.verbs import show as show
    from fnkit.verbs import start as start
    from fnkit.verbs import status as status
    from fnkit.verbs import stop as stop
    from fnkit.verbs import test as test
    from fnkit.verbs.when import every as every
    from fnkit.verbs.when import on as on

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


def __dir__() -> Sequence[str]:
    return sorted([*_VERBS, *_WHEN, *_ROOMS, "__version__"])


def load_ipython_extension(shell: Any) -> None:
    """Add `%%deploy_action` and `%fnkit` to an IPython shell (`%load_ext fnkit`)."""
    importlib.import_module("fnkit.notebook.magics").register(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Take them away again (`%unload_ext fnkit`)."""
    importlib.import_module("fnkit.notebook.magics").unregister(shell)
