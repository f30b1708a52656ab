"""Lists of entities, as every collection answers them."""

from collections.abc import Callable, Sequence

from fnkit.core.entities import Json
from fnkit.local.asgi import Response
from fnkit.local.entities import Entity
from fnkit.local.exchange import Call, answer


def listing(call: Call, collection: str, found: Sequence[Entity], item: Callable[[Entity], Json]) -> Response:
    """The page of `found` that was asked for, or with ?count=true how many there are. Raises Rejected 400."""
    page = call.page(collection)
    if page.count:
        return answer({collection: max(0, len(found) - page.skip)})
    return answer([item(one) for one in found[page.skip : page.skip + page.limit]])
