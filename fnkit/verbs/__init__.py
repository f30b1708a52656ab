"""What can be asked: every verb once, as a typed function. The shell, the magics and `fnkit.…` run these."""

from fnkit.verbs.actions import delete, get, invoke, list, show
from fnkit.verbs.deploying import deploy, test
from fnkit.verbs.library import models_convert, models_fetch, models_list, models_show
from fnkit.verbs.platform import props, serve, start, status, stop
from fnkit.verbs.runs import activations, logs, result
from fnkit.verbs.settings import config, login
from fnkit.verbs.table import Verb, verb

__all__ = [
    "ACTIONS",
    "MODELS",
    "NOUNS",
    "PLATFORM",
    "SETTINGS",
    "activations",
    "config",
    "delete",
    "deploy",
    "get",
    "invoke",
    "list",
    "login",
    "logs",
    "models_convert",
    "models_fetch",
    "models_list",
    "models_show",
    "props",
    "result",
    "serve",
    "show",
    "start",
    "status",
    "stop",
    "table",
    "test",
]

ACTIONS = (deploy, test, show, invoke, result, logs, activations, get, list, delete)
PLATFORM = (start, stop, serve, status, props)
SETTINGS = (config, login)
NOUNS = {"models": "Trained models: list, fetch, convert, show."}
MODELS = (models_list, models_fetch, models_convert, models_show)


def table() -> tuple[Verb, ...]:
    """Every verb, in the order of the help."""
    return tuple(verb(function) for function in (*ACTIONS, *PLATFORM, *MODELS, *SETTINGS))
