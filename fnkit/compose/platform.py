"""The platform as an action with a key sees it: starts actions, looks at activations, keeps objects.

Ships alone, with `moves` and `core.wire`.
"""

import base64
import json
import os
from typing import Any
from urllib.parse import quote

from fnkit.compose.moves import Object, Unanswered, Unkept, Unstarted
from fnkit.core.wire import Wire

LATER = (429, 503)
"""Too many requests now."""
OBJECTS = "/fnkit/v1/objects/"
"""The embedded platform's own store."""


class Platform:
    """One connection to the platform's API; used by one thread."""

    def __init__(self, host: str, key: str) -> None:
        self._wire = Wire(host if "://" in host else f"https://{host}")
        token = base64.b64encode(key.encode()).decode()
        self._headers = {"Authorization": f"Basic {token}", "Content-Type": "application/json"}

    @classmethod
    def here(cls) -> "Platform":
        """The one that this action runs on. Raises Unstarted where the action was given no key."""
        host, key = os.environ.get("__OW_API_HOST"), os.environ.get("__OW_API_KEY")
        if not host or not key:
            raise Unstarted("the action has no key: it lacks the annotation provide-api-key.")
        return cls(host, key)

    def start(self, action: str, arguments: Object) -> str | None:
        """Start `/namespace/[package/]name`: the activation id, None where it may be tried later."""
        _, namespace, *names = action.split("/")
        path = f"{_namespace(namespace)}/actions/{'/'.join(quote(one, safe='') for one in names)}"
        status, answer = self._ask("POST", path, arguments)
        if status in LATER:
            return None
        if "activationId" not in answer:
            refused = 400 <= status < 500
            raise (Unstarted if refused else Unanswered)(f"{action}: {status} {answer.get('error', '')}")
        return str(answer["activationId"])

    def result(self, activation: str) -> Object | None:
        """`{"result", "status", "success"}` of an activation, None where it has not ended."""
        status, answer = self._ask("GET", f"{_namespace('_')}/activations/{activation}/result")
        return answer if status < 300 and "result" in answer else None

    def put(self, key: str, content: bytes) -> None:
        """Keep an object in the platform's own store. Raises Unkept."""
        self._object("PUT", key, content)

    def get(self, key: str) -> bytes:
        """An object of that store. Raises Unkept."""
        return self._object("GET", key)

    def drop(self, key: str, seconds: float) -> None:
        """Delete an object of that store, in one try of so long; one that is not there is none. Raises Unkept."""
        with self._wire.hurried(seconds):
            self._object("DELETE", key)

    def _object(self, verb: str, key: str, content: bytes | None = None) -> bytes:
        try:
            status, text = self._wire.send(verb, OBJECTS + quote(key), content, self._headers)
        except OSError as error:
            raise Unkept(f"{key}: the platform does not answer ({error})") from None
        if status >= 300 and not (verb == "DELETE" and status == 404):
            raise Unkept(f"{key}: {status} {_read(text).get('error', '')}")
        return text

    def _ask(self, verb: str, path: str, body: Object | None = None) -> tuple[int, Any]:
        content = json.dumps(body).encode() if body is not None else None
        try:
            status, text = self._wire.send(verb, path, content, self._headers)
        except OSError as error:
            raise Unanswered(f"the platform does not answer ({error})") from None
        return status, _read(text)


def _read(text: bytes) -> Any:
    try:
        answer = json.loads(text or b"{}")
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _namespace(name: str) -> str:
    return f"/api/v1/namespaces/{quote(name, safe='')}"
