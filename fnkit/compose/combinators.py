"""Composer's combinators, in Python. A step is a flow, an action's name, a function, or None for nothing.

A function of one parameter gets the step's input as a dict, one of two also the variables of `let` around it.
What it returns is the step's output; without a return value that is the input, as the function left it.

The meaning is that of apache/openwhisk-composer docs/COMBINATORS.md. Names that Python keeps for itself:
`when` (if), `loop` (while), `loop_until` (dowhile), `attempt` (try), `ensure` (finally).
"""

import inspect
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Literal

from fnkit.compose import expressions
from fnkit.compose.flow import Flow
from fnkit.compose.nodes import PYTHON, Code, Node, full_name
from fnkit.compose.steps import PYTHONIC
from fnkit.core.entities import Json
from fnkit.core.errors import BadArgument, FnkitError

Step = Any
"""A Flow, the name of an action, a Python function, what `fnkit.deploy` gave, or None for nothing at all."""
Errors = Literal["collect", "fail"]
"""`collect`: a branch that fails gives `{"error": …}` in its place; `fail`: the first failure is the node's."""


def task(step: Step) -> Flow:
    """A step as a flow. Raises BadArgument for what is none."""
    if isinstance(step, Flow):
        return step
    if step is None:
        return empty()
    if isinstance(step, str):
        return action(step)
    if callable(step):
        return function(step)
    if hasattr(step, "plan") and hasattr(step, "name"):  # a receipt
        return action(str(step.name))
    raise BadArgument(
        f"Composing {step!r}",
        f"a {type(step).__name__} is no step.",
        "Give a flow, the name of an action, a function, or None.",
    )


def action(name: str, function: Callable[..., Json] | None = None) -> Flow:
    """An action by its name; with the function that it is, `deploy(…, with_actions=True)` deploys that too."""
    code = None
    if function is not None:
        if not inspect.isfunction(function) or function.__name__ == "<lambda>":
            raise BadArgument(f"Composing the action {name}", "it is not made with def.", "Give it a name.")
        code = Code(PYTHON, f"def {function.__name__}{inspect.signature(function)}: ...", function)
    return Flow(Node("action", {"name": full_name(name)}, code=code))


def function(function: Callable[..., Json]) -> Flow:
    """Inline Python: runs in the flow's own action."""
    if not inspect.isfunction(function):
        raise BadArgument(f"Composing {function!r}", "it is no function with source.", "Call it from a lambda.")
    required = function.__code__.co_argcount - len(function.__defaults__ or ())
    if required > 2 or inspect.iscoroutinefunction(function):
        wrong = f"it takes {required} parameters" if required > 2 else "it is async"
        raise BadArgument(
            f"Composing {expressions.text(function)}",
            f"{wrong}.",
            "A step gets its input, and if it likes the variables of let: lambda r, v: …",
        )
    return Flow(Node("function", code=Code(PYTHON, expressions.text(function), function)))


def empty() -> Flow:
    """Nothing: gives what it gets."""
    return Flow(Node("empty"))


def literal(value: Json) -> Flow:
    """A constant; what is no object becomes `{"value": …}`."""
    return Flow(Node("literal", {"value": _json("literal", value)}))


def sequence(*steps: Step) -> Flow:
    """One after the other; a step that fails ends it."""
    return _composed("sequence", steps)


def when(test: Step, then: Step, otherwise: Step = None) -> Flow:
    """`if`: `then` or `otherwise` gets the input; the test's `value` says which."""
    return _decided("if", test=test, consequent=then, alternate=otherwise)


def if_nosave(test: Step, then: Step, otherwise: Step = None) -> Flow:
    """`if` whose branches get what the test gave."""
    return _decided("if_nosave", test=test, consequent=then, alternate=otherwise)


def loop(test: Step, body: Step) -> Flow:
    """`while`: the body again and again as long as the test's `value` is true."""
    return _decided("while", test=test, body=body)


def while_nosave(test: Step, body: Step) -> Flow:
    """`while` whose body gets what the test gave."""
    return _decided("while_nosave", test=test, body=body)


