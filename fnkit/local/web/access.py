"""Who may call a web action, and from which pages. Pure. Source: WebActions.scala, CorsSettings.scala."""

import hmac

from fnkit.core.entities import Json
from fnkit.local.rejected import CORS
from fnkit.local.web.answer import Headers

METHODS = ("GET", "DELETE", "POST", "PUT", "HEAD", "OPTIONS", "PATCH")
"""The verbs that reach a web action, in the order of a 405."""
_ALLOWED_METHODS = "OPTIONS, GET, DELETE, POST, PUT, HEAD, PATCH"


def may_call(required: Json, sent: str | None, known: bool) -> bool:
    """What `require-whisk-auth` says: true asks for a key, a text or number for itself in X-Require-Whisk-Auth.

    `sent` is that header, `known` says whether valid credentials came too. False asks for nothing; any other value
    closes the action.
    """
    if isinstance(required, bool):
        return known or not required
    if isinstance(required, str | int | float):
        return sent is not None and hmac.compare_digest(str(required).encode(), sent.encode())
    return False


def cors(asked_headers: str | None) -> Headers:
    """The headers that let pages of any origin call; `asked_headers` is Access-Control-Request-Headers."""
    return (
        ("access-control-allow-origin", "*"),
        ("access-control-allow-methods", _ALLOWED_METHODS),
        ("access-control-allow-headers", asked_headers or CORS["Access-Control-Allow-Headers"]),
    )
