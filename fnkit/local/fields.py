"""The fields that bodies of packages, triggers and rules have in common. Pure."""

from collections.abc import Callable, Mapping

from fnkit.core.entities import Json
from fnkit.local import parameters
from fnkit.local.documents import read_publish, read_version
from fnkit.local.rejected import malformed

Reader = Callable[[Json], Json]

PARAMETERS: Mapping[str, Reader] = {"parameters": parameters.read}
COMMON: Mapping[str, Reader] = {"version": read_version, "publish": read_publish, "annotations": parameters.read}


def read_object(body: Json, first: str) -> dict[str, Json]:
    """The fields that are given: null is not. `first` is the field that errors name. Raises Rejected 400."""
    if not isinstance(body, dict):
        raise malformed(f"Object expected in field '{first}'")
    return {key: value for key, value in body.items() if value is not None}


def read_fields(given: Mapping[str, Json], *readers: Mapping[str, Reader]) -> dict[str, Json]:
    """What `given` says of the fields that have a reader, read in their order. Raises Rejected 400 or 413."""
    change = {
        field: read(given[field])
        for mapping in readers
        for field, read in mapping.items()
        if given.get(field) is not None
    }
    for field in ("parameters", "annotations"):
        parameters.check_size(field, change.get(field, []))
    return change
