"""/namespaces and /namespaces/{ns}/limits. Source: Namespaces.scala, Limits.scala."""

from fnkit.core.entities import PAYLOAD_LIMIT
from fnkit.local.access import owner_only
from fnkit.local.asgi import Response
from fnkit.local.exchange import Call, answer
from fnkit.local.platform import Platform
from fnkit.local.rejected import Rejected


async def list_all(platform: Platform, call: Call) -> Response:
    """GET namespaces: always one, that of the key."""
    return answer([call.identity.namespace])


async def limits(platform: Platform, call: Call) -> Response:
    """GET limits."""
    owner_only(call)
    ranges = {}
    for bound in platform.bounds:
        ranges[f"minAction{bound.field.capitalize()}"] = bound.least
        ranges[f"maxAction{bound.field.capitalize()}"] = bound.most
    return answer(
        {
            **ranges,
            **call.identity.limits.to_json(),
            "maxActionInstances": call.identity.limits.concurrent_invocations,
            "maxParameterSize": f"{PAYLOAD_LIMIT} B",
        }
    )


async def no_inner_limits(platform: Platform, call: Call) -> Response:
    """GET limits/{anything}."""
    raise Rejected(400, "Inner entity level routes for limits are not yet implemented.", False)
