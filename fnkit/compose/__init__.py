"""Flows: functions become a workflow, written in Python, run as one conductor action.

    from fnkit import compose

    flow = compose.sequence("quality", compose.when(lambda r: r["score"] >= 61, "tag", otherwise="reject"))
    flow.run({"image": url}, {"quality": {"score": 80}, "tag": {"tags": ["person"]}, "reject": {}})
    flow.deploy("assets-created")

This file travels with a flow as it is: what composes is imported when it is used.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fnkit.compose.combinators import (
        action,
        async_,
        attempt,
        dowhile_nosave,
        dynamic,
        empty,
        ensure,
        function,
        if_nosave,
        let,
        literal,
        loop,
        loop_until,
        map,
        mask,
        merge,
        par,
        parallel,
        repeat,
        retain,
        retain_catch,
        retry,
        seq,
        sequence,
        task,
        value,
        when,
        while_nosave,
    )
    from fnkit.compose.flow import Flow

__all__ = [
    "Flow",
    "action",
    "async_",
    "attempt",
    "dowhile_nosave",
    "dynamic",
    "empty",
    "ensure",
    "function",
    "if_nosave",
    "let",
    "literal",
    "loop",
    "loop_until",
    "map",
    "mask",
    "merge",
    "par",
    "parallel",
    "repeat",
    "retain",
    "retain_catch",
    "retry",
    "seq",
    "sequence",
    "task",
    "value",
    "when",
    "while_nosave",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'fnkit.compose' has no attribute {name!r}")
    room = importlib.import_module(f"fnkit.compose.{'flow' if name == 'Flow' else 'combinators'}")
    return getattr(room, name)
