"""/namespaces/{ns}/activations: what ran. Source: Activations.scala."""

import re

from fnkit.local.access import owner_only
from fnkit.local.activations import Filter
from fnkit.local.asgi import Response
from fnkit.local.exchange import Call, answer, integer, raw_answer
from fnkit.local.platform import Platform
from fnkit.local.rejected import Rejected, bad_request, malformed_query, missing, no_route

_HEX = re.compile(r"[0-9a-f]{32}")


async def list_all(platform: Platform, call: Call) -> Response:
    """GET activations?limit&skip&count&docs&name&since&upto."""
    owner_only(call)
    page = call.page("activations")
    docs = call.boolean("docs")
    wanted = Filter(_name(call), _time(call, "since"), _time(call, "upto"))
    if page.count:
        if docs:
            raise bad_request("The parameter 'docs' is not permitted with 'count'.")
        count = platform.activations.count(call.namespace, wanted)
        return answer({"activations": max(0, count - page.skip)})
    if docs:
        records = platform.activations.records(call.namespace, wanted, page.skip, page.limit)
        return raw_answer(f"[{','.join(records)}]")
    return answer(platform.activations.summaries(call.namespace, wanted, page.skip, page.limit))


async def get(platform: Platform, call: Call) -> Response:
    """GET activations/{id}: the whole record."""
    return _found(platform.activations.get(call.namespace, _id(call)))


async def part(platform: Platform, call: Call) -> Response:
    """GET activations/{id}/result and activations/{id}/logs."""
    activation_id = _id(call)
    if call.names[1] == "result":
        return _found(platform.activations.response(call.namespace, activation_id))
    if call.names[1] == "logs":
        lines = platform.activations.logs(call.namespace, activation_id)
        return _found(lines and f'{{"logs":{lines}}}')
    raise no_route()


def check_id(activation_id: str) -> None:
    """Raises Rejected 400 where it is not 32 lower-case hex digits."""
    if len(activation_id) != 32:
        raise Rejected(400, f"Activation id length is {len(activation_id)} but must be 32.", False)
    if not _HEX.fullmatch(activation_id):
        raise Rejected(400, "The activation id is not valid.", False)


def _id(call: Call) -> str:
    owner_only(call)
    check_id(call.names[0])
    return call.names[0]


def _found(text: str | None) -> Response:
    if text is None:
        raise missing()
    return raw_answer(text)


def _name(call: Call) -> str | None:
    name = call.text("name")
    if name is None:
        return None
    if len([part for part in name.split("/") if part]) > 2:
        detail = f"Parameter may be a 'simple' name or 'package-name/simple' name: {name}"
        raise malformed_query("name", detail)
    return name


def _time(call: Call, name: str) -> int | None:
    value = call.text(name)
    if value is None:
        return None
    if (time := integer(value, 63)) is None:
        detail = f"Parameter is not a valid value for epoch seconds: {value}"
        raise malformed_query(name, detail)
    return time
