"""The verbs that make an action of a function."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Unpack

from fnkit.context import Context
from fnkit.verbs import orders, projects
from fnkit.verbs.answers import ActionFile, Listing, Tested
from fnkit.verbs.options import BuildOptions, DeployOptions
from fnkit.verbs.table import Argument, Option

if TYPE_CHECKING:
    from fnkit.action.cells import Cells
    from fnkit.delivery.plan import Plan
    from fnkit.delivery.receipt import Receipt
    from fnkit.project.difference import Change

Source = Annotated[Any, Argument("a script, a notebook, a folder or a zip", "FILE", place=1)]
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
    comes back. In Python the source is a function, or the path of a file. A project's file, fnkit.yaml, is named
    alone: everything that it declares is deployed, and what it declares no more goes after a question.
    """
    from fnkit.delivery import pipeline

    context = context or Context()
    if source is None and name is not None and name.endswith((".yaml", ".yml")):
        return projects.deploy(Path(name), env, yes, options, context)
    order = orders.order(source if source is not None else cells, name, options)
    for warning in order.spec.warnings:
        context.face.notice(warning)
    if options.get("show") or options.get("dry_run"):
        plan = pipeline.preview(context.client, order.spec, order.settings, context.face.tell)
        return ActionFile(str(plan.name), plan.wanted.bundle.action_file) if options.get("show") else plan
    return pipeline.deploy(context.client, order.spec, order.settings, order.test, context.face.tell)


def test(
    source: Source = None,
    name: Name = None,
    *,
    cells: "Cells | None" = None,
    context: Context | None = None,
    **options: Unpack[BuildOptions],
) -> Tested:
    """Try a function as an action in a clean process on this machine, and send nothing."""
    from fnkit.delivery import pipeline

    context = context or Context()
    order = orders.order(source if source is not None else cells, name, options)
    tried = pipeline.rehearse(context.client, order.spec, order.settings, order.test, context.face.tell)
    return Tested(str(order.spec.name), order.test is not None, tried.success, tried.result, tried.logs)
