"""URLs that read one thing for some time, for actions: they carry a signature, and nothing that opens more."""

from urllib.parse import quote

from fnkit.core.clock import now_ms
from fnkit.core.signatures import sign, signed
from fnkit.local.users import Identity, Users

LASTING = 7 * 86400
"""Seconds that the URL of an event is good for: it may stand in a queue, and be tried again."""


def token(identity: Identity, what: tuple[str, ...], seconds: int = LASTING) -> str:
    """`EXPIRES.SIGNATURE.NAMESPACE` for a query; `what` is `("objects", key)` or `("feeds", trigger, key)`."""
    expires = str(now_ms() // 1000 + seconds)
    return quote(f"{expires}.{sign(identity.object_token, expires, *what)}.{identity.namespace}", safe="")


def owner(users: Users, given: str, what: tuple[str, ...]) -> Identity | None:
    """Who signed that URL of `what`; None where nobody did, where its time is over, or that user is blocked."""
    expires, _, rest = given.partition(".")
    signature, _, namespace = rest.partition(".")
    identity = users.by_namespace(namespace)
    if identity is None or identity.blocked or not signed(signature, identity.object_token, expires, *what):
        return None
    return identity if int(expires) >= now_ms() // 1000 else None
