"""What can be asked: every verb once, as a typed function. The shell, the magics and `fnkit.…` run these."""

from fnkit.verbs.actions import delete, get, invoke, list, show
from fnkit.verbs.deploying import deploy, test
from fnkit.verbs.library import models_convert, models_fetch, models_list, models_show
from fnkit.verbs.platform import props, serve, start, status, stop
from fnkit.verbs.runs import activations, logs, result
from fnkit.verbs.settings import config, login
from fnkit.verbs.table import Verb, verb
from fnkit.verbs.users import (
    user_block,
    user_create,
    user_delete,
    user_get,
    user_limit,
    user_list,
    user_unblock,
)

__all__ = [
    "ACTIONS",
    "MODELS",
    "NOUNS",
    "PLATFORM",
    "SETTINGS",
    "USERS",
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
    "user_block",
    "user_create",
    "user_delete",
    "user_get",
    "user_limit",
    "user_list",
    "user_unblock",
]

ACTIONS = (deploy, test, show, invoke, result, logs, activations, get, list, delete)
PLATFORM = (start, stop, serve, status, props)
SETTINGS = (config, login)
NOUNS = {
    "models": "Trained models: list, fetch, convert, show.",
    "user": "Users of the embedded platform: namespaces with keys and limits of their own.",
}
MODELS = (models_list, models_fetch, models_convert, models_show)
USERS = (user_create, user_get, user_list, user_limit, user_block, user_unblock, user_delete)


def table() -> tuple[Verb, ...]:
    """Every verb, in the order of the help."""
    return tuple(verb(function) for function in (*ACTIONS, *PLATFORM, *USERS, *MODELS, *SETTINGS))
