"""One method, a request in, a response out; every failure is a Refused."""

import time
from collections.abc import Callable
from typing import Protocol

from fnkit.core.errors import Unreachable
from fnkit.whisk import refusals
from fnkit.whisk.messages import Broken, Request, Response
from fnkit.whisk.props import Props

PAUSES = (0.1, 0.4)
"""Seconds before the second and the third attempt."""
MAYBE = "It may have been done all the same: fnkit activations and fnkit get show that."
BUSY = (502, 503, 504)
"""What a gateway answers while the platform behind it restarts."""


class Line(Protocol):
    """How a request goes out once."""

    def attempt(self, request: Request) -> Response | Broken:
        """What came of it."""
        ...


class Http:
    """Requests over connections that are kept open.

    A request is sent again only where that is safe: it never left (connection refused), or it is `repeatable`
    (a GET, a PUT by digest). An invocation that may have run is never repeated. Redirects are not followed.
    """

    def __init__(
        self, props: Props, sleep: Callable[[float], None] = time.sleep, line: Line | None = None
    ) -> None:
        """`line`: the one that the host calls for, where none is given."""
        self._props = props
        self._sleep = sleep
        self._line = line or _line(props)

    def send(self, request: Request) -> Response:
        """The answer, its status one of `request.expected`. Raises Refused."""
        outcome = self._line.attempt(request)
        for pause in PAUSES:
            if not _again(request, outcome):
                break
            self._sleep(pause)
            outcome = self._line.attempt(request)
        # Raised here and not where it was caught: the cause would carry the Authorization header along.
        if isinstance(outcome, Broken):
            raise _unreachable(request, outcome, self._props)
        if outcome.status not in request.expected:
            raise refusals.refusal(request, outcome, self._props)
        return outcome

    def __repr__(self) -> str:
        return f"Http({self._props.apihost!r})"


def _line(props: Props) -> Line:
    """A proxy or a .netrc of the environment has no business between two processes of one machine."""
    if props.loopback and props.apihost.startswith("http:"):
        from fnkit.whisk.plain import Plain

        return Plain(props)
    from fnkit.whisk.network import Network

    return Network(props)


def _again(request: Request, outcome: Response | Broken) -> bool:
    """True where another attempt may help and cannot do harm."""
    if isinstance(outcome, Response):
        return request.repeatable and outcome.status in BUSY and outcome.status not in request.expected
    return outcome.how == "nobody" or (outcome.how == "cut" and request.repeatable)


def _unreachable(request: Request, outcome: Broken, props: Props) -> Unreachable:
    named = f"The host is from {props.sources['apihost']}."
    advice = "Try again." if request.repeatable else MAYBE
    match outcome.how:
        case "certificate":
            found = f"its TLS certificate is not accepted ({outcome.words})."
            advice = "REQUESTS_CA_BUNDLE names a file of authorities; FNKIT_IGNORE_CERTS=true checks none."
            advice = f"{named} {advice}"
        case "nobody":
            found = f"nobody answers there ({outcome.words})."
            advice = f"{'Start it: fnkit start.' if props.loopback else 'Check the name and the network.'} {named}"
        case "late":
            found = f"no answer within {request.seconds:g} s."
        case "cut":
            found = f"the connection broke ({outcome.words})."
    tried = f"{request.tried} at {props.host}"
    return Unreachable(tried, props.key.hide(found) if props.key else found, advice)