def loop_until(body: Step, test: Step) -> Flow:
    """`dowhile`: the body, and again as long as the test's `value` is true."""
    return _decided("dowhile", body=body, test=test)


def dowhile_nosave(body: Step, test: Step) -> Flow:
    """`dowhile` that goes on with what the test gave."""
    return _decided("dowhile_nosave", body=body, test=test)


def repeat(count: int, *steps: Step) -> Flow:
    """The steps `count` times."""
    return _composed("repeat", steps, count=_count("repeat", count))


def retry(count: int, *steps: Step) -> Flow:
    """The steps; where they fail up to `count` times again, each time with the same input."""
    return _composed("retry", steps, count=_count("retry", count))


def attempt(body: Step, handler: Step) -> Flow:
    """`try`: where the body fails, the handler gets `{"error": …}`."""
    return _parted("try", body=body, handler=handler)


def ensure(body: Step, finalizer: Step) -> Flow:
    """`finally`: the finalizer gets what the body gave, be it `{"error": …}`."""
    return _parted("finally", body=body, finalizer=finalizer)


def retain(*steps: Step) -> Flow:
    """`{"params": input, "result": output}` of the steps."""
    return _composed("retain", steps)


def retain_catch(*steps: Step) -> Flow:
    """The same, where the output may be an error."""
    return _composed("retain_catch", steps)


def merge(*steps: Step) -> Flow:
    """The input with the fields of the steps' output put over it."""
    return _composed("merge", steps)


def let(declarations: Mapping[str, Json], *steps: Step) -> Flow:
    """The steps within variables, which functions of two parameters see and change: `lambda r, v: v["n"]`."""
    if not isinstance(declarations, Mapping):
        raise BadArgument("Composing let", "its variables are no mapping.", 'Write let({"n": 0}, …).')
    return _composed("let", steps, declarations=_json("let", dict(declarations)))


def mask(*steps: Step) -> Flow:
    """The steps without the variables of the innermost `let` around."""
    return _composed("mask", steps)


def parallel(*branches: Step, errors: Errors = "collect") -> Flow:
    """All branches at once, each with the input: `{"value": [what each gave]}`."""
    return _composed("parallel", branches, **_policy("parallel", errors))


def map(*steps: Step, errors: Errors = "collect") -> Flow:
    """The steps for each item of `value`, all at once: `{"value": [what each gave]}`."""
    return _composed("map", steps, **_policy("map", errors))


def async_(*steps: Step) -> Flow:
    """The steps, started and not waited for: gives their activation id."""
    return _composed("async", steps)


def dynamic() -> Flow:
    """The action that the input names: `{"type": "action", "name": …, "params": {…}}`."""
    return Flow(Node("dynamic"))


def _composed(kind: str, steps: Iterable[Step], **values: Json) -> Flow:
    return Flow(Node(kind, values, components=tuple(_node(kind, n, step) for n, step in enumerate(steps))))


def _parted(kind: str, **steps: Step) -> Flow:
    return Flow(Node(kind, parts={name: _node(kind, name, step) for name, step in steps.items()}))


def _decided(kind: str, **steps: Step) -> Flow:
    """With a condition, which is judged as Python does: an empty list is false."""
    named = {name: step for name, step in steps.items() if name != "alternate" or step is not None}
    return Flow(replace(_parted(kind, **named).node, values={"truth": PYTHONIC}))


def _node(kind: str, place: object, step: Step) -> Node:
    try:
        return task(step).node
    except FnkitError as error:
        raise BadArgument(f"{kind}, {place}: {error.tried}", error.found, error.advice) from None


def _count(kind: str, count: int) -> int:
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:
        raise BadArgument(f"Composing {kind}", f"{count!r} is no number of times.", "Give 0, 1, 2, …")
    return count


def _policy(kind: str, errors: str) -> dict[str, Json]:
    if errors not in ("collect", "fail"):
        raise BadArgument(f"Composing {kind}", f"errors={errors!r} is neither collect nor fail.")
    return {"errors": errors} if errors != "collect" else {}


def _json(kind: str, value: Json) -> Json:
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise BadArgument(f"Composing {kind}", f"its value is no JSON ({error}).") from None


par = parallel
seq = sequence
value = literal
