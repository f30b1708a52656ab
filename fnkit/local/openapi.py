"""What is served, as a Swagger 2.0 document made from the table of routes. Source: apiv1swagger.json.

The route says path and verb, its handler's docstring what it does; what stands here is what a route does not know
of itself: its query, its body and the shape of its answer.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from fnkit.core.entities import Json
from fnkit.local.exchange import LIST_DEFAULT, LIST_MOST
from fnkit.local.schemas import DEFINITIONS, ref

Route = tuple[str, str, str]
"""A verb, a collection and a shape, as in the table of `routes.v1`."""

_NAMES = {
    "actions": "actionName",
    "packages": "packageName",
    "triggers": "triggerName",
    "rules": "ruleName",
    "activations": "activationId",
}
_WEB = "/web/{namespace}/{packageName}/{actionName}"
"""The name may end in an extension, and a path may follow it; the package may be `default`."""
_OTHER_SPELLINGS = frozenset({("GET", "activations", "x/"), ("GET", "limits", "x")})
"""Served, and not worth a line: the same with a slash, and a no to everybody."""
_DEFINED = {"actions": "Action", "packages": "Package", "triggers": "Trigger", "rules": "Rule"}
_REFUSALS = {
    "400": "What was sent is malformed",
    "401": "The key is missing or wrong",
    "403": "It belongs to another namespace",
    "404": "It does not exist",
    "406": "The client takes no JSON",
    "409": "It exists already, or is of another kind",
    "413": "What was sent is too large",
    "415": "What was sent is no JSON",
    "429": "Too many calls",
}
_FLAG = {"type": "boolean", "default": False}
_QUERIES: Mapping[tuple[str, str], Mapping[str, Mapping[str, Json]]] = {
    ("LIST", ""): {
        "limit": {"type": "integer", "minimum": 0, "maximum": LIST_MOST, "default": LIST_DEFAULT},
        "skip": {"type": "integer", "minimum": 0, "default": 0},
        "count": _FLAG,
    },
    ("LIST", "activations"): {
        "name": {"type": "string"},
        "since": {"type": "integer", "format": "int64"},
        "upto": {"type": "integer", "format": "int64"},
        "docs": _FLAG,
    },
    ("GET", "actions"): {"code": {"type": "boolean", "default": True}},
    ("PUT", ""): {"overwrite": _FLAG},
    ("POST", "actions"): {
        "blocking": _FLAG,
        "result": _FLAG,
        "timeout": {"type": "integer", "minimum": 1, "maximum": 60_000, "default": 60_000},
    },
    ("DELETE", "packages"): {"force": _FLAG},
}


def document(routes: Mapping[Route, Callable[..., Any]], web_methods: Iterable[str]) -> dict[str, Json]:
    """The document of these routes and of web actions; each function's docstring says what its route does."""
    paths: dict[str, dict[str, Json]] = {
        "/namespaces": {"get": _operation(("GET", "namespaces", ""), "The namespace of the key.", "/namespaces")}
    }
    for route, handler in routes.items():
        if route not in _OTHER_SPELLINGS:
            summary = (inspect.getdoc(handler) or "").partition("\n")[0]
            for path in _paths(route):
                paths.setdefault(path, {})[route[0].lower()] = _operation(route, summary, path)
    return {
        "swagger": "2.0",
        "info": {"title": "OpenWhisk REST API", "version": "1.0.0"},
        "basePath": "/api/v1",
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "securityDefinitions": {"basicAuth": {"type": "basic"}},
        "security": [{"basicAuth": []}],
        "paths": {**paths, _WEB: {method.lower(): _web_operation(method) for method in web_methods}},
        "definitions": DEFINITIONS,
    }


def _paths(route: Route) -> Iterator[str]:
    _, collection, shape = route
    root, name = f"/namespaces/{{namespace}}/{collection}", _NAMES.get(collection, "name")
    match shape:
        case "":
            yield root
        case "x":
            yield f"{root}/{{{name}}}"
        case "x/":
            yield f"{root}/{{packageName}}/"
        case "x/x" if collection == "activations":
            yield from (f"{root}/{{{name}}}/{part}" for part in ("logs", "result"))
        case _:
            yield f"{root}/{{packageName}}/{{{name}}}"


def _operation(route: Route, summary: str, path: str) -> dict[str, Json]:
    verb, collection, shape = route
    lists = verb == "GET" and (shape in ("", "x/")) and collection in _NAMES
    places = [word[1:-1] for word in path.split("/") if word.startswith("{")]
    parameters: list[dict[str, Json]] = [_place(name) for name in places]
    for key in (("LIST" if lists else verb, ""), ("LIST" if lists else verb, collection)):
        parameters += [{"name": name, "in": "query", **kind} for name, kind in _QUERIES.get(key, {}).items()]
    if verb in ("PUT", "POST"):
        schema = _body(verb, collection)
        parameters.append({"name": "body", "in": "body", "required": verb == "PUT", "schema": schema})
    words = [verb.lower(), *(word.strip("{}").capitalize() for word in path.split("/") if word)]
    return {
        "tags": [collection.capitalize()],
        "summary": summary,
        "operationId": "".join(words) + ("List" if path.endswith("/") else ""),
        "parameters": parameters,
        "responses": {**_answers(route, lists, path), **_refusals()},
    }


def _web_operation(method: str) -> dict[str, Json]:
    return {
        "tags": ["Web Actions"],
        "summary": f"{method} of a web action.",
        "operationId": f"{method.lower()}WebAction",
        "consumes": ["*/*"],
        "produces": ["*/*"],
        "security": [],
        "parameters": [_place(name) for name in ("namespace", "packageName", "actionName")],
        "responses": {"default": {"description": "What the action answers"}},
    }


def _place(name: str) -> dict[str, Json]:
    place: dict[str, Json] = {"name": name, "in": "path", "required": True, "type": "string"}
    return {**place, "pattern": "^[0-9a-f]{32}$"} if name == "activationId" else place


def _body(verb: str, collection: str) -> dict[str, Json]:
    if collection == "rules" and verb == "POST":
        return ref("RuleStatus")
    return ref(f"{_DEFINED[collection]}Put") if verb == "PUT" and collection in _DEFINED else {"type": "object"}


def _answers(route: Route, lists: bool, path: str) -> dict[str, Json]:
    verb, collection, shape = route
    if verb == "POST" and collection in ("actions", "triggers"):
        promise = {"description": "It runs", "schema": ref("ActivationId")}
        if collection == "triggers":
            return {"202": promise, "204": {"description": "No active rule"}}
        over = {"description": "The record, or its result where that was asked for"}
        return {"200": over, "202": promise, "502": over, "500": over}
    if lists or collection == "namespaces":
        # With ?count=true it is an object.
        return {"200": {"description": "A list" if collection == "namespaces" else "A list, or how many"}}
    if verb == "POST":
        return {"200": {"description": "OK"}}
    if collection == "activations":
        schema = {"type": "object"} if shape == "x/x" else ref("Activation")
        return {"200": {"description": "What ran", "schema": schema}}
    schema = ref(_DEFINED[collection]) if collection in _DEFINED else {"type": "object"}
    return {"200": {"description": "As it is now" if verb != "DELETE" else "As it was", "schema": schema}}


def _refusals() -> dict[str, Json]:
    return {code: {"description": words, "schema": ref("Error")} for code, words in _REFUSALS.items()}
