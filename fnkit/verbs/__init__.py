"""What can be asked: every verb once, as a typed function. The shell, the magics and `fnkit.…` run these.

A verb is imported when it is asked for, with what it needs alone.
"""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from fnkit.verbs.table import Verb, verb

if TYPE_CHECKING:
    from fnkit.verbs.actions import delete, get, invoke, list, show
    from fnkit.verbs.deploying import deploy, test
    from fnkit.verbs.feeding import events, feeds_run
    from fnkit.verbs.following import session, sessions
    from fnkit.verbs.library import models_convert, models_fetch, models_list, models_show
    from fnkit.verbs.lives import instances
    from fnkit.verbs.mapping import map
    from fnkit.verbs.namespaces import namespace_limits, namespace_list
    from fnkit.verbs.packages import (
        package_bind,
        package_create,
        package_delete,
        package_get,
        package_list,
        package_update,
    )
    from fnkit.verbs.platform import props, serve, start, status, stop
    from fnkit.verbs.projects import diff, remove
    from fnkit.verbs.rules import (
        rule_create,
        rule_delete,
        rule_disable,
        rule_enable,
        rule_get,
        rule_list,
        rule_update,
    )
    from fnkit.verbs.runs import activations, bill, logs, result
    from fnkit.verbs.settings import config, login
    from fnkit.verbs.triggers import (
        trigger_create,
        trigger_delete,
        trigger_fire,
        trigger_get,
        trigger_list,
        trigger_update,
    )
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
    "activations",
    "bill",
    "config",
    "delete",
    "deploy",
    "diff",
    "events",
    "feeds_run",
    "get",
    "instances",
    "invoke",
    "list",
    "login",
    "logs",
    "map",
    "models_convert",
    "models_fetch",
    "models_list",
    "models_show",
    "namespace_limits",
    "namespace_list",
    "package_bind",
    "package_create",
    "package_delete",
    "package_get",
    "package_list",
    "package_update",
    "props",
    "remove",
    "result",
    "rule_create",
    "rule_delete",
    "rule_disable",
    "rule_enable",
    "rule_get",
    "rule_list",
    "rule_update",
    "serve",
    "session",
    "sessions",
    "show",
    "start",
    "status",
    "stop",
    "test",
    "trigger_create",
    "trigger_delete",
    "trigger_fire",
    "trigger_get",
    "trigger_list",
    "trigger_update",
    "user_block",
    "user_create",
    "user_delete",
    "user_get",
    "user_limit",
    "user_list",
    "user_unblock",
]

ACTIONS: Mapping[str, str] = {
    "deploy": "deploying",
    "test": "deploying",
    "diff": "projects",
    "show": "actions",
    "invoke": "actions",
    "map": "mapping",
    "result": "runs",
    "logs": "runs",
    "activations": "runs",
    "bill": "runs",
    "sessions": "following",
    "session": "following",
    "instances": "lives",
    "events": "feeding",
    "get": "actions",
    "list": "actions",
    "delete": "actions",
    "remove": "projects",
}
"""The name of a verb's function → its module here, in the order of the help; so are those below."""
PLATFORM = dict.fromkeys(("start", "stop", "serve", "status", "props"), "platform")
SETTINGS = dict.fromkeys(("config", "login"), "settings")
NOUNS = {
    "package": "Packages of actions: create, get, list, delete, bind.",
    "trigger": "Triggers, which start actions: create, get, list, delete, fire.",
    "rule": "Rules, which say what a trigger starts: create, get, list, delete, enable, disable.",
    "namespace": "Your namespace: list, limits.",
    "feeds": "What fires triggers of a platform that does not do that itself: run.",
    "user": "Users of the embedded platform: namespaces with keys and limits of their own.",
    "models": "Trained models: list, fetch, convert, show.",
}
_BY_NOUN = {
    ("package", "packages"): ("create", "update", "get", "list", "delete", "bind"),
    ("trigger", "triggers"): ("create", "update", "get", "list", "delete", "fire"),
    ("rule", "rules"): ("create", "update", "get", "list", "delete", "enable", "disable"),
    ("namespace", "namespaces"): ("list", "limits"),
    ("feeds", "feeding"): ("run",),
    ("user", "users"): ("create", "get", "list", "limit", "block", "unblock", "delete"),
    ("models", "library"): ("list", "fetch", "convert", "show"),
}
_HOMES: Mapping[str, str] = {
    **ACTIONS,
    **PLATFORM,
    **{f"{noun}_{word}": home for (noun, home), words in _BY_NOUN.items() for word in words},
    **SETTINGS,
}


def table() -> tuple[Verb, ...]:
    """Every verb, in the order of the help."""
    return tuple(verb(_function(name)) for name in _HOMES)


def meant(line: Sequence[str]) -> tuple[Verb, ...]:
    """The verbs that a line may mean: the one that it begins with, those of its noun, or all of them."""
    for length in (1, 2):
        if (name := "_".join(line[:length])) in _HOMES and name.split("_") == [*line[:length]]:
            return (verb(_function(name)),)
    of_noun = [name for name in _HOMES if line and line[0] in NOUNS and name.startswith(f"{line[0]}_")]
    return tuple(verb(_function(name)) for name in of_noun) or table()


def _function(name: str) -> Callable[..., Any]:
    function: Callable[..., Any] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return function


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _function(name)


def __dir__() -> Sequence[str]:
    return sorted([*__all__, "NOUNS", "table"])
