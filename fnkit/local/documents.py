"""What a PUT makes of its body: OpenWhisk's shapes, limits and versions, checked and merged. Pure.

Source: WhiskAction.scala, Exec.scala, ActionLimits.scala, SemVer.scala, and what a real server was seen to say.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fnkit.core.entities import CODE_LIMIT, Json, Limits
from fnkit.local import parameters
from fnkit.local.components import SEQUENCE, Components
from fnkit.local.engines import is_image
from fnkit.local.kinds import BLACKBOX, needed
from fnkit.local.parameters import Pairs
from fnkit.local.records import dumps
from fnkit.local.rejected import Rejected, bad_request, malformed, too_large

_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)?")
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Bound:
    """One limit of an action: what its errors call it, and its range."""

    words: str
    field: str
    default: int
    least: int
    most: int
    unit: str = ""

    def check(self, value: int) -> None:
        """Raises Rejected 400 outside the range."""
        for wrong, word, edge in (
            (value < self.least, "below", self.least),
            (value > self.most, "exceeds", self.most),
        ):
            if wrong:
                text = f"{self.words} {value}{self.unit} {word} allowed threshold of {edge}{self.unit}"
                raise bad_request(f"requirement failed: {text}")


DEFAULTS = Limits()
BOUNDS = (  # in the order in which they are checked
    Bound("memory size", "memory", DEFAULTS.memory, 128, 512, " MB"),
    Bound("duration", "timeout", DEFAULTS.timeout, 100, 300_000, " milliseconds"),
    Bound("log size", "logs", DEFAULTS.logs, 0, 10, " MB"),
    Bound("concurrency", "concurrency", DEFAULTS.concurrency, 1, 1),
)


def bounds(max_concurrency: int) -> tuple[Bound, ...]:
    """The limits of a platform on which an instance may take so many runs at a time."""
    return tuple(
        replace(bound, most=max_concurrency) if bound.field == "concurrency" else bound for bound in BOUNDS
    )


_READ_ORDER = (("timeout", "time"), ("memory", "memory"), ("logs", "log"), ("concurrency", "concurrency"))


@dataclass(frozen=True, slots=True)
class Exec:
    """A checked `exec`."""

    kind: str
    code: str
    main: str | None = None
    image: str | None = None

    def to_json(self) -> dict[str, Json]:
        """As in a document, without the code."""
        given = {"main": self.main, "image": self.image}
        named = {key: value for key, value in given.items() if value is not None}
        return {"kind": self.kind, "binary": is_binary(self.code), **named}


@dataclass(frozen=True, slots=True)
class ActionPut:
    """A checked body of PUT action; None where a field was not given."""

    exec: Exec | Components | None
    parameters: Pairs | None
    limits: Mapping[str, int] | None
    version: str | None
    publish: bool | None
    annotations: Pairs | None
    without: tuple[str, ...]

    def check_sizes_and_limits(self, concurrent: int, bounds: Sequence[Bound] = BOUNDS) -> None:
        """Raises Rejected 413 or 400; `concurrent` is what the namespace may run at a time."""
        if self.exec and (size := len(self.exec.code.encode())) > CODE_LIMIT:
            raise too_large(f"exec larger than allowed: {size} > {CODE_LIMIT} bytes.")
        parameters.check_size("parameters", self.parameters or [])
        parameters.check_size("annotations", self.annotations or [])
        limits = self.limits or {}
        for bound in bounds:
            if bound.field in limits:
                bound.check(limits[bound.field])
        if not 0 <= limits.get("instances", 0) <= concurrent:
            text = f"Max action instance concurrency must not exceed your namespace concurrency of {concurrent}."
            raise bad_request(text)


def read_action(body: Json, kinds: Mapping[str, str], namespace: str = "_") -> ActionPut:
    """Read a PUT's body; `kinds` gives the concrete kind for each name of one, `namespace` is what `_` means.

    Raises Rejected 400 or 500.
    """
    if not isinstance(body, dict):
        raise malformed("Object expected in field 'exec'")
    given = {key: value for key, value in body.items() if value is not None}
    return ActionPut(
        exec=_read_exec(given["exec"], kinds, namespace) if "exec" in given else None,
        parameters=parameters.read(given["parameters"]) if "parameters" in given else None,
        limits=_read_limits(given["limits"]) if "limits" in given else None,
        version=read_version(given.get("version")),
        publish=read_publish(given.get("publish")),
        annotations=parameters.read(given["annotations"]) if "annotations" in given else None,
        without=_read_names(given.get("delAnnotations", [])),
    )


def action_document(put: ActionPut, old: Mapping[str, Json] | None) -> dict[str, Json]:
    """The action's next document: `old` with what the PUT gives. Raises Rejected 400 without exec on a create."""
    if old is None and put.exec is None:
        raise bad_request("exec undefined")
    before = old or {"limits": DEFAULTS.to_json(), "parameters": [], "annotations": [], "publish": False}
    executable = put.exec.to_json() if put.exec else before["exec"]
    kept = [pair for pair in before["annotations"] if pair["key"] not in put.without]
    annotations = parameters.merge(kept, put.annotations or [])
    if old is None and all(pair["key"] != "provide-api-key" for pair in annotations):
        annotations.append({"key": "provide-api-key", "value": False})
    return {
        "exec": executable,
        "parameters": _parameters(put, executable, before),
        "limits": {**before["limits"], **(put.limits or {})},
        "version": put.version or next_version(old),
        "publish": before["publish"] if put.publish is None else put.publish,
        "annotations": parameters.merge(annotations, [{"key": "exec", "value": executable["kind"]}]),
    }


