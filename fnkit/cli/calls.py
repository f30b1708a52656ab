"""How calls look in a shell."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fnkit.cli.layout import Columns, moment, pairs, plain, span
from fnkit.delivery.invocation import Invocation
from fnkit.whisk.activations import Summary


def _invocation(call: Invocation) -> Iterable[str]:
    yield from pairs(
        {
            "activation": call.id,
            "action": call.action,
            "status": call.status,
            "began": call.began,
            "wait": span(call.split.wait),
            "init": span(call.split.init),
            "run": span(call.split.run),
        }
    )
    if call.activation is not None:
        yield from plain(call.result)


LINES: Mapping[type, Callable[[Any], Iterable[str]]] = {Invocation: _invocation}
TABLES: Mapping[type, Columns] = {
    Summary: {
        "id": lambda one: one.id,
        "action": lambda one: one.path.partition("/")[2],
        "version": lambda one: one.version,
        "status": lambda one: one.status,
        "began": lambda one: moment(one.start),
        "wait": lambda one: span(one.wait_time),
        "init": lambda one: span(one.init_time),
        "duration": lambda one: span(one.duration),
    }
}
