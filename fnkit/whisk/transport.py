"""The only door to requests: one method, a request in, a response out; every failure is a Refused."""

import time
from collections.abc import Callable

import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from fnkit.core.errors import Unreachable
from fnkit.whisk import refusals
from fnkit.whisk.messages import Request, Response
from fnkit.whisk.props import Props

CONNECT_SECONDS = 5.0
PAUSES = (0.1, 0.4)
"""Seconds before the second and the third attempt."""
MAYBE = "It may have been done all the same: fnkit activations and fnkit get show that."
BUSY = (502, 503, 504)
"""What a gateway answers while the platform behind it restarts."""


class Http:
    """Requests over one kept-alive session.

    A request is sent again only where that is safe: it never left (connection refused), or it is `repeatable`
    (a GET, a PUT by digest). An invocation that may have run is never repeated. Redirects are not followed: a
    redirected POST would become a GET, and the key could go elsewhere.
    """

    def __init__(self, props: Props, sleep: Callable[[float], None] = time.sleep) -> None:
        self._props = props
        self._sleep = sleep
        self._session = requests.Session()
        self._session.auth = props.key.pair if props.key else _no_auth
        self._session.verify = props.verify
        # A proxy or a .netrc of the environment has no business between two processes of one machine.
        self._session.trust_env = not (props.loopback and props.apihost.startswith("http:"))

    def send(self, request: Request) -> Response:
        """The answer, its status one of `request.expected`. Raises Refused."""
        outcome = self._attempt(request)
        for pause in PAUSES:
            if not _again(request, outcome):
                break
            self._sleep(pause)
            outcome = self._attempt(request)
        # Raised here and not where it was caught: the cause would carry the Authorization header along.
        if not isinstance(outcome, Response):
            raise _unreachable(request, outcome, self._props)
        if outcome.status not in request.expected:
            raise refusals.refusal(request, outcome, self._props)
        return outcome

    def _attempt(self, request: Request) -> Response | requests.RequestException:
        try:
            answer = self._session.request(
                request.method,
                self._props.apihost + request.path,
                params=dict(request.query),
                data=request.content(),
                headers={
                    **request.headers,
                    **({"Content-Type": request.media} if request.body is not None else {}),
                },
                timeout=(CONNECT_SECONDS, request.seconds),
                allow_redirects=False,
                verify=None if self._props.verify else False,
            )
        except requests.RequestException as error:
            return error
        return Response(answer.status_code, answer.headers, answer.content)

    def __repr__(self) -> str:
        return f"Http({self._props.apihost!r})"


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps requests from looking into a .netrc."""
    return request


def _again(request: Request, outcome: Response | requests.RequestException) -> bool:
    """True where another attempt may help and cannot do harm."""
    if isinstance(outcome, Response):
        return request.repeatable and outcome.status in BUSY and outcome.status not in request.expected
    broken = isinstance(outcome, requests.ConnectionError) and not isinstance(
        outcome, requests.exceptions.SSLError
    )
    return broken and (request.repeatable or _never_left(outcome))


def _never_left(error: requests.RequestException) -> bool:
    """True where no byte was sent: there was no connection."""
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError)


def _unreachable(request: Request, error: requests.RequestException, props: Props) -> Unreachable:
    words = _innermost(error)
    named = f"The host is from {props.sources['apihost']}."
    if isinstance(error, requests.exceptions.SSLError):
        found = f"its TLS certificate is not accepted ({words})."
        advice = f"{named} REQUESTS_CA_BUNDLE names a file of authorities; FNKIT_IGNORE_CERTS=true checks none."
    elif _never_left(error):
        found = f"nobody answers there ({words})."
        advice = f"{'Start it: fnkit start.' if props.loopback else 'Check the name and the network.'} {named}"
    else:
        late = isinstance(error, requests.Timeout)
        found = f"no answer within {request.seconds:g} s." if late else f"the connection broke ({words})."
        advice = "Try again." if request.repeatable else MAYBE
    tried = f"{request.tried} at {props.host}"
    return Unreachable(tried, props.key.hide(found) if props.key else found, advice)


def _innermost(error: BaseException) -> str:
    """The words of the first cause, without addresses of objects."""
    while True:
        inner = getattr(error, "reason", None) or (error.args[0] if error.args else None)
        if not isinstance(inner, BaseException):
            break
        error = inner
    words = getattr(error, "strerror", None) or str(error).rpartition(": ")[2] or type(error).__name__
    return str(words).rstrip(".")
