"""The conductor round a target: runs it, again where it fails, and brings what came of it where it belongs.

Ships alone. What is to be done stands in its environment (FNKIT_DESTINATION, an init parameter), so that an
address with a key in it is in no zip and no log:

    {"target", "retries", "pause", "success": [place], "failure": [place], "dead": [place]}

A place is `{"kind": "action" | "trigger" | "http" | "store" | "bucket", "to": …}`; a bucket's has `sign` too, for
`signing`. An action is called by the platform as the composition's next step, the others by a request of ours.
"""

import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from base64 import b64encode
from http.client import HTTPException
from typing import Any, Protocol

from fnkit.events import signing
from fnkit.events.cloudevents import STRUCTURED, Event, WrongEvent, from_arguments
from fnkit.events.ending import STATE, ended

ORDER = "FNKIT_DESTINATION"
"""The variable that holds what is to be done."""
TRIES = 4
"""Of each request, with a pause before each but the first."""
LONGEST = 60.0
"""Seconds of one pause."""
DOUBLED = 20
"""Times that a pause is doubled, at most."""
PATIENCE = 10.0
"""Seconds that an address may take to answer."""
SPARE = 5.0
"""Seconds before its time limit that the conductor gives up: what cannot be delivered goes to the dead letters."""
LARGEST = 900_000
"""Bytes of a message: what was asked is left out where both would be too much for a call."""
PASSING = frozenset({408, 409, 425, 429})
Json = dict[str, Any]


class World(Protocol):
    """What a turn has around itself."""

    activation: str
    """Its id."""

    def pause(self, seconds: float) -> None:
        """Wait."""
        ...

    def send(self, place: Json, message: Json, event_id: str) -> None:
        """As `send`."""
        ...


class Here:
    """The world of an action."""

    def __init__(self) -> None:
        self.activation = os.environ.get("__OW_ACTIVATION_ID", "")

    def pause(self, seconds: float) -> None:
        """Of the time that this run has."""
        time.sleep(seconds)

    def send(self, place: Json, message: Json, event_id: str) -> None:
        """With the action's own key, where one is needed."""
        send(place, message, event_id)


def main(args: Json) -> Json:
    """The next step: the target, an action that is a destination, or the end."""
    return Turn(json.loads(os.environ[ORDER]), Here()).take(args)


class Turn:
    """One turn, of an order, in a world."""

    def __init__(self, order: Json, world: World) -> None:
        self._order = order
        self._world = world

    def take(self, args: Json) -> Json:
        """The conductor's answer."""
        state = args.pop(STATE, None)
        if state is None:
            return self._target({"attempt": 1, "request": args})
        if "message" not in state:
            return self._heard(state, args)
        return self._delivered(state, args)

    def _target(self, state: Json) -> Json:
        return {"action": self._order["target"], "params": state["request"], "state": {STATE: state}}

    def _heard(self, state: Json, answer: Json) -> Json:
        """The target has answered: again, or on to the places."""
        order, failed = self._order, "error" in answer
        if failed and state["attempt"] <= order["retries"]:
            self._world.pause(min(LONGEST, order["pause"] * 2 ** min(state["attempt"] - 1, DOUBLED)))
            return self._target({**state, "attempt": state["attempt"] + 1})
        places = order["failure"] if failed else order["success"]
        message = {
            "condition": "failure" if failed else "success",
            "action": order["target"],
            "attempts": state["attempt"],
            "request": {name: value for name, value in state["request"].items() if name != "__ow_headers"},
            "response": answer,
        }
        if len(json.dumps(message)) > LARGEST:
            message["request"] = None
        event = {"id": _event_id(state["request"]) or self._world.activation, "places": places}
        return self._go_on({**event, "message": message, "dead": False, "undelivered": []})

    def _delivered(self, state: Json, answer: Json) -> Json:
        """An action that is a destination has answered."""
        if "error" in answer:
            state = self._missed(state, f"{state['places'][0]['to']}: {answer['error']}")
        return self._go_on({**state, "places": state["places"][1:]})

    def _go_on(self, state: Json) -> Json:
        """Bring the message to the places that are left, up to one that the platform has to call."""
        while state["places"]:
            place = state["places"][0]
            if place["kind"] == "action":
                return {"action": place["to"], "params": state["message"], "state": {STATE: state}}
            try:
                self._world.send(place, state["message"], state["id"])
            except OSError as error:
                state = self._missed(state, f"{_shown(place)}: {error}")
            except (HTTPException, ValueError) as error:  # its words may hold the address
                state = self._missed(state, f"{_shown(place)}: {type(error).__name__}")
            state = {**state, "places": state["places"][1:]}
        answer = state["message"]["response"]
        if state["undelivered"]:
            why = "; ".join(state["undelivered"])
            return {"error": f"it could not be delivered to {why}", "response": answer}
        return ended(answer)

    def _missed(self, state: Json, why: str) -> Json:
        """What cannot be delivered goes to the dead-letter places, once; without them it is the run's error."""
        dead = self._order["dead"]
        message = {**state["message"], "undelivered": [*state["message"].get("undelivered", []), why]}
        if dead and not state["dead"]:
            places = [state["places"][0], *state["places"][1:], *dead]
            return {**state, "dead": True, "message": message, "places": places}
        if state["dead"]:
            return {**state, "message": message, "undelivered": message["undelivered"]}
        return {**state, "undelivered": [*state["undelivered"], why]}


