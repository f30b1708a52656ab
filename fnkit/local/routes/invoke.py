"""POST /namespaces/{ns}/actions/[{package}/]{name}: run an action. Source: Actions.scala, doInvoke."""

from fnkit.core.entities import PAYLOAD_LIMIT
from fnkit.local.access import owner_only, provider_of, readable_package
from fnkit.local.asgi import Response
from fnkit.local.exchange import Call, answer, raw_answer
from fnkit.local.invocable import Ask, Invocable
from fnkit.local.jobs import Status
from fnkit.local.platform import Platform
from fnkit.local.records import Record
from fnkit.local.routes.actions import wait_of

_CODES = {Status.SUCCESS: 200, Status.INTERNAL_ERROR: 500}


async def post(platform: Platform, call: Call) -> Response:
    """202 with the id where it does not block or does not end in time, else the record or its result."""
    platform.throttles.invoke(call.identity)
    invocable = resolve(platform, call)
    wait, result_only = wait_of(call), call.boolean("result")
    arguments = await call.arguments(PAYLOAD_LIMIT)
    ask = Ask(call.identity, call.transaction_id, call.received_ms, arguments, wait)
    activation_id, record = await platform.controller.invoke(invocable, ask)
    if record is None:
        return answer({"activationId": activation_id}, 202, activation_id)
    return raw_answer(_body(record, result_only), _CODES.get(record.status, 502), activation_id)


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


def _body(record: Record, result_only: bool) -> str:
    # A quirk of OpenWhisk: an array is answered bare, asked for or not.
    return record.result if result_only or record.result.startswith("[") else record.answer
