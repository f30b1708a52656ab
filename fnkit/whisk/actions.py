"""Actions: put, get, find, list, delete, and the three ways to invoke.

Source: apache/openwhisk Actions.scala, docs/rest_api.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fnkit.core.entities import Activation, Json
from fnkit.core.errors import Missing
from fnkit.core.names import ActionName
from fnkit.whisk.documents import Action, Draft
from fnkit.whisk.messages import Request, Response
from fnkit.whisk.resource import Resource, parsed, strange

LONGEST_WAIT = 60_000
"""Ms that a blocking call may wait; then it is answered with 202 and goes on."""
ID = "x-openwhisk-activation-id"
# 202: not finished in time. 502: the action failed. 500: the platform failed while it ran.
ANSWERS = (200, 202, 502, 500)


@dataclass(frozen=True, slots=True)
class Call:
    """What came back at once: the record where it is done, else only the id."""

    activation_id: str
    activation: Activation | None = None
    """Without logs: they are not collected yet."""


@dataclass(frozen=True, slots=True)
class Actions(Resource):
    """The actions of a namespace and of the packages that it may use."""

    def get(self, name: ActionName, code: bool = True) -> Action:
        """The action; `code` False leaves the code out. Raises Missing."""
        query = {"code": "true" if code else "false"}
        return Action.from_json(
            self.ask(Request("GET", self._path(name), f"action {name}", query, repeatable=True))
        )

    def find(self, name: ActionName, code: bool = False) -> Action | None:
        """The action, or None where there is none."""
        try:
            return self.get(name, code)
        except Missing:
            return None

    def put(self, name: ActionName, draft: Draft, overwrite: bool) -> Action:
        """Create the action, or update it where `overwrite`. Raises Conflict where it exists and may not.

        A broken update is sent again, it ends the same; a create is not: it would find itself.
        """
        query = {"overwrite": "true" if overwrite else "false"}
        request = Request(
            "PUT",
            self._path(name),
            f"action {name}",
            query,
            draft.to_json(),
            repeatable=overwrite,
            seconds=300,
        )
        return Action.from_json(self.ask(request))

    def list(self, package: str | None = None, limit: int = 30, skip: int = 0) -> list[Action]:
        """Actions, the newest first, of a package or of the namespace; `limit` up to 200, 0 means 200."""
        place = ActionName(package).path + "/" if package else ""
        subject = f"actions of {package or 'the namespace'}"
        items = self.page(self.at("actions", place), subject, {"limit": limit, "skip": skip})
        return [Action.from_json(item) for item in items]

    def delete(self, name: ActionName) -> Action:
        """Take the action away and give it back as it was. Raises Missing."""
        return Action.from_json(self.ask(Request("DELETE", self._path(name), f"action {name}")))

    def start(self, name: ActionName, arguments: Mapping[str, Json]) -> str:
        """Begin a run and do not wait: its activation id."""
        response = self._invoke(name, arguments, {"blocking": "false"}, 30, (202,))
        return _activation_id(Request("POST", self._path(name), f"action {name}"), response)

    def call(self, name: ActionName, arguments: Mapping[str, Json], wait: int = LONGEST_WAIT) -> Call:
        """Run and wait up to `wait` ms. A failing action is an answer too; refusals raise."""
        query = {"blocking": "true", "timeout": str(wait)}
        response = self._invoke(name, arguments, query, wait / 1000 + 15, ANSWERS)
        request = Request("POST", self._path(name), f"action {name}")
        activation_id = _activation_id(request, response)
        body = parsed(request, response)
        # An answer that is an array comes bare, without its record: the record has to be fetched.
        whole = response.status != 202 and isinstance(body, dict) and "response" in body
        return Call(activation_id, Activation.from_json(body) if whole else None)

    def result(self, name: ActionName, arguments: Mapping[str, Json], wait: int = LONGEST_WAIT) -> Json:
        """Run, wait and give the answer alone; `{"error": …}` where the action failed.

        Raises PlatformFault where it is not done after `wait` ms: use `call`, which gives the id.
        """
        query = {"blocking": "true", "result": "true", "timeout": str(wait)}
        answers = tuple(status for status in ANSWERS if status != 202)
        response = self._invoke(name, arguments, query, wait / 1000 + 15, answers)
        return parsed(Request("POST", self._path(name), f"action {name}"), response)

    def _invoke(
        self,
        name: ActionName,
        arguments: Mapping[str, Json],
        query: Mapping[str, str],
        seconds: float,
        expected: tuple[int, ...],
    ) -> Response:
        request = Request(
            "POST",
            self._path(name),
            f"action {name}",
            query,
            dict(arguments),
            expected=expected,
            seconds=seconds,
        )
        return self.transport.send(request)

    def _path(self, name: ActionName) -> str:
        return self.at("actions", name.path, name.namespace)


def _activation_id(request: Request, response: Response) -> str:
    """From the header, else from the body."""
    if found := response.headers.get(ID):
        return found
    body = parsed(request, response)
    if isinstance(body, dict) and isinstance(body.get("activationId"), str):
        return str(body["activationId"])
    raise strange(request)
