"""The files that open a platform, for their owner only: `.wskprops` of each user, `.wskadmin` of the operator.

A key is told nowhere else: no answer, no line and no log has one.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from fnkit.local.folder import Folder
from fnkit.local.users import NAMESPACE, Identity

OPERATOR = "operator"
"""The user of `.wskadmin`: it administers users, and owns nothing."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Writes them for a platform that answers at `url`."""

    folder: Folder
    url: str

    def path(self, namespace: str) -> Path:
        """The props file of a user."""
        if namespace == NAMESPACE:
            return self.folder.props
        return self.folder.root / "users" / f"{namespace}.wskprops"

    def write(self, identity: Identity) -> None:
        """Write a user's props. Raises OSError."""
        path = self.path(identity.namespace)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        _write(path, f"APIHOST={self.url}\nAUTH={identity.auth}\nNAMESPACE={identity.namespace}\n")

    def write_operator(self, key: str) -> None:
        """Write what administers the users of this run of the platform."""
        _write(self.folder.operator, f"APIHOST={self.url}\nAUTH={OPERATOR}:{key}\n")

    def remove(self, namespace: str) -> None:
        """A deleted user's props are gone."""
        self.path(namespace).unlink(missing_ok=True)


def _write(path: Path, text: str) -> None:
    """Whole or not at all, and never readable by others."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)