def is_binary(code: str) -> bool:
    """True where the code is base64, as OpenWhisk guesses it: also a plain word of four letters."""
    text = code.strip()
    return bool(text) and len(text) % 4 == 0 and _BASE64.fullmatch(text) is not None


def read_version(value: Json) -> str | None:
    """`major.minor.patch` of a version text with one number or more. Raises Rejected 400."""
    if value is None:
        return None
    parts = value.split(".")[:3] if isinstance(value, str) else []
    if not parts or not all(_NUMBER.fullmatch(part) for part in parts) or not any(map(int, parts)):
        raise malformed("semantic version malformed")
    return ".".join(str(int(part)) for part in [*parts, "0", "0"][:3])


def next_version(old: Mapping[str, Json] | None) -> str:
    """The version after a document's: its patch number plus one."""
    major, minor, patch = (old["version"] if old else "0.0.0").split(".")
    return f"{major}.{minor}.{int(patch) + 1}"


def read_publish(value: Json) -> bool | None:
    """Raises Rejected 400 where it is neither true, false nor null."""
    if value is None or isinstance(value, bool):
        return value
    raise malformed(f"Expected JsBoolean, but got {dumps(value)}")


def _parameters(put: ActionPut, executable: Mapping[str, Json], before: Mapping[str, Json]) -> Pairs:
    if executable["kind"] == SEQUENCE:  # whatever a PUT says
        return [{"key": "_actions", "value": executable["components"]}]
    if put.parameters is not None:
        return put.parameters
    was_sequence = before.get("exec", {}).get("kind") == SEQUENCE
    return [] if was_sequence else list(before["parameters"])


def _read_exec(value: Json, kinds: Mapping[str, str], namespace: str) -> Exec | Components:
    if not isinstance(value, dict):
        raise malformed("JSON object expected")
    asked = value.get("kind")
    if not isinstance(asked, str):
        raise malformed("'kind' must be a string defined in 'exec'")
    if asked.strip().lower() == SEQUENCE:
        return Components.read(value.get("components"), namespace)
    kind = kinds.get(asked.strip().lower())
    if kind is None:
        valid = ", ".join(f"'{name}'" for name in [*sorted(set(kinds.values())), SEQUENCE])
        text = f"The specified runtime '{asked}' is not supported by this platform. Valid values are: {valid}."
        raise malformed(f"{text} {needed(asked)}".rstrip())
    image = _read_image(value.get("image")) if kind == BLACKBOX else None
    if "code" not in value and image is None:
        raise malformed(f"'code' must be a string or attachment object defined in 'exec' for '{kind}' actions")
    code, main = value.get("code", ""), value.get("main")
    if not isinstance(code, str):
        raise malformed(f"Could not deserialize as attachment record: {dumps(code)}")
    if "main" in value and not isinstance(main, str):
        raise malformed(f"if defined, 'main' be a string in 'exec' for '{kind}' actions")
    if asked not in kinds:  # a kind that had to be trimmed or lower-cased: so does a real server
        raise Rejected(500, "There was an internal server error.")
    return Exec(kind, code, main, image)


def _read_image(value: Json) -> str:
    if not isinstance(value, str):
        raise malformed("'image' must be a string defined in 'exec' for 'blackbox' actions")
    if not is_image(value):
        raise malformed("could not parse image name")
    return value


def _read_limits(value: Json) -> dict[str, int]:
    if not isinstance(value, dict):
        raise malformed("Object expected in field 'timeout'")
    limits: dict[str, int] = {}
    for field, word in (*_READ_ORDER, ("instances", "instances")):
        number = value.get(field)
        if number is None:
            continue
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise malformed(f"{word} limit malformed")
        if number != int(number):
            raise malformed(f"requirement failed: {word} limit must be whole number")
        if number < 0 and field in ("memory", "logs"):
            raise malformed("requirement failed: a negative size of an object is not allowed.")
        limits[field] = int(number)
    return limits


def _read_names(value: Json) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise malformed(f"Expected List as JsArray, but got {dumps(value)}")
    for name in value:
        if not isinstance(name, str):
            raise malformed(f"Expected String as JsString, but got {dumps(name)}")
    return tuple(value)
