"""EventBridge's pattern language: which events does a pattern match? Pure, and it travels with the router action.

    {"detail": {"key": [{"suffix": ".jpg"}], "size": [{"numeric": [">", 0, "<=", 5e6]}]}}

Every field of a pattern must match, any of a field's values will do. Names and cases are those of the public
description, "Amazon EventBridge event patterns" and "comparison operators". Standard library only.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Match = Callable[[Any], bool]
"""Of one value that is no list and no object."""
OR = "$or"


def matches(pattern: Mapping[str, Any], event: Any) -> bool:
    """Whether an event (parsed JSON) matches a pattern that `grammar.check` has found to be one."""
    return all(_field(name, wanted, event) for name, wanted in pattern.items())


def _field(name: str, wanted: Any, event: Any) -> bool:
    if name == OR:
        return any(matches(one, event) for one in wanted)
    there = event.get(name) if isinstance(event, Mapping) else None
    present = isinstance(event, Mapping) and name in event
    if isinstance(wanted, Mapping):
        # Of a list one member has to match as a whole.
        members = there if isinstance(there, list) and there else [there if present else {}]
        return any(matches(wanted, member if isinstance(member, Mapping) else {}) for member in members)
    values = list(_leaves(there)) if present else []
    return any(_one(rule, values) for rule in wanted)


def _leaves(value: Any) -> Iterator[Any]:
    """The values of a field: a list stands for its members, an object is no value."""
    if isinstance(value, list):
        for member in value:
            yield from _leaves(member)
    elif not isinstance(value, Mapping):
        yield value


def _one(rule: Any, values: list[Any]) -> bool:
    if isinstance(rule, Mapping) and "exists" in rule:
        return bool(values) is rule["exists"]
    return any(map(_match(rule), values))


def _match(rule: Any) -> Match:
    if not isinstance(rule, Mapping):
        return lambda value: _same(rule, value)
    [(name, wanted)] = rule.items()
    return OPERATORS[name](wanted)


def _same(rule: Any, value: Any) -> bool:
    """As the texts of JSON: 300 is not 300.0, and true is not 1."""
    return type(rule) is type(value) and bool(rule == value)


def _text(compare: Callable[[str], bool]) -> Match:
    return lambda value: isinstance(value, str) and compare(value)


def _prefix(wanted: Any) -> Match:
    if isinstance(wanted, Mapping):
        folded = wanted["equals-ignore-case"].casefold()
        return _text(lambda value: value.casefold().startswith(folded))
    return _text(lambda value: value.startswith(wanted))


def _suffix(wanted: Any) -> Match:
    if isinstance(wanted, Mapping):
        folded = wanted["equals-ignore-case"].casefold()
        return _text(lambda value: value.casefold().endswith(folded))
    return _text(lambda value: value.endswith(wanted))


def _equals_ignore_case(wanted: str) -> Match:
    return _text(lambda value: value.casefold() == wanted.casefold())


def _wildcard(wanted: str) -> Match:
    pieces = re.findall(r"\\.|.", wanted, re.DOTALL)
    text = "".join(".*" if piece == "*" else re.escape(piece[-1]) for piece in pieces)
    compiled = re.compile(text, re.DOTALL)
    return _text(lambda value: compiled.fullmatch(value) is not None)


def _anything_but(wanted: Any) -> Match:
    if isinstance(wanted, Mapping):
        [(name, inner)] = wanted.items()
        denied = [OPERATORS[name](one) for one in several(inner)]
        return lambda value: isinstance(value, str) and not any(match(value) for match in denied)
    return lambda value: not any(_same(one, value) for one in several(wanted))


COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "<": lambda value, limit: value < limit,
    "<=": lambda value, limit: value <= limit,
    "=": lambda value, limit: value == limit,
    ">=": lambda value, limit: value >= limit,
    ">": lambda value, limit: value > limit,
}


def _numeric(wanted: list[Any]) -> Match:
    terms = [(COMPARE[name], limit) for name, limit in zip(wanted[::2], wanted[1::2], strict=True)]
    return lambda value: is_number(value) and all(compare(value, limit) for compare, limit in terms)


def _cidr(wanted: str) -> Match:
    network = ipaddress.ip_network(wanted, strict=False)

    def within(value: str) -> bool:
        try:
            return ipaddress.ip_address(value) in network
        except ValueError:
            return False

    return _text(within)


OPERATORS: Mapping[str, Callable[[Any], Match]] = {
    "prefix": _prefix,
    "suffix": _suffix,
    "equals-ignore-case": _equals_ignore_case,
    "wildcard": _wildcard,
    "anything-but": _anything_but,
    "numeric": _numeric,
    "cidr": _cidr,
}


def several(value: Any) -> list[Any]:
    """A list as it is, anything else as its only member."""
    return value if isinstance(value, list) else [value]


def is_number(value: Any) -> bool:
    """True for a JSON number; Python's True is one of its own."""
    return isinstance(value, int | float) and not isinstance(value, bool)
