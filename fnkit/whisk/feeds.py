"""Feeds: actions that make a trigger fire, told by what happens to the trigger.

OpenWhisk only keeps the annotation; the protocol is the client's part. Source: apache/openwhisk docs/feeds.md,
openwhisk-cli commands/trigger.go.
"""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from fnkit.core.entities import Json
from fnkit.core.errors import ActionFailed, BadArgument, FnkitError
from fnkit.core.names import ActionName
from fnkit.whisk.actions import LONGEST_WAIT, Actions
from fnkit.whisk.key import Key
from fnkit.whisk.triggers import Trigger, Triggers

Event = Literal["CREATE", "READ", "UPDATE", "DELETE", "PAUSE", "UNPAUSE"]

STORAGE = "/whisk.system/storage/changes"


@dataclass(frozen=True, slots=True)
class Feeds:
    """Triggers that a feed action fires."""

    triggers: Triggers
    actions: Actions
    key: Key | None = field(repr=False)
    """Given to the feed, which fires the trigger with it."""
    permit: Callable[[Trigger, str], str | None]
    """What lets a trigger's feed watch a folder of the platform's machine, by the store's name."""

    def create(
        self,
        name: str,
        feed: ActionName,
        parameters: Mapping[str, Json],
        annotations: Mapping[str, Json] | None = None,
    ) -> Trigger:
        """Create a trigger and start its feed with `parameters`; where the feed fails, the trigger goes again.

        Raises Conflict where the name is taken, ActionFailed, Missing where there is no such feed.
        """
        trigger = self.triggers.put(name, annotations={**(annotations or {}), "feed": _whole(feed)})
        try:
            self.tell(trigger, "CREATE", parameters)
        except BaseException:
            with contextlib.suppress(FnkitError):
                self.triggers.delete(name)
            raise
        return trigger

    def begin(
        self, name: str, feed: ActionName, parameters: Mapping[str, Json], annotations: Mapping[str, Json]
    ) -> Trigger:
        """Start a feed for a trigger that is there; where that fails, the trigger is again as it was.

        `annotations` are all that the trigger has afterwards. Raises ActionFailed, Missing.
        """
        before = self.triggers.get(name)
        trigger = self.triggers.put(name, annotations={**annotations, "feed": _whole(feed)}, overwrite=True)
        try:
            self.tell(trigger, "CREATE", parameters)
        except BaseException:
            with contextlib.suppress(FnkitError):
                self.triggers.put(name, annotations=before.annotations, overwrite=True)
            raise
        return trigger

    def update(
        self, name: str, parameters: Mapping[str, Json], annotations: Mapping[str, Json] | None = None
    ) -> Trigger:
        """Give the feed of a trigger other parameters. Raises Missing, ActionFailed."""
        trigger = self.triggers.get(name)
        if annotations is not None:
            kept = {**annotations, "feed": trigger.feed}
            trigger = self.triggers.put(name, annotations=kept, overwrite=True)
        self.tell(trigger, "UPDATE", parameters)
        return trigger

    def delete(self, name: str) -> Trigger:
        """End the feed, then take the trigger away; it stays where that fails. Raises Missing, ActionFailed."""
        self.tell(self.triggers.get(name), "DELETE")
        return self.triggers.delete(name)

    def tell(self, trigger: Trigger, event: Event, parameters: Mapping[str, Json] | None = None) -> Json:
        """What the trigger's feed answers to an event: READ gives its settings and its state.

        Raises BadArgument where the trigger has no feed, ActionFailed where the feed failed.
        """
        if trigger.feed is None:
            raise BadArgument(f"{event} of the feed of trigger {trigger.name}", "the trigger has no feed.")
        feed = ActionName.parse(trigger.feed)
        own = {
            "lifecycleEvent": event,
            "triggerName": f"/{trigger.namespace}/{trigger.name}",
            "authKey": self.key.text if self.key else "",
        }
        store = (parameters or {}).get("store")
        if isinstance(store, str) and trigger.feed == STORAGE and (permit := self.permit(trigger, store)):
            own["permit"] = permit
        call = self.actions.call(feed, {**(parameters or {}), **own}, LONGEST_WAIT)
        if call.activation is None:
            found = "it has not answered within a minute."
        elif call.activation.success:
            return call.activation.result
        else:
            result = call.activation.result
            said = str(result.get("error") if isinstance(result, dict) else result)
            found = said if said.endswith((".", "?", "!")) else f"{said}."
        advice = f"fnkit logs {call.activation_id} shows what the feed printed."
        raise ActionFailed(f"{event} of the feed {feed}", found, advice, call.activation_id)


def _whole(feed: ActionName) -> str:
    """`/namespace/package/name`, as the annotation says it."""
    return f"/{feed.namespace}/" + "/".join(part for part in (feed.package, feed.name) if part)
