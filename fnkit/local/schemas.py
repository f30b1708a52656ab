"""The shapes of what the API takes and gives, as definitions of its Swagger document."""

from collections.abc import Mapping

from fnkit.core.entities import Json


def ref(name: str) -> dict[str, Json]:
    """A reference to a definition."""
    return {"$ref": f"#/definitions/{name}"}


def _object(required: tuple[str, ...] = (), **properties: Json) -> dict[str, Json]:
    made: dict[str, Json] = {"type": "object", "properties": properties}
    return {**made, "required": list(required)} if required else made


_TEXT, _YES_OR_NO, _NUMBER = {"type": "string"}, {"type": "boolean"}, {"type": "integer"}
_PAIRS = {"type": "array", "items": _object(("key", "value"), key=_TEXT, value={})}
_COMMON: dict[str, Json] = {"version": _TEXT, "publish": _YES_OR_NO, "annotations": _PAIRS}
_OWN: dict[str, Json] = {
    "namespace": _TEXT,
    "name": _TEXT,
    "updated": {"type": "integer", "format": "int64"},
    **_COMMON,
}
_ALWAYS = ("namespace", "name", "version", "publish", "annotations")
_LIMITS = _object(timeout=_NUMBER, memory=_NUMBER, logs=_NUMBER, concurrency=_NUMBER, instances=_NUMBER)
_EXEC = _object(
    ("kind",),
    kind=_TEXT,
    code=_TEXT,
    main=_TEXT,
    image=_TEXT,
    binary=_YES_OR_NO,
    components={"type": "array", "items": _TEXT},
)
_PLACE = _object(("path", "name"), path=_TEXT, name=_TEXT)
DEFINITIONS: Mapping[str, Json] = {
    "Error": _object(("error", "code"), error=_TEXT, code=_TEXT),
    "ActivationId": _object(("activationId",), activationId=_TEXT),
    "Action": _object((*_ALWAYS, "exec", "limits"), **_OWN, exec=_EXEC, parameters=_PAIRS, limits=_LIMITS),
    "ActionPut": _object(
        **_COMMON,
        exec=_EXEC,
        parameters=_PAIRS,
        limits=_LIMITS,
        delAnnotations={"type": "array", "items": _TEXT},
    ),
    "Package": _object(_ALWAYS, **_OWN, parameters=_PAIRS, binding={"type": "object"}),
    "PackagePut": _object(**_COMMON, parameters=_PAIRS, binding=_object(namespace=_TEXT, name=_TEXT)),
    "Trigger": _object(_ALWAYS, **_OWN, parameters=_PAIRS, limits={"type": "object"}, rules={"type": "object"}),
    "TriggerPut": _object(**_COMMON, parameters=_PAIRS, limits={"type": "object"}),
    "Rule": _object((*_ALWAYS, "trigger", "action"), **_OWN, trigger=_PLACE, action=_PLACE, status=_TEXT),
    "RulePut": _object(**_COMMON, trigger=_TEXT, action=_TEXT),
    "RuleStatus": _object(("status",), status={"type": "string", "enum": ["active", "inactive"]}),
    "Activation": _object(
        ("namespace", "name", "activationId", "start", "response"),
        **_OWN,
        subject=_TEXT,
        activationId=_TEXT,
        cause=_TEXT,
        start={"type": "integer", "format": "int64"},
        end={"type": "integer", "format": "int64"},
        duration=_NUMBER,
        response=_object(
            ("status", "success", "result"), status=_TEXT, success=_YES_OR_NO, result={}, size=_NUMBER
        ),
        logs={"type": "array", "items": _TEXT},
    ),
}
