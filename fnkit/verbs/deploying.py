"""The verbs that make an action of a function."""

from typing import TYPE_CHECKING, Annotated, Any, Unpack

from fnkit.context import Context
from fnkit.verbs import orders
from fnkit.verbs.answers import ActionFile, Tested
from fnkit.verbs.options import BuildOptions, DeployOptions
from fnkit.verbs.table import Argument

if TYPE_CHECKING:
    from fnkit.action.cells import Cells
    from fnkit.delivery.plan import Plan
    from fnkit.delivery.receipt import Receipt

Source = Annotated[Any, Argument("a script, a notebook, a folder or a zip", "FILE", place=1)]
Name = Annotated[str | None, Argument("name or package/name of the action", "NAME", typed=True)]


def deploy(
    source: Source = None,
    name: Name = None,
    *,
    cells: "Cells | None" = None,
    context: Context | None = None,
    **options: Unpack[DeployOptions],
) -> "Receipt | Plan | ActionFile":
    """Put a function on the platform and give its receipt: created, updated or unchanged.

    The function is cut out of its notebook or file with all that it needs, tried alone in a clean process on
    the test input, sent, and tried there again; where the answers differ nothing is sent, or the previous version
    comes back. In Python the source is a function, or the path of a file.
    """
    from fnkit.delivery import pipeline

    context = context or Context()
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
