"""The verbs of the embedded platform's users: namespaces with keys and limits of their own."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from fnkit.context import Context, embedded_data
from fnkit.core.entities import Json
from fnkit.core.errors import BadArgument
from fnkit.verbs.answers import DeletedUser
from fnkit.verbs.table import Argument, Option

if TYPE_CHECKING:
    from fnkit.whisk.users import User, Users

Name = Annotated[str, Argument("the user, whose name is that of its namespace", "NAME")]
Data = Annotated[Path | None, Option("the folder of another embedded platform than the one in use", "DIR")]
Limit = Annotated[
    Mapping[str, Json] | None,
    Option("invocationsPerMinute, firesPerMinute or concurrentInvocations and a number", "KEY VALUE", pair=True),
]


def user_create(name: Name, *, limit: Limit = None, data: Data = None, context: Context | None = None) -> "User":
    """Make a namespace with a key of its own; gives the props file that opens it, for `WSK_CONFIG_FILE`."""
    return _users(data, context).create(name, limit)


def user_get(name: Name, *, data: Data = None, context: Context | None = None) -> "User":
    """Give a user's limits, whether it is blocked, and its props file."""
    return _users(data, context).get(name)


def user_list(*, data: Data = None, context: Context | None = None) -> "tuple[User, ...]":
    """Give all users of the embedded platform."""
    return _users(data, context).list()


def user_limit(name: Name, *, limit: Limit = None, data: Data = None, context: Context | None = None) -> "User":
    """Set limits of a user, from its next call on; those that are not named stay."""
    return _users(data, context).change(name, limits=limit)


def user_block(name: Name, *, data: Data = None, context: Context | None = None) -> "User":
    """Shut a user out, from its next call on; what it deployed stays."""
    return _users(data, context).change(name, blocked=True)


def user_unblock(name: Name, *, data: Data = None, context: Context | None = None) -> "User":
    """Let a blocked user in again."""
    return _users(data, context).change(name, blocked=False)


def user_delete(
    name: Name,
    *,
    yes: Annotated[bool, Option("do not ask", short="-y")] = False,
    data: Data = None,
    context: Context | None = None,
) -> DeletedUser:
    """Forget a user and its key; what it deployed stays for a new one of that name."""
    context = context or Context()
    users = _users(data, context)
    if not (yes or context.face.confirm(f"Delete the user {name}? Its key will open nothing any more.")):
        raise BadArgument(f"Deleting the user {name}", "nobody said yes.", "Answer y, or add --yes.")
    return DeletedUser(users.delete(name).name)


def _users(data: Path | None, context: Context | None) -> "Users":
    """The users of the platform of `data`, or of the one in use, which is started where it does not run."""
    from fnkit.local.folder import Folder
    from fnkit.whisk.props import load_file
    from fnkit.whisk.transport import Http
    from fnkit.whisk.users import Users

    context = context or Context()
    folder = data.absolute() if data else embedded_data(context.props)
    if folder is None:
        raise BadArgument(
            f"Administering the users of {context.props.apihost}",
            "it is not the embedded platform of this machine.",
            "Its operator does that, with wskadmin; --data names the folder of an embedded one.",
        )
    context.ensure(folder)
    return Users(Http(load_file(Folder(folder).operator)))
