"""The verbs of triggers: `fnkit trigger create`, `update`, `get`, `list`, `delete`, `fire`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from fnkit.context import Context
from fnkit.core.entities import Json
from fnkit.core.names import ActionName, EntityName
from fnkit.verbs.answers import Deleted, Fired
from fnkit.verbs.naming import Annotation, Limit, Param, Skip, Yes, parameters, sure, within
from fnkit.verbs.table import Argument, Option

if TYPE_CHECKING:
    from fnkit.whisk.client import Client
    from fnkit.whisk.feeds import Feeds
    from fnkit.whisk.triggers import Trigger

Name = Annotated[str, Argument("name or /namespace/name of the trigger", "TRIGGER")]


def trigger_create(
    name: Name,
    *,
    feed: Annotated[
        str | None, Option("the action that fires it; it gets the parameters", "ACTION", short="-f")
    ] = None,
    param: Param = None,
    annotation: Annotation = None,
    context: Context | None = None,
) -> "Trigger":
    """Make a trigger; its parameters are given to each action that it starts."""
    trigger = EntityName.parse(name, "trigger")
    source = ActionName.parse(feed) if feed else None
    values = parameters(param)
    client = (context or Context()).client
    if source is not None:
        told = {one.name: one.value for one in values}
        return _feeds(client, trigger).create(trigger.name, source, told, annotation)
    return within(client.triggers, trigger.namespace).put(trigger.name, values or None, annotation)


def trigger_update(
    name: Name, *, param: Param = None, annotation: Annotation = None, context: Context | None = None
) -> "Trigger":
    """Change a trigger: what is given takes the place of what it had; a feed is told the parameters."""
    trigger, values = EntityName.parse(name, "trigger"), parameters(param)
    client = (context or Context()).client
    triggers = within(client.triggers, trigger.namespace)
    if triggers.get(trigger.name).feed is None:
        return triggers.put(trigger.name, values or None, annotation, overwrite=True)
    told = {one.name: one.value for one in values}
    return _feeds(client, trigger).update(trigger.name, told, annotation)


def trigger_get(name: Name, *, context: Context | None = None) -> "Trigger":
    """Give a trigger: its parameters, its feed, its rules and which of them are active."""
    trigger = EntityName.parse(name, "trigger")
    return within((context or Context()).client.triggers, trigger.namespace).get(trigger.name)


def trigger_list(*, limit: Limit = 30, skip: Skip = 0, context: Context | None = None) -> "tuple[Trigger, ...]":
    """Give the triggers of your namespace, the newest first."""
    return tuple((context or Context()).client.triggers.list(limit, skip))


def trigger_fire(
    name: Name,
    payload: Annotated[
        Mapping[str, Json] | None, Argument("KEY=VALUE, KEY=@photo.jpg or @file.json", "KEY=VALUE", place=1)
    ] = None,
    *,
    param: Annotated[
        Mapping[str, Json] | None, Option("the same, as wsk has it", "KEY VALUE", short="-p", pair=True)
    ] = None,
    context: Context | None = None,
) -> Fired:
    """Start the action of each active rule of a trigger and give the firing's activation."""
    from fnkit.delivery import arguments

    trigger = EntityName.parse(name, "trigger")
    values = arguments.inline({**(payload or {}), **(param or {})})
    client = (context or Context()).client
    sent = arguments.carry(client, values, {})
    return Fired(str(trigger), within(client.triggers, trigger.namespace).fire(trigger.name, sent))


def trigger_delete(name: Name, *, yes: Yes = False, context: Context | None = None) -> Deleted:
    """Delete a trigger after a question; its feed is ended first, its rules stay without effect."""
    context, trigger = context or Context(), EntityName.parse(name, "trigger")
    sure(context, "trigger", trigger, yes)
    triggers = within(context.client.triggers, trigger.namespace)
    if triggers.get(trigger.name).feed is None:
        gone = triggers.delete(trigger.name)
    else:
        gone = _feeds(context.client, trigger).delete(trigger.name)
    return Deleted(f"/{gone.namespace}/{gone.name}", gone.version)


def _feeds(client: "Client", trigger: EntityName) -> "Feeds":
    """The feeds of the trigger's namespace."""
    return replace(client.feeds, triggers=within(client.triggers, trigger.namespace))
