"""The platform as an action with a key sees it: start an action, look at an activation. Ships alone."""

import base64
import json
import os
import ssl
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import quote, urlsplit

from fnkit.compose.moves import Object, Unstarted

LATER = (429, 503)
"""Too many requests now."""


class Platform:
    """One connection to the platform's API; used by one thread."""

    def __init__(self, host: str, key: str) -> None:
        parts = urlsplit(host if "://" in host else f"https://{host}")
        if parts.scheme == "http":
            self._connection = HTTPConnection(parts.netloc, timeout=60)
        else:
            trust = ssl.create_default_context()
            if os.environ.get("__OW_IGNORE_CERTS", "").lower() in ("1", "true"):
                trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
            self._connection = HTTPSConnection(parts.netloc, timeout=60, context=trust)
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
        status, answer = self._send("POST", path, arguments)
        if status in LATER:
            return None
        if "activationId" not in answer:
            raise Unstarted(f"{action}: {status} {answer.get('error', '')}")
        return str(answer["activationId"])

    def result(self, activation: str) -> Object | None:
        """`{"result", "status", "success"}` of an activation, None where it has not ended."""
        status, answer = self._send("GET", f"{_namespace('_')}/activations/{activation}/result")
        return answer if status < 300 and "result" in answer else None

    def _send(self, verb: str, path: str, body: Object | None = None) -> tuple[int, Any]:
        try:
            self._connection.request(
                verb, path, json.dumps(body).encode() if body is not None else None, self._headers
            )
            response = self._connection.getresponse()
            text = response.read()
        except (OSError, HTTPException) as error:
            self._connection.close()
            raise Unstarted(f"the platform does not answer ({error or type(error).__name__})") from None
        try:
            answer = json.loads(text or b"{}")
        except ValueError:
            answer = {}
        return response.status, answer if isinstance(answer, dict) else {}


def _namespace(name: str) -> str:
    return f"/api/v1/namespaces/{quote(name, safe='')}"
