"""Who may call: a namespace with its key, made at the first start and kept in the data folder."""

import hmac
import os
import secrets
import string
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from fnkit.local.store import Store

NAMESPACE = "guest"
"""The one namespace of a fresh platform, as in OpenWhisk standalone."""
GUEST = "23bc46b1-71f6-4ed5-8c54-816aa4f8c502:123zO3xZCLrMN6v2BKK1dXYFpXlPkccOFqm12CdAsMgRU4VrNZ9lyGVCGuMDGIwP"
"""The well-known key of OpenWhisk standalone: for other tools that expect it, never for a shared machine."""
KEY_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Identity:
    """A namespace and what opens it."""

    namespace: str
    uuid: str
    key: str = field(repr=False)
    object_token: str = field(repr=False)
    """Part of the URL of each of the namespace's objects."""

    @property
    def auth(self) -> str:
        """`uuid:key`, as in `.wskprops`."""
        return f"{self.uuid}:{self.key}"


class Users:
    """All identities, read once at the start."""

    def __init__(self, store: Store) -> None:
        rows = store.rows("SELECT namespace, uuid, key, object_token FROM users")
        self._by_uuid = {row[1]: Identity(*row) for row in rows}
        self._by_namespace = {identity.namespace: identity for identity in self._by_uuid.values()}

    def by_auth(self, uuid_part: str, key: str) -> Identity | None:
        """The identity of a user and key, None where they are wrong; takes the same time for each wrong key."""
        found = self._by_uuid.get(uuid_part)
        expected = found.key if found else "x" * KEY_LENGTH
        same = hmac.compare_digest(expected.encode(), key.encode())
        return found if same and found else None

    def by_namespace(self, namespace: str) -> Identity | None:
        """Who owns a namespace, None where there is none of that name."""
        return self._by_namespace.get(namespace)

    def by_object_token(self, token: str) -> Identity | None:
        """The identity whose objects a token opens, None where it opens none."""
        found = None
        for identity in self._by_uuid.values():
            if hmac.compare_digest(identity.object_token.encode(), token.encode()):
                found = identity
        return found

    def first(self) -> Identity:
        """The identity that `.wskprops` names."""
        return next(iter(self._by_uuid.values()))


def ensure_user(store: Store, guest: bool = False) -> Identity:
    """The platform's identity: the kept one, or a new one with a random key; `guest` sets the well-known key."""
    row = store.row("SELECT namespace, uuid, key, object_token FROM users WHERE namespace = ?", NAMESPACE)
    if row is None or guest:
        user, _, key = (GUEST if guest else _random_auth()).partition(":")
        token = row[3] if row else secrets.token_urlsafe(32)
        row = (NAMESPACE, user, key, token)
        store.write("DELETE FROM users WHERE namespace = ?", NAMESPACE)
        store.write("INSERT INTO users (namespace, uuid, key, object_token) VALUES (?, ?, ?, ?)", *row)
        store.commit()
    return Identity(*row)


def write_props(path: Path, url: str, identity: Identity) -> None:
    """Write a `.wskprops` that only its owner can read, all at once."""
    text = f"APIHOST={url}\nAUTH={identity.auth}\nNAMESPACE={identity.namespace}\n"
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def _random_auth() -> str:
    signs = string.ascii_letters + string.digits
    return f"{uuid.uuid4()}:{''.join(secrets.choice(signs) for _ in range(KEY_LENGTH))}"
