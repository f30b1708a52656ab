"""The REST client of one platform: its collections, tied to one transport."""

from functools import cached_property

from fnkit.whisk import embedded
from fnkit.whisk.actions import Actions
from fnkit.whisk.activations import Activations
from fnkit.whisk.embedded import Embedded
from fnkit.whisk.feeds import Feeds
from fnkit.whisk.messages import Request, Transport
from fnkit.whisk.namespaces import Namespaces
from fnkit.whisk.packages import Packages
from fnkit.whisk.permits import permit
from fnkit.whisk.props import Props
from fnkit.whisk.resource import parsed, strange
from fnkit.whisk.rules import Rules
from fnkit.whisk.transport import Http
from fnkit.whisk.triggers import Trigger, Triggers


class Client:
    """`Client(props).actions.get(name)`: an OpenWhisk, embedded or not, by its props."""

    def __init__(self, props: Props, transport: Transport | None = None) -> None:
        self.props = props
        self.transport = transport or Http(props)
        place = (self.transport, f"/api/{props.apiversion}", props.namespace)
        self.actions = Actions(*place)
        self.activations = Activations(*place)
        self.packages = Packages(*place)
        self.namespaces = Namespaces(*place)
        self.triggers = Triggers(*place)
        self.rules = Rules(*place)
        self.feeds = Feeds(self.triggers, self.actions, props.key, self._permit)

    @cached_property
    def embedded(self) -> Embedded | None:
        """What an embedded platform has beyond OpenWhisk, None for any other: found by one GET, remembered.

        Raises Unreachable where nobody answers; that is not remembered.
        """
        return embedded.find(self.transport)

    def check(self) -> None:
        """Nothing, where an OpenWhisk answers. Raises Unreachable where it is something else; Refused.

        Source: apache/openwhisk RestAPIs.scala: its root says what it is, to everybody.
        """
        request = Request("GET", f"/api/{self.props.apiversion}", "the platform", repeatable=True)
        answer = parsed(request, self.transport.send(request))
        if not (isinstance(answer, dict) and "OpenWhisk" in str(answer.get("description"))):
            raise strange(request)

    def _permit(self, trigger: Trigger, store: str) -> str | None:
        place = (trigger.namespace, trigger.name)
        return permit(self.props, self.embedded.info, place, store) if self.embedded else None

    def __repr__(self) -> str:
        return f"Client({self.props.apihost!r})"
