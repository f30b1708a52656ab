"""Opens a store by its name: the same line in a notebook and in an action. It travels with an action.

    from fnkit.events import stores
    kept = stores.open("objects:frames/")
    kept.put("0001.jpg", jpeg, "image/jpeg")

In an action `objects:` needs the annotation `provide-api-key`, a bucket the library obstore (`--require obstore`).
"""

import importlib
import os

from fnkit.core.errors import BadArgument
from fnkit.events.objects import Objects
from fnkit.events.store import Store

OWN = "objects:"


def open(place: str | os.PathLike[str]) -> Store:
    """The store of a name: `objects:frames/` (the embedded platform's own), `s3://bucket`, a folder.

    Keys are named from there. Nobody is asked before something is put or read; buckets and their keys are those of
    `storage`. Raises BadArgument, MissingPackage.
    """
    text = os.fspath(place)
    scheme, colon, rest = text.partition("://")
    if text.startswith(OWN):
        host, key = _platform()
        return Objects(host, key, text.removeprefix(OWN).lstrip("/"))
    if colon and scheme != "file":
        from fnkit.events.bucket import SCHEMES, Bucket

        if scheme not in SCHEMES:
            there = ", ".join(("a folder", OWN, *(f"{name}://" for name in SCHEMES)))
            raise BadArgument(f"Opening {scheme}://…", "nothing is kept there.", f"There are {there}.")
        return Bucket.open(text)
    from pathlib import Path

    from fnkit.events.folder import Folder

    return Folder(Path(rest if colon else text).expanduser().absolute())


def _platform() -> tuple[str, str]:
    """Host and key: an action finds them in its environment, everybody else in the settings."""
    host, key = os.environ.get("__OW_API_HOST"), os.environ.get("__OW_API_KEY")
    if host and key:
        return host, key
    try:
        context = importlib.import_module("fnkit.context")
    except ModuleNotFoundError:
        advice = "Deploy it with the annotation provide-api-key: -a provide-api-key true"
        raise BadArgument(f"Opening {OWN}", "the action has no key.", advice) from None
    client = context.Context().client
    return client.props.apihost, client.props.key.text
