"""The only door to requests: how a request goes over a network, with TLS and proxies."""

import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from fnkit.whisk.messages import CONNECT_SECONDS, KEPT, Broken, How, Request, Response
from fnkit.whisk.props import Props


class Network:
    """Requests to any host over one kept-alive session.

    Redirects are not followed: a redirected POST would become a GET, and the key could go elsewhere.
    """

    def __init__(self, props: Props) -> None:
        self._props = props
        self._session = requests.Session()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, requests.adapters.HTTPAdapter(pool_maxsize=KEPT))
        self._session.auth = props.key.pair if props.key else _no_auth
        self._session.verify = props.verify

    def attempt(self, request: Request) -> Response | Broken:
        """What came of sending it once."""
        try:
            answer = self._session.request(
                request.method,
                self._props.apihost + request.path,
                params=dict(request.query),
                data=request.content(),
                headers=dict(request.described),
                timeout=(CONNECT_SECONDS, request.seconds),
                allow_redirects=False,
                verify=None if self._props.verify else False,
            )
        except requests.RequestException as error:
            return Broken(_how(error), _innermost(error))
        headers = {name.lower(): text for name, text in answer.headers.items()}
        return Response(answer.status_code, headers, answer.content)


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps requests from looking into a .netrc."""
    return request


def _how(error: requests.RequestException) -> How:
    if isinstance(error, requests.exceptions.SSLError):
        return "certificate"
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    if isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError):
        return "nobody"
    return "late" if isinstance(error, requests.Timeout) else "cut"


def _innermost(error: BaseException) -> str:
    """The words of the first cause, without addresses of objects."""
    while True:
        inner = getattr(error, "reason", None) or (error.args[0] if error.args else None)
        if not isinstance(inner, BaseException):
            break
        error = inner
    words = getattr(error, "strerror", None) or str(error).rpartition(": ")[2] or type(error).__name__
    return str(words).rstrip(".")
