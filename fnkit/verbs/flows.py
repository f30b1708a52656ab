"""A deploy of a flow: the flow itself, and what it needs on the platform before it can run."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from fnkit.context import Context
from fnkit.core.errors import BadArgument, Missing
from fnkit.core.names import JOIN, ActionName
from fnkit.delivery.progress import Step
from fnkit.verbs import orders
from fnkit.verbs.options import BuildOptions, DeployOptions
from fnkit.verbs.orders import Order

if TYPE_CHECKING:
    from fnkit.action.cells import Cells
    from fnkit.compose.flow import Flow

_PLACE = re.compile(r"(?P<file>.+\.(?:py|ipynb)):(?P<name>[^\W\d]\w*)")
REMOTE_JOIN = "fnkit/join"
"""The join's name where the platform has none of its own."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A flow, and the cells that its functions live in; None where that is the file that they were written in."""

    flow: "Flow"
    cells: "Cells | None"
    foreign: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """`exec` of the actions that hold its JavaScript, by full name."""


def composed(source: Any, cells: "Cells | None", name: str | None = None) -> Composed | None:
    """The flow that a source is: a Flow, or `file.py:name` and `book.ipynb:name`; None for anything else.

    Where it is to be deployed under a name, its JavaScript becomes actions whose names begin with that.
    """
    found = _composed(source, cells)
    if found is None or name is None:
        return found
    from fnkit.compose import javascript
    from fnkit.compose.flow import Flow

    carried = javascript.carried(found.flow.node, ActionName.parse(name))
    return replace(found, flow=Flow(carried.node), foreign=carried.actions)


def _composed(source: Any, cells: "Cells | None") -> Composed | None:
    if source is None:
        return None
    if isinstance(source, str | Path):
        place = _PLACE.fullmatch(str(source))
        return _read(Path(place["file"]).expanduser(), place["name"]) if place else None
    from fnkit.compose.flow import Flow

    return Composed(source, cells or _notebook(source)) if isinstance(source, Flow) else None


def _read(path: Path, name: str) -> Composed:
    from fnkit.compose import written

    return Composed(*written.read(path, name))


def order(made: Composed, name: str | None, options: DeployOptions | BuildOptions, context: Context) -> Order:
    """What to deploy of a flow, as `orders.order` says it of a function."""
    if name is None:
        raise BadArgument("Deploying a flow", "the action has no name.", 'Give one: flow.deploy("name").')
    from fnkit.compose import conductor
    from fnkit.compose.nodes import brought, store

    parsed, node = ActionName.parse(name), made.flow.node
    if brought(node).keys() & {f"/{parsed.namespace}/{parsed}"}:
        raise BadArgument(f"Deploying the flow {name}", "it brings along an action of that name.", "Rename one.")
    kept = store(node)
    if kept and kept["url"].startswith(conductor.OWN) and not context.client.embedded:
        found = f"{context.client.props.host} has no object store of its own, which {kept['url']} means."
        raise BadArgument(f"Deploying the flow {name}", found, "Give s3://BUCKET/PREFIX.")
    join = JOIN if context.client.embedded else f"/_/{REMOTE_JOIN}"
    spec = conductor.spec(node, parsed, made.cells, orders.wishes(options), join)
    settings = orders.settings(cast(DeployOptions, options))
    noted = replace(settings, annotations={**settings.annotations, **conductor.annotations(node)})
    test = orders.test(_dry(made.flow), options)
    return Order(spec, noted, test)


def needed(made: Composed, options: DeployOptions, context: Context) -> list[Order]:
    """The actions that have to be there first. Raises BadArgument with the node of one that is not."""
    from fnkit.compose.nodes import brought, called

    orders_: list[Order] = []
    along = brought(made.flow.node)
    for name, place in called(made.flow.node).items():
        known = ActionName.parse(name)
        if name in made.foreign:
            continue
        if options.get("with_actions") and name in along:
            build = cast(BuildOptions, {key: options[key] for key in ("kind",) if key in options})
            orders_.append(_brought(along[name], str(known), build, made.cells))
        elif not _there(known, context):
            advice = "Deploy it first." if name not in along else "Add --with-actions (with_actions=True)."
            raise BadArgument(
                f"Deploying the flow: node {place} ({known})",
                f"{context.client.props.host} has no action {known}.",
                advice,
            )
    return [*orders_, *joins(made.flow, context)]


def joins(flow: "Flow", context: Context) -> list[Order]:
    """What has to be there where a flow has branches and the platform does not join them itself."""
    fans = any(one.type in ("parallel", "map") for _, one in flow.node.walk())
    return [_join()] if fans and not context.client.embedded else []


def _brought(function: Any, name: str, build: BuildOptions, cells: "Cells | None") -> Order:
    """A function that a flow brings along, with the model that it loads: each has its own, and no --model."""
    found = orders.order(function, name, build, cells)
    loads: tuple[str, ...] = getattr(found.spec, "loads", ())
    if len(loads) != 1:
        return found
    with_model: BuildOptions = {**build, "model": loads[0]}
    return orders.order(function, name, with_model, cells)


def bring(made: Composed, context: Context) -> None:
    """Put the actions that hold the flow's JavaScript where they are not what they are to be. Raises Refused."""
    from fnkit.whisk.documents import Draft

    actions = context.client.actions
    for name, execution in made.foreign.items():
        action = ActionName.parse(name)
        there = actions.find(action)
        if there is None or actions.get(action).code != execution["code"]:
            context.face.tell(Step("upload", f"Sending {action}, the JavaScript of the flow"))
            actions.put(action, Draft(exec=execution), overwrite=there is not None)


def _join() -> Order:
    """The join of branches, for a platform that has none of its own."""
    from fnkit.compose import conductor
    from fnkit.core.entities import Limits
    from fnkit.delivery.order import Settings

    limits = Limits(memory=128)
    settings = Settings(limits=limits, annotations={"provide-api-key": True})
    return Order(conductor.join(ActionName.parse(REMOTE_JOIN)), settings, None)


def _there(name: ActionName, context: Context) -> bool:
    try:
        return context.client.actions.find(name) is not None
    except Missing:
        return False


def _dry(flow: "Flow") -> Any:
    """The flow as a function for the test, None where only the platform knows what an action answers."""
    from fnkit.compose.nodes import brought, called

    along = brought(flow.node)
    if any(name not in along for name in called(flow.node)):
        return None

    def dry(params: Mapping[str, Any]) -> Any:
        return flow.run(params)

    return dry


def _notebook(flow: "Flow") -> "Cells | None":
    for _, node in flow.node.walk():
        if node.code is not None and node.code.live is not None:
            return orders.history(node.code.live)
    return None
