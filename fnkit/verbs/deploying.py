"""The verbs that make an action of a function."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Unpack

from fnkit.context import Context
from fnkit.verbs import orders
from fnkit.verbs.options import BuildOptions, DeployOptions
from fnkit.verbs.table import Argument, Option

if TYPE_CHECKING:
    from fnkit.action.cells import Cells
    from fnkit.delivery.plan import Plan
    from fnkit.delivery.receipt import Receipt
    from fnkit.project.difference import Change
    from fnkit.verbs.answers import ActionFile, Listing, Tested

Source = Annotated[Any, Argument("a script, a notebook, a folder or a zip; FILE:NAME is a flow", "FILE", place=1)]
Name = Annotated[
    str | None, Argument("name or package/name of the action, or a project: fnkit.yaml", "NAME", typed=True)
]


def deploy(
    source: Source = None,
    name: Name = None,
    *,
    cells: "Cells | None" = None,
    env: Annotated[str | None, Option("of a project, fnkit.yaml: the environment to deploy to", "NAME")] = None,
    yes: Annotated[
        bool, Option("of a project: delete what it declares no more, and do not ask", short="-y")
    ] = False,
    context: Context | None = None,
    **options: Unpack[DeployOptions],
) -> "Receipt | Plan | ActionFile | Listing[Change]":
    """Put a function on the platform and give its receipt: created, updated or unchanged.

    The function is cut out of its notebook or file with all that it needs, tried alone in a clean process on
    the test input, sent, and tried there again; where the answers differ nothing is sent, or the previous version
    comes back. In Python the source is a function, a flow, or the path of a file. A project's file, fnkit.yaml, is
    named alone: everything that it declares is deployed, and what it declares no more goes after a question.
    """
    from fnkit.delivery import pipeline
    from fnkit.verbs import flows

    context = context or Context()
    if source is None and name is not None and name.endswith((".yaml", ".yml")):
        from fnkit.verbs import projects

        return projects.deploy(projects.Place(Path(name), env, options.get("value")), yes, options, context)
    flow = flows.composed(source, cells, name)
    if flow is None:
        order, needed = orders.order(source if source is not None else cells, name, options), []
    else:
        order, needed = flows.order(flow, name, options, context), flows.needed(flow, options, context)
    for warning in [warning for one in (*needed, order) for warning in one.spec.warnings]:
        context.face.notice(warning)
    client, tell = context.client, context.face.tell
    if options.get("show") or options.get("dry_run"):
        plan = pipeline.preview(client, order.spec, order.settings, tell)
        if options.get("show"):
            from fnkit.verbs.answers import ActionFile

            return ActionFile(str(plan.name), plan.wanted.bundle.action_file)
        return replace(plan, needs=tuple(pipeline.preview(client, one.spec, one.settings, tell) for one in needed))
    first = tuple(pipeline.deploy(client, one.spec, one.settings, None, tell).plan for one in needed)
    if flow is not None:
        flows.bring(flow, context)
    receipt = pipeline.deploy(client, order.spec, order.settings, order.test, tell)
    return replace(receipt, plan=replace(receipt.plan, needs=first))


def test(
    source: Source = None,
    name: Name = None,
    *,
    cells: "Cells | None" = None,
    context: Context | None = None,
    **options: Unpack[BuildOptions],
) -> "Tested":
    """Try a function as an action in a clean process on this machine, and send nothing."""
    from fnkit.delivery import pipeline
    from fnkit.verbs import flows
    from fnkit.verbs.answers import Tested

    context = context or Context()
    if flow := flows.composed(source, cells, name):
        order = flows.order(flow, name, options, context)
    else:
        order = orders.order(source if source is not None else cells, name, options)
    tried = pipeline.rehearse(context.client, order.spec, order.settings, order.test, context.face.tell)
    return Tested(str(order.spec.name), order.test is not None, tried.success, tried.result, tried.logs)
