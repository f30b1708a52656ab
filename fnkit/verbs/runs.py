"""The verbs of activations."""

from typing import TYPE_CHECKING, Annotated

from fnkit.context import Context
from fnkit.core.entities import Json
from fnkit.core.errors import Missing
from fnkit.verbs.answers import Listing
from fnkit.verbs.table import Argument, Option

if TYPE_CHECKING:
    from fnkit.delivery.bill import Bill
    from fnkit.delivery.invocation import Invocation
    from fnkit.whisk.activations import Summary

Id = Annotated[str | None, Argument("an activation id, the newest one where none is given", "ID")]


def result(
    id: Id = None,
    *,
    timeout: Annotated[float, Option("how long to wait for the end, in seconds", "S")] = 60.0,
    context: Context | None = None,
) -> Json:
    """Give the result of an activation, once it is done; `{"error": …}` where it failed."""
    call = _look(id, context).wait(timeout)
    if call.activation is None:
        raise Missing(
            f"Getting the result of activation {call.id}",
            f"it is not done after {timeout:g} s, it is {call.state}.",
            f"Try again: fnkit result {call.id}.",
        )
    return call.result


def logs(id: Id = None, *, context: Context | None = None) -> tuple[str, ...]:
    """Give the log lines of an activation, each with its time and stream."""
    return _look(id, context).logs


def activations(
    name: Annotated[str | None, Argument("only those of this action", "NAME")] = None,
    *,
    limit: Annotated[int, Option("at most so many, up to 200", "N", short="-l")] = 30,
    skip: Annotated[int, Option("leave out so many of the newest", "N", short="-s")] = 0,
    context: Context | None = None,
) -> "Listing[Summary]":
    """Give the activations of your namespace, the newest first."""
    found = (context or Context()).client.activations.list(name, limit, skip)
    return Listing.of("activation", found, lambda one: one.id, lambda one: one.name, lambda one: one.status)


def bill(
    *,
    since: Annotated[int | None, Option("from when on, in ms since 1970", "MS")] = None,
    upto: Annotated[int | None, Option("up to when", "MS")] = None,
    price: Annotated[float | None, Option("what a GB s costs", "MONEY")] = None,
    context: Context | None = None,
) -> "Bill":
    """Give what ran, by action: runs, cold and warm, GB s, and what a cloud would ask for them."""
    from fnkit.delivery import bill as bills

    client = (context or Context()).client
    return bills.bill(client, since, upto, bills.PRICE if price is None else price)


def _look(id: str | None, context: Context | None) -> "Invocation":
    from fnkit.delivery import calls

    client = (context or Context()).client
    if id is None:
        newest = client.activations.list(limit=1)
        if not newest:
            raise Missing("Looking for the newest activation", "there is none yet.", "Run one: fnkit invoke NAME.")
        id = newest[0].id
    return calls.look(client, id)
