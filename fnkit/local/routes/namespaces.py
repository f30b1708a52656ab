"""/namespaces and /namespaces/{ns}/limits. Source: Namespaces.scala, Limits.scala."""

from starlette.responses import Response

from fnkit.core.entities import PAYLOAD_LIMIT
from fnkit.local.access import owner_only
from fnkit.local.documents import BOUNDS, CONCURRENT
from fnkit.local.exchange import Call, answer
from fnkit.local.platform import Platform
from fnkit.local.rejected import Rejected

PER_MINUTE = 1_000_000
"""Calls a minute: one machine of one's own is not throttled."""


async def list_all(platform: Platform, call: Call) -> Response:
    """GET namespaces: always one, that of the key."""
    return answer([call.identity.namespace])


async def limits(platform: Platform, call: Call) -> Response:
    """GET limits."""
    owner_only(call)
    ranges = {}
    for bound in BOUNDS:
        ranges[f"minAction{bound.field.capitalize()}"] = bound.least
        ranges[f"maxAction{bound.field.capitalize()}"] = bound.most
    return answer(
        {
            **ranges,
            "invocationsPerMinute": PER_MINUTE,
            "firesPerMinute": PER_MINUTE,
            "concurrentInvocations": CONCURRENT,
            "maxActionInstances": CONCURRENT,
            "maxParameterSize": f"{PAYLOAD_LIMIT} B",
        }
    )


async def no_inner_limits(platform: Platform, call: Call) -> Response:
    """GET limits/{anything}."""
    raise Rejected(400, "Inner entity level routes for limits are not yet implemented.", False)
