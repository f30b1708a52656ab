"""The verbs of a project: `fnkit deploy fnkit.yaml`, `fnkit diff`, `fnkit remove`."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

from fnkit.context import Context
from fnkit.core.entities import Json
from fnkit.core.errors import BadArgument, FnkitError
from fnkit.verbs import orders
from fnkit.verbs.answers import Listing
from fnkit.verbs.naming import Yes
from fnkit.verbs.options import DeployOptions, Values
from fnkit.verbs.table import Argument, Option

if TYPE_CHECKING:
    from fnkit.delivery.plan import Plan
    from fnkit.events.wiring import Generated
    from fnkit.project.difference import Change, Kind
    from fnkit.project.manifest import Environment, Function, Project
    from fnkit.verbs.flows import Composed

File = Annotated[Path, Argument("the project's file", "FILE")]
Env = Annotated[str | None, Option("one of the file's environments", "NAME")]


@dataclass(frozen=True, slots=True)
class Place:
    """Which of a file's environments is meant, and what is said in the place of its values."""

    file: Path
    env: str | None = None
    values: Mapping[str, Json] | None = None


def diff(
    file: File = Path("fnkit.yaml"), *, env: Env = None, value: Values = None, context: Context | None = None
) -> "Listing[Change]":
    """Give what a deploy of the project would create, update and delete; sends nothing."""
    project, context = _open(Place(file, env, value), context)
    return _listing(_changes(project, context))


def remove(
    file: File = Path("fnkit.yaml"), *, env: Env = None, yes: Yes = False, context: Context | None = None
) -> "Listing[Change]":
    """Take everything of the project away, after a question: rules, triggers with their feeds, actions."""
    from fnkit.project import apply
    from fnkit.project.present import present

    project, context = _open(Place(file, env), context)
    client = context.client
    gone = apply.everything(present(client, project.mark))
    question = f"Delete {len(gone)} things of {project.mark} on {context.props.host}?"
    if gone and not (yes or context.face.confirm(question)):
        raise BadArgument(f"Removing {project.mark}", "nobody said yes.", "Add --yes.")
    for change in gone:
        apply.drop(client, change)
    emptied = tuple(apply.empty_package(client, project.package))
    for change in emptied:
        apply.drop(client, change)
    return _listing((*gone, *emptied))


def deploy(place: Place, yes: bool, options: DeployOptions, context: Context) -> "Listing[Change]":
    """Make the platform have what the project declares; what is the same is left alone."""
    given = sorted(name for name, value in options.items() if value and name not in ("dry_run", "value"))
    if given:
        advice = f"Write it into {place.file}, where the function is declared."
        raise BadArgument(f"Deploying {place.file}", f"--{given[0].replace('_', '-')} is of one function.", advice)
    if options.get("dry_run"):
        return diff(place.file, env=place.env, value=place.values, context=context)
    project, context = _open(place, context)
    done: list[Change] = []
    try:
        for change in _made(project, yes, context):
            done.append(change)
    except FnkitError:
        if done:
            context.face.notice(f"Deployed before that: {', '.join(one.name for one in done)}; the rest was not.")
        raise
    return _listing(done)


def _open(place: Place, context: Context | None) -> "tuple[Project, Context]":
    """The project with the names of its environment, and a context that goes there."""
    from fnkit.project import reading
    from fnkit.project.environment import within

    context = context or Context()
    project, environment = reading.read(place.file.expanduser(), place.env, place.values)
    for note in project.notes:
        context.face.notice(note)
    arguments = _arguments(environment)
    return within(project, environment), Context(context.face, arguments) if arguments else context


def _arguments(environment: "Environment") -> dict[str, str]:
    """Host and key, in the words of the props. Raises BadArgument where the key is not where it should be."""
    from fnkit.whisk import props

    told = f"Using the environment {environment.name}"
    found = {"apihost": environment.host} if environment.host else {}
    source, _, place = (environment.key or "").partition(":")
    if source == "env":
        if not (key := os.environ.get(place)):
            raise BadArgument(told, f"the variable {place} with its key is not set.", f"export {place}=…")
        return {**found, "auth": key}
    if source == "file":
        read = props.load_file(Path(place).expanduser())
        if read.key is None:
            raise BadArgument(told, f"{place} has no key.")
        return {"apihost": read.apihost, **found, "auth": read.key.text}
    return found


