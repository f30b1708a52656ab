"""What is there without credentials: /, /ping and /api/v1. Source: Controller.scala."""

from importlib.metadata import version

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from fnkit.local.documents import BOUNDS, CONCURRENT
from fnkit.local.platform import Platform
from fnkit.local.rejected import CORS
from fnkit.local.routes.namespaces import PER_MINUTE

_UNITS = {"memory": 1024 * 1024, "logs": 1024 * 1024}
_WORDS = {"timeout": "duration", "memory": "memory", "logs": "logs"}


def routes(platform: Platform) -> list[Route]:
    """The routes of the root."""

    async def info(request: Request) -> Response:
        return JSONResponse(_info(platform))

    return [
        Route("/", info, methods=["GET"]),
        Route("/ping", _ping, methods=["GET"]),
        Route("/api/v1", _api, methods=["GET"]),
    ]


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
    limits: dict[str, int] = {
        "actions_per_minute": PER_MINUTE,
        "triggers_per_minute": PER_MINUTE,
        "concurrent_actions": CONCURRENT,
        "sequence_length": 50,
    }
    for bound in BOUNDS:
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
    for kind in sorted(set(platform.kinds.names.values())):
        family = kind.partition(":")[0]
        default = platform.kinds.names.get(f"{family}:default") == kind
        item = {"kind": kind, "image": "", "deprecated": False, "default": default, "attached": True}
        found.setdefault(family, []).append({**item, "requireMain": False})
    return found
