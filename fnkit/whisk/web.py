"""Web actions as a client sees them: the annotations that export an action, and the URL that anybody may open.

Source: docs/webactions.md of apache/openwhisk; `wsk action update --web`.
"""

from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import quote

from fnkit.core.entities import Json
from fnkit.core.names import ActionName


class Export(StrEnum):
    """How an action is for the web, in wsk's words for `--web`."""

    YES = "true"
    """Query and body come as arguments; the action's parameters cannot be overridden."""
    RAW = "raw"
    """The action reads query and body itself, from `__ow_query` and `__ow_body`."""
    NO = "false"


def annotations(export: Export) -> Mapping[str, Json]:
    """What an action is annotated with, all that wsk sets."""
    exported = export is not Export.NO
    return {"web-export": exported, "raw-http": export is Export.RAW, "final": exported}


def url(apihost: str, namespace: str, name: ActionName, extension: str = "") -> str:
    """The address of a web action; `extension` is "", `.json`, `.html`, `.http`, `.svg` or `.text`.

    `namespace` is the real name of the one that is meant by `_`, which has no meaning here.
    """
    owner = namespace if name.namespace == "_" else name.namespace
    parts = (owner, name.package or "default", name.name)
    return f"{apihost.rstrip('/')}/api/v1/web/{'/'.join(quote(part, safe='') for part in parts)}{extension}"