def _changes(project: "Project", context: Context) -> "Iterator[Change]":
    """What would be done, in the order in which it is."""
    from fnkit.project import apply
    from fnkit.project.present import present

    client, made = context.client, _orders(project, context)
    yield from (change for change, _ in apply.package(client, project.package))
    for kind, order in made:
        yield _compared(kind, order, context)
    yield from (change for change, _ in apply.beside(client, project))
    yield from apply.leftovers(project, present(client, project.mark))


def _made(project: "Project", yes: bool, context: Context) -> "Iterator[Change]":
    """Everything done, one after the other; each told when it is."""
    from fnkit.project import apply
    from fnkit.project.present import present

    client, made = context.client, _orders(project, context)
    for change, make in apply.package(client, project.package):
        make()
        yield change
    for kind, order in made:
        yield _deployed(kind, order, context)
    for change, make in apply.beside(client, project):
        if change.does != "unchanged":
            make()
        yield change
    for change in apply.leftovers(project, present(client, project.mark)):
        question = f"Delete the {change.kind} {change.name}, which the project declares no more?"
        if yes or context.face.confirm(question):
            apply.drop(client, change)
            yield change


def _orders(project: "Project", context: Context) -> "Iterator[tuple[Kind, orders.Order]]":
    """Everything with code: functions, flows, and what lies between a rule and its action.

    Raises BadArgument at once where a function's file cannot be used, or a destination has no keys.
    """
    functions = [orders.order(one.source, one.name, _options(one)) for one in project.functions]
    between = [_between(made, project.mark) for rule in project.rules for made in rule.route.generated]
    return chain(
        (("function", one) for one in functions),
        _flows(project, context),
        (("function", one) for one in between),
    )


def _flows(project: "Project", context: Context) -> "Iterator[tuple[Kind, orders.Order]]":
    from fnkit.verbs import flows

    for one in project.flows:
        flow = _flow(one, project)
        yield from (("function", first) for first in flows.joins(flow.flow, context))
        yield "flow", flows.order(flow, one.name, _options(one), context)


def _between(made: "Generated", mark: str) -> orders.Order:
    from fnkit.delivery import wiring
    from fnkit.project.environment import MARK

    settings = wiring.settings(made)
    marked = replace(settings, annotations={**settings.annotations, MARK: mark})
    return orders.Order(wiring.spec(made), marked, None)


def _deployed(kind: "Kind", order: orders.Order, context: Context) -> "Change":
    from fnkit.delivery import pipeline

    receipt = pipeline.deploy(context.client, order.spec, order.settings, order.test, context.face.tell)
    return _change(kind, receipt.plan)


def _compared(kind: "Kind", order: orders.Order, context: Context) -> "Change":
    from fnkit.delivery import pipeline

    return _change(kind, pipeline.preview(context.client, order.spec, order.settings, context.face.tell))


def _flow(function: "Function", project: "Project") -> "Composed":
    """A flow that calls the project's actions by their names in the environment."""
    from fnkit.compose.nodes import full_name, renamed
    from fnkit.verbs import flows

    made = flows.composed(f"{function.source}:{function.entry or 'main'}", None)
    if made is None:
        raise BadArgument(f"Deploying the flow {function.name}", f"{function.source} is no script or notebook.")
    for place, node in made.flow.node.walk():
        if node.code is not None and not node.code.kind.startswith("python"):
            raise BadArgument(
                f"Deploying the flow {function.name}: node {place} ({node.label})",
                "it is JavaScript, which becomes an action of its own, and a project has those that it declares.",
                f"Deploy the flow by itself: fnkit deploy {function.name} {function.source}:{function.entry}",
            )
    names = {full_name(name): full_name(called) for name, called in project.names.items()}
    return replace(made, flow=replace(made.flow, node=renamed(made.flow.node, names)))


def _options(function: "Function") -> DeployOptions:
    entry = {"entry": function.entry} if function.entry else {}
    return cast(DeployOptions, {**function.options, **entry})


def _change(kind: "Kind", plan: "Plan") -> "Change":
    from fnkit.project.difference import Change

    return Change(kind, str(plan.name), plan.change, plan.reasons)


def _listing(changes: "Iterable[Change]") -> "Listing[Change]":
    return Listing.of(
        "part", changes, lambda one: one.does, lambda one: one.kind, lambda one: one.name,
        lambda one: "; ".join(one.reasons),
    )  # fmt: skip
