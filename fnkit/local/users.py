"""Who may call: namespaces, each with its key and its limits, kept in the data folder."""

import hmac
import json
import secrets
import string
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from fnkit.core.entities import Json
from fnkit.core.names import legal
from fnkit.local.limits import UNLIMITED, UserLimits
from fnkit.local.rejected import Rejected
from fnkit.local.store import Store

NAMESPACE = "guest"
"""The namespace of a fresh platform, as in OpenWhisk standalone."""
GUEST = "23bc46b1-71f6-4ed5-8c54-816aa4f8c502:123zO3xZCLrMN6v2BKK1dXYFpXlPkccOFqm12CdAsMgRU4VrNZ9lyGVCGuMDGIwP"
"""The well-known key of OpenWhisk standalone: for other tools that expect it, never for a shared machine."""
KEY_LENGTH = 64
LONGEST_USER = 200
"""A file is named for each."""
_COLUMNS = "namespace, uuid, key, object_token, blocked, limits"


@dataclass(frozen=True, slots=True)
class Identity:
    """A user: a namespace, what opens it and what it may."""

    namespace: str
    uuid: str
    key: str = field(repr=False)
    object_token: str = field(repr=False)
    """Signs the URLs of the namespace's objects."""
    blocked: bool = False
    limits: UserLimits = UNLIMITED

    @property
    def auth(self) -> str:
        """`uuid:key`, as in `.wskprops`."""
        return f"{self.uuid}:{self.key}"


class Users:
    """All users, in memory too: a change holds from the next request on. Used on one event loop."""

    def __init__(self, store: Store, limits: UserLimits = UNLIMITED) -> None:
        self._store = store
        self.limits = limits
        """What holds where a user has no limits of its own."""
        self.generation = 0
        """Changes with every change of a user."""
        self._by_uuid: dict[str, Identity] = {}
        self._by_namespace: dict[str, Identity] = {}
        self._read()

    def by_auth(self, uuid_part: str, key: str) -> Identity | None:
        """The identity of a user and key, None where they are wrong; takes the same time for each wrong key."""
        found = self._by_uuid.get(uuid_part)
        expected = found.key if found else "x" * KEY_LENGTH
        same = hmac.compare_digest(expected.encode(), key.encode())
        return found if same and found and not found.blocked else None

    def by_namespace(self, namespace: str) -> Identity | None:
        """Who owns a namespace, None where there is none of that name."""
        return self._by_namespace.get(namespace)

    def all(self) -> list[Identity]:
        """Every user, by name."""
        return sorted(self._by_uuid.values(), key=lambda one: one.namespace)

    def get(self, namespace: str) -> Identity:
        """The user of a namespace. Raises Rejected 404."""
        if (found := self.by_namespace(namespace)) is None:
            raise Rejected(404, f"There is no user '{namespace}'.", False)
        return found

    def create(self, namespace: str, limits: Mapping[str, Json]) -> Identity:
        """A new user with a random key; on disk when it returns. Raises Rejected 400 or 409, BadArgument."""
        if not legal(namespace) or len(namespace) > LONGEST_USER:
            text = f"The name of a user is that of its namespace: up to {LONGEST_USER} letters, digits, _ @ . & -."
            raise Rejected(400, text, False)
        # Some file systems know no case.
        if any(one.namespace.lower() == namespace.lower() for one in self._by_uuid.values()):
            raise Rejected(409, f"There is a user '{namespace}' already.", False)
        self.limits.changed(limits)
        _insert(self._store, namespace, random_auth(), secrets.token_urlsafe(32), json.dumps(dict(limits)))
        self._read()
        return self.get(namespace)

    def change(self, namespace: str, blocked: bool | None, limits: Mapping[str, Json]) -> Identity:
        """Block a user or let it in again, and set limits of its own; what is not given stays.

        Raises Rejected 404, BadArgument.
        """
        known = self.get(namespace)
        self.limits.changed(limits)
        row = self._store.row("SELECT limits FROM users WHERE namespace = ?", namespace)
        own = json.dumps({**json.loads(row[0]), **limits})
        shut = known.blocked if blocked is None else blocked
        self._store.write("UPDATE users SET blocked = ?, limits = ? WHERE namespace = ?", shut, own, namespace)
        self._store.commit()
        self._read()
        return self.get(namespace)

    def delete(self, namespace: str) -> Identity:
        """Forget a user and its key; what it deployed stays for a new one of that name.

        Raises Rejected 404, 409 for the one that every start makes anew.
        """
        known = self.get(namespace)
        if namespace == NAMESPACE:
            raise Rejected(409, f"'{NAMESPACE}' is the platform's own user: block it instead.", False)
        self._store.write("DELETE FROM users WHERE namespace = ?", namespace)
        self._store.commit()
        self._read()
        return known

    def _read(self) -> None:
        self.generation += 1
        rows = self._store.rows(f"SELECT {_COLUMNS} FROM users")
        self._by_uuid = {
            row[1]: Identity(
                namespace=row[0],
                uuid=row[1],
                key=row[2],
                object_token=row[3],
                blocked=bool(row[4]),
                limits=self.limits.changed(json.loads(row[5])),
            )
            for row in rows
        }
        self._by_namespace = {identity.namespace: identity for identity in self._by_uuid.values()}


def ensure_user(store: Store, guest: bool = False) -> Identity:
    """The platform's own user: the kept one, or a new one with a random key; `guest` sets the well-known key."""
    row = store.row("SELECT object_token FROM users WHERE namespace = ?", NAMESPACE)
    if row is None:
        _insert(store, NAMESPACE, GUEST if guest else random_auth(), secrets.token_urlsafe(32), "{}")
    elif guest:
        user, _, key = GUEST.partition(":")
        store.write("UPDATE users SET uuid = ?, key = ? WHERE namespace = ?", user, key, NAMESPACE)
        store.commit()
    return Users(store).get(NAMESPACE)


def random_auth() -> str:
    """`uuid:key`, as OpenWhisk makes them."""
    return f"{uuid.uuid4()}:{random_key()}"


def random_key() -> str:
    """64 random letters and digits."""
    signs = string.ascii_letters + string.digits
    return "".join(secrets.choice(signs) for _ in range(KEY_LENGTH))


def _insert(store: Store, namespace: str, auth: str, token: str, limits: str) -> None:
    user, _, key = auth.partition(":")
    store.write(f"INSERT INTO users ({_COLUMNS}) VALUES (?, ?, ?, ?, 0, ?)", namespace, user, key, token, limits)
    store.commit()
