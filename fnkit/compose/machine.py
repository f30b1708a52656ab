"""The machine that runs a flow, one turn of the conductor at a time. Ships alone, with `program` and `steps`.

Its state is JSON that goes from turn to turn: a stack of frames, one for each node that has begun and not ended.
What is outside (the clock, starting a branch, telling what happened) is asked of a `World`.
"""

import json
import os
from typing import NamedTuple

from fnkit.compose.moves import (
    Call,
    Done,
    Enter,
    Json,
    Leave,
    Node,
    Object,
    Unanswered,
    Unkept,
    Unstarted,
    World,
    boxed,
)
from fnkit.compose.program import Flow, arity, name
from fnkit.compose.steps import STEPS, catches

KEY = "$fnkit"
"""Where a run keeps its state among the arguments of the conductor."""
TOLD = "told"
"""What happened in the turn that made the state, beside it: for who reads the records, not for the next turn."""
LIMIT = 1024 * 1024 - 4096
"""Bytes of an answer of the conductor: OpenWhisk's 1 MiB, with room for what it puts around."""
TOO_MANY = "Too many actions in the composition."
"""OpenWhisk's word for the end of a run that has called 50 actions: nothing can be called after it."""
UNRESOLVED = "Failed to resolve action with name"
"""OpenWhisk's word for a step that is not there, and for one that answered with a list."""
LEAST = 0.5
"""Seconds that a step needs at least."""


class State(NamedTuple):
    """What goes from turn to turn."""

    stack: list[Object]
    """Frames, the outermost first. One without a node is the edge of a branch."""
    session: str
    """The id of the run: of its first activation."""
    flow: str
    """The digest of the flow: after another was deployed under its name, the state means nothing."""
    objects: str = ""
    """What the keys of this run's two objects in the flow's store begin with, empty where it has none."""


