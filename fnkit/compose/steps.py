"""How each combinator goes on, one function each. Pure; ships alone, with `moves`, `fork` and `machine`.

A step gets its node, its frame (JSON, where it keeps what it needs; `at` is empty at first) and a value: at first
its input, later what the part that it entered gave. What it means is Composer's (docs/COMBINATORS.md); conditions
that were composed in Python are judged as Python does (`truth`): an empty list is false.
"""

from collections.abc import Callable, Mapping

from fnkit.compose.fork import background, fork
from fnkit.compose.moves import Around, Call, Enter, Leave, Move, Node, Object, boxed, failure

Step = Callable[[Around, Node, Object, Object], Move]
PYTHONIC = "python"
"""The `truth` of conditions for which an empty list and an empty object are false, as for Python."""


def catches(kind: str, frame: Object) -> bool:
    """True where the node of this frame handles an error of what it entered."""
    return frame["at"] in CATCHING.get(kind, ())


CATCHING: Mapping[str, tuple[str, ...]] = {
    "try": ("body",),
    "finally": ("body",),
    "retry": ("components",),
    "retain_catch": ("components",),
    "parallel": ("inside",),
    "map": ("inside",),
}


def _along(node: Node, frame: Object, value: Object) -> Move | None:
    """The next component, None after the last one."""
    index = frame.get("i", 0)
    if index < len(node["components"]):
        frame |= {"at": "components", "i": index + 1}
        return Enter(str(index), value)
    frame["i"] = 0
    return None


def sequence(run: Around, node: Node, frame: Object, value: Object) -> Move:
    """One after the other."""
    return _along(node, frame, value) or Leave(value)


def let(run: Around, node: Node, frame: Object, value: Object) -> Move:
    """The same, within variables."""
    if not frame["at"]:
        frame["let"] = dict(node["declarations"])
    return sequence(run, node, frame, value)


def mask(run: Around, node: Node, frame: Object, value: Object) -> Move:
    """The same, without those of the innermost `let`."""
    frame["let"] = None
    return sequence(run, node, frame, value)


def empty(run: Around, node: Node, frame: Object, value: Object) -> Move:
    """Nothing."""
    return Leave(value)


def literal(run: Around, node: Node, frame: Object, value: Object) -> Move:
    """A constant."""
    return Leave(node["value"])


def choice(run: Around, node: Node, frame: Object, value: Object) -> Move:
    """`if`: the branch gets what the whole got; `if_nosave`: what the test gave."""
    if not frame["at"]:
        frame |= {"at": "test", "saved": value}
        return Enter("test", value)
    if frame["at"] == "test":
        taken, saved = _taken(run, node, value), frame.pop("saved")
        frame["at"] = "branch taken"
        word = "consequent" if taken else "alternate"
        given = saved if node["type"] == "if" else value
        return Enter(word, given) if word in node else Leave(given)
    return Leave(value)


def loop(run: Around, node: Node, frame: Object, value: Object) -> Move:
    """`while` and `dowhile`: the test's answer is put aside; `…_nosave`: it goes on from there."""
    at, saves = frame["at"], not node["type"].endswith("_nosave")
    if at == "test":
        given = frame.pop("saved") if saves else value
        if not _taken(run, node, value):
            return Leave(given)
        frame["at"] = "body"
        return Enter("body", given)
    if not at and node["type"].startswith("do"):
        frame["at"] = "body"
        return Enter("body", value)
    frame["at"] = "test"
    if saves:
        frame["saved"] = value
    return Enter("test", value)


def repeat(run: Around, node: Node, frame: Object, value: Object) -> Move:
    """The components so many times."""
    if not frame["at"]:
        frame["left"] = node["count"]
    elif move := _along(node, frame, value):
        return move
    if frame["left"] <= 0:
        return Leave(value)
    frame["left"] -= 1
    return _along(node, frame, value) or Leave(value)


def retry(run: Around, node: Node, frame: Object, value: Object) -> Move:
    """The components, and where they fail so many times more, with the same input."""
    if not frame["at"]:
        frame |= {"left": node["count"], "saved": value}
    elif failure(value):
        again = frame["left"] > 0
        run.say(node, "choice", taken=again)
        if not again:
            return Leave(value)
        frame |= {"left": frame["left"] - 1, "i": 0}
        value = frame["saved"]
    return _along(node, frame, value) or Leave(value)


def retain(run: Around, node: Node, frame: Object, value: Object) -> Move:
    """`{"params": input, "result": output}`; `retain_catch`: the output may be an error; `merge`: both in one."""
    if not frame["at"]:
        frame["saved"] = value
    if not (frame["at"] and failure(value)) and (move := _along(node, frame, value)):
        return move
    saved = frame["saved"]
    return Leave({**saved, **value} if node["type"] == "merge" else {"params": saved, "result": value})


def attempt(run: Around, node: Node, frame: Object, value: Object) -> Move:
    """`try`: where the body fails, the handler gets the error."""
    if not frame["at"]:
        frame["at"] = "body"
        return Enter("body", value)
    if frame["at"] == "body" and failure(value):
        frame["at"] = "handler"
        return Enter("handler", value)
    return Leave(value)


def ensure(run: Around, node: Node, frame: Object, value: Object) -> Move:
    """`finally`: the finalizer gets what the body gave, be it an error."""
    following = {"": "body", "body": "finalizer"}.get(frame["at"])
    if following is None:
        return Leave(value)
    frame["at"] = following
    return Enter(following, value)


def action(run: Around, node: Node, frame: Object, value: Object) -> Move:
    """An action of the platform."""
    if frame["at"]:
        return Leave(value)
    frame["at"] = "call"
    return Call(node["name"], value)


def dynamic(run: Around, node: Node, frame: Object, value: Object) -> Move:
    """The action that the input names: `{"type": "action", "name": …, "params": {…}}`."""
    if frame["at"]:
        return Leave(value)
    name, given = value.get("name"), value.get("params")
    if value.get("type") != "action" or not isinstance(name, str) or not isinstance(given, dict):
        text = 'wants {"type": "action", "name": …, "params": {…}}'
        return Leave({"error": f"{node['id']} (dynamic) {text}, not {str(value)[:80]}"})
    frame["at"] = "call"
    return Call(name, given)


def function(run: Around, node: Node, frame: Object, value: Object) -> Move:
    """Inline Python."""
    return Leave(run.compute(node, value))


def _taken(run: Around, node: Node, value: Object) -> bool:
    found = boxed(value).get("value")
    taken = bool(found) or (node.get("truth") != PYTHONIC and isinstance(found, list | dict))
    run.say(node, "choice", taken=taken)
    return taken


STEPS: Mapping[str, Step] = {
    "sequence": sequence,
    "empty": empty,
    "if": choice,
    "if_nosave": choice,
    "while": loop,
    "while_nosave": loop,
    "dowhile": loop,
    "dowhile_nosave": loop,
    "repeat": repeat,
    "retry": retry,
    "try": attempt,
    "finally": ensure,
    "retain": retain,
    "retain_catch": retain,
    "merge": retain,
    "let": let,
    "mask": mask,
    "literal": literal,
    "action": action,
    "function": function,
    "async": background,
    "parallel": fork,
    "map": fork,
    "dynamic": dynamic,
}
