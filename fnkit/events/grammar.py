"""Is it a pattern? What may stand where in the language of `pattern`, with a word for each thing that may not."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Any

from fnkit.core.errors import BadArgument, did_you_mean
from fnkit.events.pattern import COMPARE, OPERATORS, OR, is_number, several

LARGEST = 5e9
"""Of numbers in `numeric`, up or down."""
KNOWN = (*OPERATORS, "exists")


class WrongPattern(BadArgument):
    """A pattern that is none: says where in it, what is there and what may be."""

    def __init__(self, where: str, found: str, advice: str = "") -> None:
        super().__init__(f"Reading the pattern at {where}", f"{found}.", advice)


def check(pattern: Any) -> None:
    """Nothing, where it is a pattern. Raises WrongPattern."""
    _object(pattern, "pattern")


def _object(pattern: Any, where: str) -> None:
    if not isinstance(pattern, Mapping):
        raise WrongPattern(where, f"{_said(pattern)} stands where an object belongs")
    if not pattern:
        raise WrongPattern(where, "an empty object matches nothing that can be said")
    for name, wanted in pattern.items():
        inner = f"{where}.{name}"
        if name == OR:
            if not isinstance(wanted, list) or len(wanted) < 2:
                raise WrongPattern(inner, "it takes a list of two patterns or more")
            for number, one in enumerate(wanted):
                _object(one, f"{inner}[{number}]")
        elif isinstance(wanted, Mapping):
            _object(wanted, inner)
        elif isinstance(wanted, list):
            _values(wanted, inner)
        else:
            raise WrongPattern(inner, f"{_said(wanted)} must stand in a list: [{_said(wanted)}]")


def _values(wanted: list[Any], where: str) -> None:
    if not wanted:
        raise WrongPattern(where, "an empty list matches nothing")
    for number, rule in enumerate(wanted):
        place = f"{where}[{number}]"
        if isinstance(rule, list):
            raise WrongPattern(place, "a list stands within a list")
        if isinstance(rule, Mapping):
            if len(rule) != 1:
                raise WrongPattern(place, f"one comparison belongs here, there are {len(rule)}")
            [(name, value)] = rule.items()
            if name not in KNOWN:
                raise WrongPattern(place, f"there is no comparison {name!r}", did_you_mean(name, KNOWN))
            _CHECKS[name](value, f"{place}.{name}")


def _check_text(value: Any, where: str) -> None:
    if not isinstance(value, str):
        raise WrongPattern(where, f"{_said(value)} is no text")


def _check_end(value: Any, where: str) -> None:
    if isinstance(value, Mapping) and list(value) == ["equals-ignore-case"]:
        value = value["equals-ignore-case"]
    _check_text(value, where)


def _check_wildcard(value: Any, where: str) -> None:
    _check_text(value, where)
    if "**" in re.sub(r"\\.", "x", value, flags=re.DOTALL):
        raise WrongPattern(where, f"two * follow each other in {value!r}; one says the same")
    if found := re.search(r"\\(?![\\*]).?", re.sub(r"\\[\\*]", "", value), re.DOTALL):
        raise WrongPattern(where, f"{found[0]} stands in {value!r}; only \\* and \\\\ may follow a backslash")


def _check_exists(value: Any, where: str) -> None:
    if not isinstance(value, bool):
        raise WrongPattern(where, f"{_said(value)} is neither true nor false")


def _check_cidr(value: Any, where: str) -> None:
    _check_text(value, where)
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError as error:
        raise WrongPattern(where, f"{error}") from None


def _check_numeric(value: Any, where: str) -> None:
    if not isinstance(value, list) or len(value) not in (2, 4):
        raise WrongPattern(where, 'it takes a comparison and a number, once or twice: [">", 0, "<=", 5]')
    for name, limit in zip(value[::2], value[1::2], strict=True):
        if name not in COMPARE:
            raise WrongPattern(where, f"{_said(name)} is none of {' '.join(COMPARE)}")
        if not is_number(limit) or abs(limit) > LARGEST:
            raise WrongPattern(where, f"{_said(limit)} is no number between -5e9 and 5e9")
    if len(value) == 4:
        (first, low, second, high) = value
        if first not in (">", ">=") or second not in ("<", "<=") or low >= high:
            raise WrongPattern(where, 'a range is [">" or ">=", low, "<" or "<=", high]')


def _check_anything_but(value: Any, where: str) -> None:
    if isinstance(value, Mapping):
        if len(value) != 1 or next(iter(value)) not in ("prefix", "suffix", "wildcard", "equals-ignore-case"):
            raise WrongPattern(where, "it takes values, prefix, suffix, wildcard or equals-ignore-case")
        [(name, inner)] = value.items()
        for one in _members(inner, where):
            _CHECKS[name](one, f"{where}.{name}")
        return
    for one in _members(value, where):
        if not isinstance(one, str) and not is_number(one):
            raise WrongPattern(where, f"{_said(one)} is neither a text nor a number")


def _members(value: Any, where: str) -> list[Any]:
    if value == []:
        raise WrongPattern(where, "an empty list matches everything")
    return several(value)


_CHECKS: Mapping[str, Callable[[Any, str], None]] = {
    "prefix": _check_end,
    "suffix": _check_end,
    "equals-ignore-case": _check_text,
    "wildcard": _check_wildcard,
    "anything-but": _check_anything_but,
    "numeric": _check_numeric,
    "cidr": _check_cidr,
    "exists": _check_exists,
}


def _said(value: Any) -> str:
    words = {None: "null", True: "true", False: "false"}
    return words[value] if value is None or isinstance(value, bool) else repr(value)[:60]