class Run:
    """One run of a flow, or of a branch of one, in one turn."""

    def __init__(self, flow: Flow, world: World, state: State, held: str = "") -> None:
        """`held` is the key of this state in the flow's store, empty where it came along."""
        self.flow = flow
        self.world = world
        self.stack = state.stack
        self.session = state.session
        self._held = held
        self._objects = held.rpartition("-")[0] or state.objects
        self._next: Object = {}
        self._failed = ""

    @classmethod
    def fresh(cls, flow: Flow, world: World, session: str) -> "Run":
        """At the beginning."""
        run = cls(flow, world, State([], session, flow.digest))
        run._push(flow.root, {})
        return run

    @classmethod
    def again(cls, flow: Flow, world: World, kept: Object, answer: Json) -> tuple["Run", Call | Done]:
        """Go on as `kept` says, with what the called action gave; a branch begins. Raises Unkept."""
        held = kept.get("held", "")
        kept = dict(world.get(held) if held else kept)
        kept.pop(TOLD, None)
        given = kept.pop("value", None)
        run = cls(flow, world, State(**kept), held)
        return run, run.resume(answer) if given is None else run.begin(given)

    def state(self) -> Object:
        """As it goes into the next turn, when that has been called for."""
        return self._next

    def begin(self, value: Object) -> Call | Done:
        """Go on with `value` as the input of the innermost node."""
        return self._advance(value, False)

    def resume(self, value: Json) -> Call | Done:
        """Go on with what the called action gave."""
        if value == {"error": TOO_MANY}:
            return self._stop(self.flow.nodes[self.stack[-1]["node"]], TOO_MANY)
        return self._advance(value, True)

    def end(self) -> None:
        """Take out of the store what this run has there: it is over."""
        # What this turn began with goes last: a turn that is taken again before that still finds it.
        keys = [f"{self._objects}-{turn}" for turn in (0, 1)] if self._objects else []
        for key in sorted(keys, key=self._held.__eq__):
            self.world.drop(key)

    def _advance(self, value: Json, arrived: bool) -> Call | Done:
        stack, nodes, left = self.stack, self.flow.nodes, self.world.left
        while True:
            if arrived:
                value = boxed(value)
                if "error" in value:
                    value = {"error": value["error"]}
                    self._unwind(value)
                if not stack or not stack[-1]["node"]:
                    return self._done(value)
            frame = stack[-1]
            node = nodes[frame["node"]]
            if left() < LEAST:
                return self._stop(node, "the time limit of the conductor is used up")
            move = STEPS[node["type"]](self, node, frame, value)
            arrived = isinstance(move, Leave)
            if isinstance(move, Enter):
                value = move.value
                self._push(f"{node['id']}.{move.word}" if move.word else "", {"index": move.branch})
            elif isinstance(move, Call):
                wrong = self._pack(node, move.value)
                if wrong is None:
                    self.say(node, "call", action=move.action)
                    return move
                value, arrived = {"error": f"{name(node)}: {wrong}"}, True
            elif "error" in boxed(move.value):
                frame["at"], value = "left", move.value
            else:
                value = move.value
                self._pop(node)

    def _push(self, place: str, more: Object) -> None:
        """A frame for a node; without one, for the branches of the innermost node."""
        if not place:
            self.stack.append({"node": self.stack[-1]["node"], "at": "branch", **more})
            return
        self.stack.append({"node": place, "at": ""})
        self.say(self.flow.nodes[place], "enter")

    def _pop(self, node: Node) -> None:
        if self.stack.pop()["at"] not in ("branch", "inner"):
            self.say(node, "leave")

    def _unwind(self, value: Object) -> None:
        """Take nodes off the stack until one handles the error."""
        self._failed, text = self.stack[-1]["node"], str(value["error"])[:200]
        while self.stack and self.stack[-1]["node"]:
            frame = self.stack[-1]
            node = self.flow.nodes[frame["node"]]
            if catches(node["type"], frame):
                return
            self.stack.pop()
            if frame["at"] not in ("branch", "inner"):
                self.say(node, "error", error=text)

    def _done(self, value: Object) -> Done:
        if "error" in value:
            # A branch hands on its error as it is: who gets it knows where it is from.
            return Done(value) if self.stack else self._end(self._failed, value["error"])
        if (size := len(json.dumps(value))) > LIMIT:
            return self._end(self.flow.root, f"the result has {size:,} bytes, and a result may have {LIMIT:,}")
        return Done(value)

    def _stop(self, node: Node, error: str) -> Done:
        """No handler is asked: there is nothing left that it could do."""
        self.say(node, "error", error=error)
        return self._end(node["id"], error)

    def _end(self, place: str, error: Json) -> Done:
        known = name(self.flow.nodes[place])
        text = error if isinstance(error, str) else json.dumps(error)
        if text.startswith(UNRESOLVED):
            text += " It is not there, or it answered with a list, which no composition takes."
        return Done({"error": text if text.startswith(known) else f"{known}: {text}"})

    def _pack(self, node: Node, value: Object) -> str | None:
        """Make the state ready for the next turn, which gets it beside a step's answer; gives what is wrong."""
        self._next = State(self.stack, self.session, self.flow.digest, self._objects)._asdict()
        if len(json.dumps((value, self._next))) <= LIMIT:
            return None
        size, kept = len(json.dumps(value)), len(json.dumps(self._next))
        if self.flow.store is not None and size <= LIMIT:
            try:
                before = self._held or (self._objects and f"{self._objects}-1")
                self._next = self._put_away(node, self._next, before)
                self._objects = self._next["held"].rpartition("-")[0]
            except Unkept as trouble:
                return f"the state of the flow could not be kept: {trouble}"
            return None
        return (
            f"its input has {size:,} bytes and the state of the flow {kept:,}; together they may have {LIMIT:,}."
            " Pass URLs of large things, not the things, or give the flow a store: flow.stored(…)."
        )

    def _put_away(self, node: Node, state: Object, held: str) -> Object:
        """What stands for a state that is kept. A turn that is taken once more finds what it began with."""
        name_, _, turn = (held or f"{self.session}/{os.urandom(4).hex()}-1").rpartition("-")
        key = f"{name_}-{1 - int(turn)}"
        self.world.put(key, state)
        return {"held": key, "flow": self.flow.digest, "node": name(node)}

    # What steps use

    def say(self, node: Node, event: str, **more: Json) -> None:
        """Tell what happened."""
        self.world.say({"node": node["id"], "event": event, **more})

    def compute(self, node: Node, value: Object) -> Json:
        """What the function of a node gives; what it raises is an error that names the node."""
        function, variables = self.flow.functions.get(node["id"]), self._visible()
        if function is None:
            return {"error": f"{name(node)}: there is no function here"}
        around = {key: one for frame in reversed(variables) for key, one in frame.items()}
        given, known = json.loads(json.dumps([value, around]))
        try:
            result = function(*[given, known][: arity(function)])
            answer = json.loads(json.dumps([given if result is None else result, known], allow_nan=False))
        except Exception as error:  # noqa: BLE001 - whatever the user's function raises is its answer
            self.world.raised(error)
            return {"error": f"{name(node)}: {type(error).__name__}: {error}"}
        for key, one in answer[1].items():
            frame = next((frame for frame in variables if key in frame), None)
            if frame is not None:
                frame[key] = one
        return answer[0]

    def start(self, node: Node, index: int, value: Object) -> str | None:
        """Start a branch."""
        single = self._only(node, index)
        arguments, held = value if single else {KEY: self._beginning(node, index, value)}, ""
        if (size := len(json.dumps(arguments))) > LIMIT:
            if single or self.flow.store is None:
                raise Unstarted(f"it would begin with {size:,} bytes, and may with {LIMIT:,}")
            try:
                arguments = {KEY: self._put_away(node, arguments[KEY], "")}
                held = arguments[KEY]["held"]
            except Unkept as trouble:
                raise Unstarted(f"its state could not be kept: {trouble}") from None
        try:
            started = self.world.start(single["name"] if single else None, arguments)
        except Unanswered:
            raise  # if it has begun it asks for its state
        except Unstarted:
            if held:
                self.world.drop(held)
            raise
        if started is None and held:
            self.world.drop(held)
        if started is not None:
            self.say(node, "branch", index=index, activation=started, action=single["name"] if single else "")
        return started

    def _beginning(self, node: Node, index: int, value: Object) -> Object:
        """The state in which a branch begins."""
        edges: list[Object] = [{"node": "", "let": one} for one in self.variables()] or [{"node": ""}]
        branch = {"node": node["id"], "at": "branch", "index": index}
        return {**State([*edges, branch], self.session, self.flow.digest)._asdict(), "value": value}

    def outside(self, node: Node, index: int) -> bool:
        """True where the branch has an action in it."""
        if node["type"] == "parallel":
            return f"{node['id']}.{index}" in self.flow.outside
        return node["id"] in self.flow.outside

    def variables(self) -> list[Object]:
        """A copy of every `let` on the stack, masks too, the outermost first."""
        found: list[Object] = json.loads(json.dumps([frame["let"] for frame in self.stack if "let" in frame]))
        return found

    def restore(self, variables: list[Object]) -> None:
        """Put them back."""
        for frame, kept in zip([frame for frame in self.stack if "let" in frame], variables, strict=True):
            frame["let"] = kept

    def _visible(self) -> list[Object]:
        """The `let`s that are not masked, the innermost first."""
        found, masks = [], 0
        for frame in reversed(self.stack):
            if "let" not in frame:
                continue
            if frame["let"] is None:
                masks += 1
            elif masks:
                masks -= 1
            else:
                found.append(frame["let"])
        return found

    def _only(self, node: Node, index: int) -> Node | None:
        """The one action that the branch is, None where it is more."""
        parts = node["components"]
        branch = [parts[index]] if node["type"] == "parallel" else parts
        return branch[0] if len(branch) == 1 and branch[0]["type"] == "action" else None
