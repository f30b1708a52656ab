"""What is there without a key: /, /ping, /metrics, /invokers, /api/v1 and api-docs. Source: Controller.scala."""

from collections.abc import Awaitable, Callable, Mapping
from importlib.metadata import version

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from fnkit.local.kinds import BLACKBOX
from fnkit.local.metrics import MEDIA
from fnkit.local.openapi import document
from fnkit.local.platform import Platform
from fnkit.local.rejected import CORS
from fnkit.local.routes.v1 import ROUTES
from fnkit.local.views import lines
from fnkit.local.web.access import METHODS

_HEALTH: Mapping[str, object] = {
    "/invokers": {"invoker0": "up"},
    "/invokers/": {"invoker0": "up"},
    "/invokers/healthy/count": 1,
    "/invokers/ready": {"healthy": "1/1"},
}
"""The one invoker is this process: it is up where it answers, as OpenWhisk standalone's lean balancer says."""
API_DOCS = "/api/v1/api-docs"
PATHS = frozenset({"/", "/ping", "/metrics", "/api/v1", API_DOCS, *_HEALTH})
"""All that is here."""
_UNITS = {"memory": 1024 * 1024, "logs": 1024 * 1024}
_WORDS = {"timeout": "duration", "memory": "memory", "logs": "logs"}


def routes(platform: Platform) -> list[Route]:
    """The routes of the root."""

    async def info(request: Request) -> Response:
        return JSONResponse(_info(platform))

    async def metrics(request: Request) -> Response:
        text = platform.controller.metrics.text(platform.throttles.refused)
        text += "".join(f"{line}\n" for line in lines(platform.snapshot(), platform.sources()))
        return Response(text.encode(), media_type=MEDIA)

    async def api_docs(request: Request) -> Response:
        return JSONResponse(document(ROUTES, METHODS))

    return [
        Route("/", info, methods=["GET"]),
        Route("/ping", _ping, methods=["GET"]),
        Route(API_DOCS, api_docs, methods=["GET"]),
        Route("/metrics", metrics, methods=["GET"]),
        *(Route(path, _healthy(answer), methods=["GET"]) for path, answer in _HEALTH.items()),
        Route("/api/v1", _api, methods=["GET"]),
    ]


def _healthy(answer: object) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return JSONResponse(answer)

    return endpoint


async def _ping(request: Request) -> Response:
    return PlainTextResponse("pong")


async def _api(request: Request) -> Response:
    return JSONResponse(
        {
            "description": "OpenWhisk API",
            "api_version": "1.0.0",
            "api_version_path": "v1",
            "build": version("fnkit"),
            "buildno": "fnkit",
            "swagger_paths": {"ui": "/docs", "api-docs": "/api-docs"},
        },
        headers=CORS,
    )


def _info(platform: Platform) -> dict[str, object]:
    usual = platform.users.limits
    limits: dict[str, int] = {
        "actions_per_minute": usual.invocations_per_minute,
        "triggers_per_minute": usual.fires_per_minute,
        "concurrent_actions": usual.concurrent_invocations,
        "sequence_length": 50,
    }
    for bound in platform.bounds:
        if word := _WORDS.get(bound.field):
            unit = _UNITS.get(bound.field, 1)
            for prefix in ("", "default_"):
                limits[f"{prefix}min_action_{word}"] = bound.least * unit
                limits[f"{prefix}max_action_{word}"] = bound.most * unit
    return {
        "description": "OpenWhisk",
        "support": {
            "github": "https://github.com/apache/openwhisk/issues",
            "slack": "http://slack.openwhisk.org",
        },
        "api_paths": ["/api/v1"],
        "limits": limits,
        "runtimes": _runtimes(platform),
    }


def _runtimes(platform: Platform) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = {}
    for kind in sorted({*platform.kinds.names.values()} - {BLACKBOX}):
        family = kind.partition(":")[0]
        default = platform.kinds.names.get(f"{family}:default") == kind
        item = {"kind": kind, "image": "", "deprecated": False, "default": default, "attached": True}
        found.setdefault(family, []).append({**item, "requireMain": False})
    return found
