"""From an HTTP answer to an error of ours: what was tried, what the platform said, what to do next."""

import json

from fnkit.core.errors import (
    Conflict,
    Missing,
    PlatformFault,
    Refused,
    Rejected,
    Throttled,
    Unauthorized,
    Unreachable,
)
from fnkit.whisk.messages import Request, Response
from fnkit.whisk.props import Props, keyless

KINDS: dict[int, type[Refused]] = {
    400: Rejected,
    401: Unauthorized,
    403: Unauthorized,
    404: Missing,
    409: Conflict,
    413: Rejected,
    429: Throttled,
}
ADVICE = {
    "400": "Change what it names, then try again.",
    "401": "The key {key} is from {source}: fnkit login sets another.",
    "403": "The key {key} may not do this there; use a name in its own namespace.",
    "404": "fnkit list and fnkit activations show what is there.",
    "409": "The name is that of something else, or it is not empty: fnkit get shows it.",
    "409 PUT": "The name is taken, or somebody changed it just now: fnkit get shows it.",
    "413": "Send less: a Path as an argument goes through the platform's object store where it has one.",
    "429": "Wait until the minute is over or running activations are done, then try again.",
}
LONGEST = 1000
"""Characters of the platform's text in a message."""


def refusal(request: Request, response: Response, props: Props) -> Refused:
    """The error for an answer that is not a success."""
    tried = f"{request.tried} at {props.host}"
    text = props.key.hide(said(response)) if props.key else said(response)
    if 300 <= response.status < 400:
        where = response.headers.get("location", "elsewhere")
        return Unreachable(
            tried,
            f"HTTP {response.status}, it sends to {where}.",
            f"Set the host that answers itself; this one is from {props.sources['apihost']}.",
            response.status,
        )
    kind = KINDS.get(response.status, PlatformFault)
    return kind(tried, f"HTTP {response.status}, {text}", _advice(request, response, props), response.status)


def said(response: Response) -> str:
    """The platform's own words: `error` of an error body, else the start of the text."""
    try:
        body = response.json()
    except ValueError:
        text = response.body.decode(errors="replace").strip()
        return _short(text if text and not text.startswith("<") else "no explanation")
    if isinstance(body, dict) and "error" in body:
        error = body["error"]
        return _short(error if isinstance(error, str) else json.dumps(error, ensure_ascii=False))
    return _short(json.dumps(body, ensure_ascii=False))


def _explains(response: Response) -> bool:
    """True for an error body as every OpenWhisk has it."""
    try:
        body = response.json()
    except ValueError:
        return False
    return isinstance(body, dict) and "error" in body


def _short(text: str) -> str:
    text = text if len(text) <= LONGEST else text[:LONGEST] + "…"
    return text if text.endswith((".", "!", "?", "…")) else text + "."


def _advice(request: Request, response: Response, props: Props) -> str:
    status = response.status
    if status == 401 and props.key is None:
        return f"There is no key for this host yet. {keyless(props.apihost)}"
    if status >= 500:
        code = response.headers.get("x-request-id")
        return "Try again. " + (f"The platform's log knows it as {code}." if code else "")
    if request.path.startswith("/fnkit/v1/users") and status in (404, 409):
        return "fnkit user list shows who is there."
    if status == 404 and not _explains(response):
        return "Is it the right host? No OpenWhisk says it like this; fnkit status shows the host."
    words = ADVICE.get(f"{status} {request.method}", ADVICE.get(str(status), ""))
    return words.format(key=props.key, source=props.sources.get("auth"))
