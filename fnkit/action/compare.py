"""Whether two results are the same, and where they are not."""

import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

from fnkit.core.entities import Json
from fnkit.core.errors import CheckFailed

TOLERANCE = 1e-4
"""Of floats, absolute and relative: what TensorFlow and LiteRT agree within."""
APART = ("timings",)
"""Keys that never take part."""


def differences(
    expected: Json, actual: Json, ignore: Sequence[str] = (), tolerance: float = TOLERANCE
) -> tuple[str, ...]:
    """One sentence for each place where `actual` is not `expected`; none where they are the same.

    Places are spelled `box.x`, `people[0].score`. Floats may differ by `tolerance`, absolute or relative; the keys
    `timings` and `ignore` (at any depth, or by their whole place) are left out.
    """
    return tuple(_compared(expected, actual, "", frozenset([*APART, *ignore]), tolerance))


def as_json(value: Any, who: str) -> Json:
    """`value` as it is after a way through JSON. Raises CheckFailed that names the place where that cannot be."""
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError):
        place, found = next(_strange(value, ""), ("", value))
        raise CheckFailed(
            f"Reading what {who} gave",
            f"{place or 'it'} is {_kind(found)}, which JSON has not.",
            "Give numbers, texts, lists and dicts: int(…), float(…), .tolist().",
        ) from None


def _compared(expected: Json, actual: Json, place: str, ignore: frozenset[str], tolerance: float) -> Iterator[str]:
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key in sorted({*expected, *actual}):
            inner = f"{place}.{key}".lstrip(".")
            if key in ignore or inner in ignore:
                continue
            if key not in actual:
                yield f"{inner} is missing, expected {_short(expected[key])}."
            elif key not in expected:
                yield f"{inner} was not expected, it is {_short(actual[key])}."
            else:
                yield from _compared(expected[key], actual[key], inner, ignore, tolerance)
    elif isinstance(expected, list) and isinstance(actual, list):
        if len(expected) != len(actual):
            yield f"{place or 'the result'} has {len(actual)} items, expected {len(expected)}."
        for number, (one, other) in enumerate(zip(expected, actual, strict=False)):
            yield from _compared(one, other, f"{place}[{number}]", ignore, tolerance)
    elif not _same(expected, actual, tolerance):
        yield f"{place or 'the result'} is {_short(actual)}, expected {_short(expected)}."


def _same(expected: Json, actual: Json, tolerance: float) -> bool:
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(expected, int) and isinstance(actual, int):
        return expected == actual
    if isinstance(expected, int | float) and isinstance(actual, int | float):
        return math.isclose(expected, actual, rel_tol=tolerance, abs_tol=tolerance)
    return type(expected) is type(actual) and bool(expected == actual)


def _strange(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str | int | float | bool | None):
                yield f"the key {key!r} of {place or 'the result'}", key
            yield from _strange(inner, f"{place}.{key}".lstrip("."))
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from _strange(inner, f"{place}[{number}]")
    elif isinstance(value, float):
        if not math.isfinite(value):
            yield place, value
    elif not isinstance(value, str | int | None):
        yield place, value


def _kind(value: Any) -> str:
    if isinstance(value, float):
        return repr(value)
    return f"of type {type(value).__module__}.{type(value).__qualname__}".replace("builtins.", "")


def _short(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}…"
