"""URLs that read one thing for some time, for actions: they carry a signature, and nothing that opens more."""

from functools import lru_cache
from urllib.parse import quote

from fnkit.core.clock import now_ms
from fnkit.core.signatures import sign, signed
from fnkit.local.users import Identity, Users

LASTING = 7 * 86400
"""Seconds that the URL of an event is good for: it may stand in a queue, and be tried again."""


def token(identity: Identity, what: tuple[str, ...], seconds: int = LASTING) -> str:
    """`EXPIRES.SIGNATURE.NAMESPACE` for a query; `what` is `("objects", key)` or `("feeds", trigger, key)`.

    It is good for up to a hundredth longer, so that lists that follow each other have the same ones.
    """
    step = max(1, seconds // 100)
    expires = -(-(now_ms() // 1000 + seconds) // step) * step
    return _token(identity.object_token, identity.namespace, str(expires), what)


@lru_cache(maxsize=4096)
def _token(key: str, namespace: str, expires: str, what: tuple[str, ...]) -> str:
    return quote(f"{expires}.{sign(key, expires, *what)}.{namespace}", safe="")


def owner(users: Users, given: str, what: tuple[str, ...]) -> Identity | None:
    """Who signed that URL of `what`; None where nobody did, where its time is over, or that user is blocked."""
    expires, _, rest = given.partition(".")
    signature, _, namespace = rest.partition(".")
    identity = users.by_namespace(namespace)
    if identity is None or identity.blocked or not signed(signature, identity.object_token, expires, *what):
        return None
    return identity if int(expires) >= now_ms() // 1000 else None
