"""The REST client of one platform: its collections, tied to one transport."""

from functools import cached_property
from typing import TYPE_CHECKING

from fnkit.whisk.messages import Request, Transport
from fnkit.whisk.props import Props
from fnkit.whisk.resource import parsed, strange

if TYPE_CHECKING:
    from fnkit.whisk.actions import Actions
    from fnkit.whisk.activations import Activations
    from fnkit.whisk.embedded import Embedded
    from fnkit.whisk.feeds import Feeds
    from fnkit.whisk.namespaces import Namespaces
    from fnkit.whisk.packages import Packages
    from fnkit.whisk.rules import Rules
    from fnkit.whisk.triggers import Trigger, Triggers


class Client:
    """`Client(props).actions.get(name)`: an OpenWhisk, embedded or not, by its props.

    A collection is imported when it is asked for: most commands need one.
    """

    def __init__(self, props: Props, transport: Transport | None = None) -> None:
        self.props = props
        self._transport = transport

    @cached_property
    def transport(self) -> Transport:
        """What brings requests to the platform."""
        if self._transport is not None:
            return self._transport
        from fnkit.whisk.transport import Http

        return Http(self.props)

    @cached_property
    def actions(self) -> "Actions":
        """`/actions`."""
        from fnkit.whisk.actions import Actions

        return Actions(*self._place)

    @cached_property
    def activations(self) -> "Activations":
        """`/activations`."""
        from fnkit.whisk.activations import Activations

        return Activations(*self._place)

    @cached_property
    def packages(self) -> "Packages":
        """`/packages`."""
        from fnkit.whisk.packages import Packages

        return Packages(*self._place)

    @cached_property
    def namespaces(self) -> "Namespaces":
        """`/namespaces`."""
        from fnkit.whisk.namespaces import Namespaces

        return Namespaces(*self._place)

    @cached_property
    def triggers(self) -> "Triggers":
        """`/triggers`."""
        from fnkit.whisk.triggers import Triggers

        return Triggers(*self._place)

    @cached_property
    def rules(self) -> "Rules":
        """`/rules`."""
        from fnkit.whisk.rules import Rules

        return Rules(*self._place)

    @cached_property
    def feeds(self) -> "Feeds":
        """What watches for triggers."""
        from fnkit.whisk.feeds import Feeds

        return Feeds(self.triggers, self.actions, self.props.key, self._permit)

    @cached_property
    def embedded(self) -> "Embedded | None":
        """What an embedded platform has beyond OpenWhisk, None for any other: found by one GET, remembered.

        Raises Unreachable where nobody answers; that is not remembered.
        """
        from fnkit.whisk import embedded

        return embedded.find(self.transport)

    def check(self) -> None:
        """Nothing, where an OpenWhisk answers. Raises Unreachable where it is something else; Refused.

        Source: apache/openwhisk RestAPIs.scala: its root says what it is, to everybody.
        """
        request = Request("GET", f"/api/{self.props.apiversion}", "the platform", repeatable=True)
        answer = parsed(request, self.transport.send(request))
        if not (isinstance(answer, dict) and "OpenWhisk" in str(answer.get("description"))):
            raise strange(request)

    @property
    def _place(self) -> tuple[Transport, str, str]:
        return self.transport, f"/api/{self.props.apiversion}", self.props.namespace

    def _permit(self, trigger: "Trigger", store: str) -> str | None:
        from fnkit.whisk.permits import permit

        place = (trigger.namespace, trigger.name)
        return permit(self.props, self.embedded.info, place, store) if self.embedded else None

    def __repr__(self) -> str:
        return f"Client({self.props.apihost!r})"
