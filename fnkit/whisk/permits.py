"""The permit to watch a folder of an embedded platform's machine: had by who can read its data folder."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from fnkit.core.entities import Json
from fnkit.core.errors import FnkitError
from fnkit.core.places import OPERATOR
from fnkit.core.signatures import FOLDER, sign
from fnkit.whisk.props import Props, load_file


def permit(props: Props, info: Mapping[str, Json], place: tuple[str, str], store: str) -> str | None:
    """The signature for a trigger (namespace, name) and its store, None where this is not its machine or its user.

    `info` is what the platform says of itself. The operator's key is used for the platform that it is of alone,
    and is not sent.
    """
    data = info.get("data")
    if not props.loopback or not isinstance(data, str):
        return None
    try:
        operator = load_file(Path(data) / OPERATOR)
    except (FnkitError, OSError):
        return None
    if operator.key is None or urlsplit(operator.apihost).port != urlsplit(props.apihost).port:
        return None
    return sign(operator.key.text, FOLDER, *place, store)