def _event_id(request: Json) -> str:
    """The id of the CloudEvent that began it, of either mode; empty where none did."""
    try:
        event = from_arguments(request)
    except WrongEvent:
        event = None
    headers = request.get("__ow_headers") or {}
    return str(event.id if event else headers.get("ce-id") or "")


def send(place: Json, message: Json, event_id: str) -> None:
    """Bring a message to a trigger, a store or an HTTP address.

    Raises OSError when all tries have failed, HTTPException or ValueError where nobody speaks HTTP there.
    """
    event = Event(event_id, message["action"], f"fnkit.action.{message['condition']}", message)
    body: Json = message
    if place["kind"] == "http":
        headers, body, method, url = {"Content-Type": STRUCTURED}, event.structured(), "POST", place["to"]
    elif place["kind"] == "bucket":
        method, url = "PUT", f"{place['to']}{urllib.parse.quote(event_id, safe='-_.~')}.json"
        headers = signing.headers(place["sign"], url, json.dumps(body).encode())
    else:
        _, namespace, name = place["to"].split("/", 2) if place["kind"] == "trigger" else ("", "", place["to"])
        host = os.environ["__OW_API_HOST"]
        key = b64encode(os.environ["__OW_API_KEY"].encode()).decode()
        headers = {"Content-Type": "application/json", "Authorization": f"Basic {key}"}
        if place["kind"] == "trigger":
            headers |= event.headers()
            path = f"{namespace}/triggers/{urllib.parse.quote(name)}"
            url, method = f"{host}/api/v1/namespaces/{path}", "POST"
        else:
            url, method = f"{host}/fnkit/v1/objects/{urllib.parse.quote(name + event_id)}.json", "PUT"
    request = urllib.request.Request(url, json.dumps(body).encode(), headers, method=method)
    _tried(request)


class _Nowhere(urllib.request.HTTPRedirectHandler):
    """Follows nowhere: a POST would come there as a GET without its message."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _tried(request: urllib.request.Request) -> None:
    opener = urllib.request.build_opener(_Nowhere)
    for attempt in range(TRIES):
        pause = 0.5 * 4 ** (attempt - 1) if attempt else 0.0
        if attempt and _left() < pause + PATIENCE:
            raise TimeoutError("there is no time left to try it again")
        time.sleep(pause)
        try:
            with opener.open(request, timeout=max(1.0, min(PATIENCE, _left()))):
                return
        except urllib.error.HTTPError as error:
            if (error.code < 500 and error.code not in PASSING) or attempt == TRIES - 1:
                raise
        except OSError:
            if attempt == TRIES - 1:
                raise


def _left() -> float:
    """Seconds that this run has left to deliver something."""
    deadline = os.environ.get("__OW_DEADLINE")
    return int(deadline) / 1000 - time.time() - SPARE if deadline else LONGEST


def _shown(place: Json) -> str:
    """Without what may be secret in an address."""
    if place["kind"] not in ("http", "bucket"):
        return str(place["to"])
    parts = urllib.parse.urlsplit(place["to"])
    return f"{parts.scheme}://{parts.hostname}"
