"""POST /namespaces/{ns}/actions/[{package}/]{name}: run an action. Source: Actions.scala, doInvoke."""

from weakref import ref

from fnkit.core.entities import PAYLOAD_LIMIT
from fnkit.local.access import owner_only, provider_of, readable_package
from fnkit.local.asgi import Response
from fnkit.local.exchange import Call, acceptable, answer, raw_answer
from fnkit.local.express import Again, Manner, said
from fnkit.local.invocable import Ask, Invocable
from fnkit.local.platform import Platform
from fnkit.local.routes.actions import wait_of


async def post(platform: Platform, call: Call) -> Response:
    """202 with the id where it does not block or does not end in time, else the record or its result."""
    platform.throttles.invoke(call.identity)
    since = platform.express.now()
    invocable = resolve(platform, call)
    wait, result_only = wait_of(call), call.boolean("result")
    arguments = await call.arguments(PAYLOAD_LIMIT)
    ask = Ask(call.identity, call.transaction_id, call.received_ms, arguments, wait)
    activation_id, record = await platform.controller.invoke(invocable, ask)
    if record is None or wait is None:
        return answer({"activationId": activation_id}, 202, activation_id)
    _learn(platform, call, Manner(call.identity, ref(invocable), invocable.imprint, wait, result_only), since)
    status, text = said(record, result_only)
    return raw_answer(text, status, activation_id)


def _learn(platform: Platform, call: Call, manner: Manner, since: tuple[int, int]) -> None:
    """The same call again needs no second look, where its answer depends on nothing else in its head."""
    plain = call.request.header(b"x-request-id") is None and acceptable(call.request.header(b"accept"))
    if plain:
        call.request.learn(Again(platform.express, manner, since).begin, since)


def resolve(platform: Platform, call: Call) -> Invocable:
    """The action that a call's namespace and names mean, for who calls. Raises Rejected 403, 404 or 409."""
    controller = platform.controller
    if len(call.names) == 1:
        owner_only(call)
        return controller.resolve(call.namespace, call.names[0])
    package = readable_package(platform.entities, call, call.namespace, call.names[0])
    provider = provider_of(platform.entities, package)
    binding = package if package.document["binding"] else None
    return controller.resolve(provider.namespace, f"{provider.name}/{call.names[1]}", binding)
