"""The verbs of actions."""

import base64
import io
import zipfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from fnkit.context import Context
from fnkit.core.entities import Json
from fnkit.core.errors import BadArgument
from fnkit.core.names import ActionName
from fnkit.verbs.answers import ActionFile, Deleted, Listing
from fnkit.verbs.naming import Limit, Skip, Yes, sure
from fnkit.verbs.table import Argument, Option

if TYPE_CHECKING:
    from fnkit.delivery.invocation import Invocation
    from fnkit.whisk.documents import Action

Name = Annotated[str, Argument("name, package/name or /namespace/package/name", "NAME")]


def show(name: Name, *, context: Context | None = None) -> ActionFile:
    """Give the action file that is deployed under a name."""
    action = (context or Context()).client.actions.get(ActionName.parse(name))
    return ActionFile(action.path, _text(action))


def invoke(
    name: Name,
    arguments: Annotated[
        Mapping[str, Json] | None, Argument("KEY=VALUE, KEY=@photo.jpg or @file.json", "KEY=VALUE", place=1)
    ] = None,
    /,
    *,
    blocking: Annotated[bool, Option("wait for the end", short="-b", off="--no-wait")] = True,
    result: Annotated[bool, Option("give the result alone", short="-r")] = False,
    timeout: Annotated[
        float | None, Option("wait for so many seconds at most, then give its state", "S", short="-t")
    ] = None,
    context: Context | None = None,
    **more: Json,
) -> "Invocation | Json":
    """Run an action and give its activation: id, status, result, logs and where the time went.

    `fnkit.invoke("hello", name="Ada")`; an argument with the name of an option goes into the mapping:
    `fnkit.invoke("hello", {"timeout": 3})`. Raises ActionFailed where the action failed.
    """
    from fnkit.delivery import calls

    client, action, values = (context or Context()).client, ActionName.parse(name), {**(arguments or {}), **more}
    call = calls.invoke(client, action, values, blocking=blocking and timeout is None)
    if not blocking:
        return call
    call = (call if timeout is None else call.wait(timeout)).check()
    return call.result if result else call


def get(name: Name, *, context: Context | None = None) -> "Action":
    """Give what is deployed under a name: version, limits, parameters, entry and digest."""
    return (context or Context()).client.actions.get(ActionName.parse(name), code=False)


def list(
    package: Annotated[str | None, Argument("only the actions of this package", "PACKAGE")] = None,
    *,
    limit: Limit = 30,
    skip: Skip = 0,
    context: Context | None = None,
) -> "Listing[Action]":
    """Give the actions of your namespace, the newest first."""
    found = (context or Context()).client.actions.list(package, limit, skip)
    return Listing.of("action", found, lambda one: one.path, lambda one: one.version, lambda one: one.kind)


def delete(
    name: Name,
    *,
    yes: Yes = False,
    context: Context | None = None,
) -> Deleted:
    """Delete an action from the platform, after a question."""
    context = context or Context()
    action = ActionName.parse(name)
    if not yes:
        context.client.actions.get(action, code=False)  # what is not there needs no question
    sure(context, "action", action, yes)
    gone = context.client.actions.delete(action)
    return Deleted(f"/{gone.namespace}/{gone.path}", gone.version)


def _text(action: "Action") -> str:
    """The source of an action: its code, or `__main__.py` of its zip."""
    code = str(action.exec.get("code") or "")
    if not action.exec.get("binary"):
        return code
    try:
        with zipfile.ZipFile(io.BytesIO(base64.b64decode(code))) as archive:
            return archive.read("__main__.py").decode()
    except (ValueError, KeyError, zipfile.BadZipFile):
        raise BadArgument(
            f"Showing the action {action.path}", f"its code ({action.kind}) is not a zip with a __main__.py."
        ) from None
