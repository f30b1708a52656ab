"""A flow run without a platform: the same machine, with local functions or given answers for its actions."""

import inspect
import json
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fnkit.compose.machine import KEY, TOO_MANY, UNRESOLVED, Run
from fnkit.compose.moves import Call, Done, Object
from fnkit.compose.nodes import Node, brought, full_name, to_json
from fnkit.compose.program import Flow
from fnkit.core.entities import Json
from fnkit.core.errors import BadArgument

MOST = 50
"""Actions of a composition. Source: actions.sequence.maxLength."""
Answers = Mapping[str, Json | Callable[..., Json]]
"""By the name of an action: what it answers, or the function that does."""


@dataclass(frozen=True, slots=True)
class Played:
    """A dry run."""

    result: Json
    """What the deployed flow would answer."""
    events: tuple[Mapping[str, Json], ...]
    """The trace, as the conductor would print it."""


@dataclass(slots=True)
class Stage:
    """The world of a dry run: branches run at once, one after the other."""

    flow: Flow
    answers: Mapping[str, Callable[[Object], Json]]
    """By the name of the action as the flow has it."""
    events: list[Mapping[str, Json]] = field(default_factory=list)
    ended: dict[str, Json] = field(default_factory=dict)
    """Results of branches by made-up ids."""
    held: dict[str, str] = field(default_factory=dict)
    """The flow's store."""

    def say(self, event: Mapping[str, Json]) -> None:
        """Keep it."""
        self.events.append(event)

    def raised(self, error: Exception) -> None:
        """On stderr, where a person sees it."""
        traceback.print_exception(error)

    def left(self) -> float:
        """A dry run has time."""
        return 60.0

    def put(self, key: str, state: Object) -> None:
        """Keep a state, for as long as the run lasts."""
        self.held[key] = json.dumps(state)

    def get(self, key: str) -> Object:
        """What was kept."""
        found: Object = json.loads(self.held[key])
        return found

    def drop(self, key: str) -> None:
        """Keep it no more."""
        self.held.pop(key, None)

    def start(self, action: str | None, arguments: Object) -> str | None:
        """Run it now."""
        name = f"branch-{len(self.ended)}"
        self.ended[name] = None
        if action is not None:
            self.ended[name] = self.answer(action, arguments)
        else:
            kept = json.loads(json.dumps(arguments))[KEY]
            self.ended[name] = self.drive(*Run.again(self.flow, self, kept, None))
        return name

    def answer(self, action: str, arguments: Object) -> Json:
        """What an action answers. Raises BadArgument with the node where nobody says."""
        act = self.answers.get(full_name(action))
        if act is None:
            nodes = self.flow.nodes.items()
            places = [place for place, one in nodes if one["type"] == "action" and one["name"] == action]
            known = action.removeprefix("/_/")
            raise BadArgument(
                f"Running the flow dry: node {', '.join(places) or 'dynamic'} ({known})",
                f"nobody says what the action {known} does.",
                f'Give its function, or its answer: flow.run(…, {{"{known}": …}}).',
            )
        return act(json.loads(json.dumps(arguments)))

    def drive(self, run: Run, outcome: Call | Done) -> Json:
        """Go on to the end, as the platform would, turn by turn."""
        calls = 0
        while isinstance(outcome, Call):
            calls += 1
            if calls > MOST:
                answer: Json = {"error": TOO_MANY}
            elif outcome.joins:
                answer = {"results": {one: self.ended.pop(one) for one in outcome.value["ids"]}}
            else:
                answer = self.answer(outcome.action, outcome.value)
                if isinstance(answer, list):
                    answer = {"error": f"{UNRESOLVED} '{outcome.action.strip('/')}' during composition."}
            run, outcome = Run.again(self.flow, self, json.loads(json.dumps(run.state())), answer)
        run.end()
        return outcome.value


def play(node: Node, given: Mapping[str, Json], answers: Answers) -> Played:
    """Run a flow dry. Raises BadArgument with the nodes of which no answer is known."""
    document = to_json(node, "0")
    functions = {place: one.code.live for place, one in node.walk() if one.type == "function" and one.code}
    unknown = [f"{place} ({one.label})" for place, one in node.walk() if _foreign(one)]
    if unknown:
        raise BadArgument(
            "Running the flow dry", f"{', '.join(unknown)} is no Python.", "Deploy it, and call that."
        )
    flow = Flow(document, {place: one for place, one in functions.items() if one is not None})
    stage = Stage(flow, _known(node, answers))
    run = Run.fresh(flow, stage, "dry")
    return Played(stage.drive(run, run.begin(json.loads(json.dumps(dict(given))))), tuple(stage.events))


def _foreign(node: Node) -> bool:
    return node.type == "function" and node.code is not None and node.code.live is None


def _known(node: Node, answers: Answers) -> dict[str, Callable[[Object], Json]]:
    """What each action does, by its name as the flow has it."""
    known = {full_name(name): _acting(answer) for name, answer in answers.items()}
    return {name: _acting(function) for name, function in brought(node).items()} | known


def _acting(what: Any) -> Callable[[Object], Json]:
    """An action of a function or of an answer, with OpenWhisk's words for what is no object."""

    def act(arguments: Object) -> Json:
        try:
            result = called(what, arguments) if callable(what) else what
            result = json.loads(json.dumps(result, allow_nan=False))
        except (KeyboardInterrupt, SystemExit):
            raise
        except Exception as error:  # noqa: BLE001 - whatever the user's function raises is its answer
            traceback.print_exception(error)
            return {"error": str(error)}
        if result is None:
            return {"error": "The action did not produce a valid JSON or JSON Array response: null\n"}
        if not isinstance(result, dict | list):
            return {"error": "The action did not return a dictionary or array."}
        return {"error": result["error"]} if "error" in result and isinstance(result, dict) else result

    return act


def called(function: Callable[..., Json], arguments: Object) -> Json:
    """What an entry function gives for OpenWhisk's object: its parameters by name, or the object as it is."""
    parameters = inspect.signature(function).parameters
    if list(parameters) in (["args"], ["params"]):
        return function(arguments)
    rest = any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters.values())
    missing = [
        name
        for name, one in parameters.items()
        if one.default is one.empty and one.kind is not one.VAR_KEYWORD and name not in arguments
    ]
    if missing:
        known = getattr(function, "__name__", "the function")
        return {"error": f"The parameter {missing[0]!r} is missing: {known}() needs it."}
    return function(**{name: one for name, one in arguments.items() if rest or name in parameters})
