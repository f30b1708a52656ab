"""Which folders of this machine a feed may watch: those that the platform was started with, or a permit names.

An action has its owner's key, and so has whoever is given one; the files of this machine are not for them. Who can
read the data folder names one more folder for one trigger: a permit is a signature with the operator's key, which
lies there and which no sandbox shows.
"""

from fnkit.core.entities import Json
from fnkit.core.errors import Unauthorized
from fnkit.core.signatures import FOLDER, signed
from fnkit.events.folder import Folder
from fnkit.events.sources import storage
from fnkit.local.keys import OPERATOR
from fnkit.local.platform import Platform
from fnkit.local.rejected import Rejected

ADVICE = (
    "Do it with fnkit there, as the user who runs the platform; or have it started with --folder and this one;"
    " or watch objects: or a bucket."
)
AGAIN = "Have it started with --folder and this one again, or wire it anew with fnkit there; then switch it on."


def check(
    platform: Platform, place: tuple[str, str], parameters: dict[str, Json], permit: Json, known: str = ""
) -> dict[str, Json]:
    """The parameters where the feed of a trigger may watch its store; a folder is named in them without links.

    `permit` is the signature of namespace, trigger and `store` as they are given, if there is one; `known` is the
    store that the feed watches already. Raises Rejected 403, BadArgument.
    """
    given = parameters.get("store")
    if not isinstance(given, str) or not given:
        return parameters
    store = Folder.resolved(made := storage(given).store)
    if store != made:
        parameters = {**parameters, "store": store}
    permitted = signed(str(permit), f"{OPERATOR}:{platform.operator}", FOLDER, *place, given)
    try:
        before = store == known and platform.permits.has(place, store)
        platform.allowed.check(store, ADVICE, permitted or before)
    except Unauthorized as refused:
        raise Rejected(403, str(refused), False) from None
    if permitted:
        platform.permits.keep(place, store)
    return parameters


def demand(platform: Platform, place: tuple[str, str], store: str) -> None:
    """Nothing where the store of a feed may be watched still: a start may have named other folders.

    Raises Unauthorized, BadArgument.
    """
    platform.allowed.check(store, AGAIN, platform.permits.has(place, store))
