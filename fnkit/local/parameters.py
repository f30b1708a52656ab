"""Parameters and annotations: lists of `{"key", "value"}` with OpenWhisk's rules for merging and refusing them."""

from collections.abc import Mapping, Sequence

from fnkit.core.entities import PAYLOAD_LIMIT, Json
from fnkit.local.records import dumps
from fnkit.local.rejected import malformed, too_large

Pairs = list[dict[str, Json]]


def read(value: Json) -> Pairs:
    """A checked list; of equal keys the last one wins; unknown fields are dropped. Raises Rejected 400."""
    if not isinstance(value, list):
        raise malformed("parameters malformed!")
    pairs: dict[str, dict[str, Json]] = {}
    for item in value:
        if not isinstance(item, dict) or not isinstance(item.get("key"), str) or "value" not in item:
            raise malformed("parameters malformed!")
        pair = {"key": item["key"], "value": item["value"]}
        if item.get("init") is True:
            pair["init"] = True
        pairs[item["key"]] = pair
    return list(pairs.values())


def merge(under: Sequence[Mapping[str, Json]], over: Sequence[Mapping[str, Json]]) -> Pairs:
    """Both lists as one; `over` wins where a key is in both."""
    pairs = {pair["key"]: dict(pair) for pair in under}
    pairs.update({pair["key"]: dict(pair) for pair in over})
    return list(pairs.values())


def check_size(field: str, pairs: Sequence[Mapping[str, Json]]) -> None:
    """Raises Rejected 413 where keys and JSON texts together are over 1 MiB."""
    size = sum(len(pair["key"].encode()) + len(dumps(pair["value"]).encode()) for pair in pairs)
    if size > PAYLOAD_LIMIT:
        raise too_large(f"{field} larger than allowed: {size} > {PAYLOAD_LIMIT} bytes.")


def truthy(value: Json) -> bool:
    """An annotation's value as yes or no: null, false, 0 and "" are no. Source: Parameters.isTruthy."""
    if isinstance(value, bool | int | float | str):
        return bool(value)
    return value is not None


def as_environment(value: Json) -> str:
    """An init parameter as an environment variable: text as it is, null as "", all else as compact JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else dumps(value)
