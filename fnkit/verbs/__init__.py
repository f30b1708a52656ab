"""What can be asked: every verb once, as a typed function. The shell, the magics and `fnkit.…` run these."""

from fnkit.verbs.actions import delete, get, invoke, list, show
from fnkit.verbs.deploying import deploy, test
from fnkit.verbs.feeding import events, feeds_run
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
from fnkit.verbs.rules import rule_create, rule_delete, rule_disable, rule_enable, rule_get, rule_list, rule_update
from fnkit.verbs.runs import activations, bill, logs, result
from fnkit.verbs.sessions import session, sessions
from fnkit.verbs.settings import config, login
from fnkit.verbs.table import Verb, verb
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
    "ACTIONS",
    "FEEDS",
    "MODELS",
    "NAMESPACES",
    "NOUNS",
    "PACKAGES",
    "PLATFORM",
    "RULES",
    "SETTINGS",
    "TRIGGERS",
    "USERS",
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
    "table",
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

ACTIONS = (
    deploy,
    test,
    diff,
    show,
    invoke,
    map,
    result,
    logs,
    activations,
    bill,
    sessions,
    session,
    instances,
    events,
    get,
    list,
    delete,
    remove,
)
FEEDS = (feeds_run,)
PLATFORM = (start, stop, serve, status, props)
SETTINGS = (config, login)
NOUNS = {
    "package": "Packages of actions: create, get, list, delete, bind.",
    "trigger": "Triggers, which start actions: create, get, list, delete, fire.",
    "rule": "Rules, which say what a trigger starts: create, get, list, delete, enable, disable.",
    "namespace": "Your namespace: list, limits.",
    "feeds": "What fires triggers of a platform that does not do that itself: run.",
    "models": "Trained models: list, fetch, convert, show.",
    "user": "Users of the embedded platform: namespaces with keys and limits of their own.",
}
PACKAGES = (package_create, package_update, package_get, package_list, package_delete, package_bind)
TRIGGERS = (trigger_create, trigger_update, trigger_get, trigger_list, trigger_delete, trigger_fire)
RULES = (rule_create, rule_update, rule_get, rule_list, rule_delete, rule_enable, rule_disable)
NAMESPACES = (namespace_list, namespace_limits)
MODELS = (models_list, models_fetch, models_convert, models_show)
USERS = (user_create, user_get, user_list, user_limit, user_block, user_unblock, user_delete)


def table() -> tuple[Verb, ...]:
    """Every verb, in the order of the help."""
    nouns = (*PACKAGES, *TRIGGERS, *RULES, *NAMESPACES, *FEEDS, *USERS, *MODELS)
    return tuple(verb(function) for function in (*ACTIONS, *PLATFORM, *nouns, *SETTINGS))
