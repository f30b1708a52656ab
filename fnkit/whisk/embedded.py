"""What an embedded platform has beyond OpenWhisk, under `/fnkit/v1`: layers, states, the pool, objects."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

from fnkit.core.entities import Json
from fnkit.core.errors import Refused, Unauthorized, Unreachable
from fnkit.whisk.messages import Request, Transport
from fnkit.whisk.resource import parsed

if TYPE_CHECKING:
    from fnkit.whisk.lives import Life

ROOT = "/fnkit/v1"


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an activation is. Times in ms, None where not known yet."""

    activation_id: str
    state: str
    """`pending`, `running` or `done`."""
    began: str | None
    """`cold`, `prewarmed`, `forked` or `warm`."""
    wait: int | None
    init: int | None
    run: int | None
    running: "Running | None" = None
    """Of a sequence and a composition that run."""


@dataclass(frozen=True, slots=True)
class Running:
    """How far a sequence or a composition has come that runs."""

    activation_id: str
    path: str
    """`namespace/package/name` of the action."""
    version: str
    start: int
    """Ms since 1970."""
    steps: tuple[str, ...]
    """The ids of what ran in it, turns of a conductor too."""
    step: str | None
    """The id of what runs in it now, None between two steps."""

    @classmethod
    def from_json(cls, item: Mapping[str, Json]) -> Self:
        """Read an item of GET /fnkit/v1/sessions."""
        return cls(
            item["activationId"],
            item["action"],
            item["version"],
            item["start"],
            tuple(item["steps"]),
            item["step"],
        )


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object of the platform's store."""

    key: str
    size: int
    """Bytes."""
    etag: str
    url: str
    """Readable by anyone who has it: it carries a token."""
    modified: float = 0.0
    """Seconds since 1970; 0 where the platform does not tell."""

    @classmethod
    def from_json(cls, item: Mapping[str, Json]) -> Self:
        """Read an item of a PUT's answer or of a list."""
        return cls(item["key"], item["size"], item["etag"], item["url"], item.get("modified", 0.0))


@dataclass(frozen=True, slots=True)
class Embedded:
    """The embedded platform behind a transport."""

    transport: Transport
    info: Mapping[str, Json]
    """The answer of GET /fnkit/v1: fnkit, python, executable, kinds, packages, sandbox."""

    def missing(self, layers: Sequence[Json]) -> list[str]:
        """The digests of those layers (`{"digest", "kind", "files"}`) that have to be sent."""
        request = Request("POST", f"{ROOT}/layers", "layers", body={"layers": list(layers)}, repeatable=True)
        return list(self._ask(request)["missing"])

    def put_layer(self, digest: str, tar: Callable[[], Iterable[bytes]]) -> None:
        """Bring a layer, the pieces of an uncompressed tar. Raises Rejected: it has another digest."""
        self._ask(
            Request(
                "PUT",
                f"{ROOT}/layers/{digest}",
                f"layer {digest[:12]}",
                body=tar,
                media="application/x-tar",
                repeatable=True,
                expected=(200, 201),
                seconds=300,
            )
        )

    def progress(self, activation_id: str) -> Progress:
        """Where an activation is. Raises Missing."""
        path = f"{ROOT}/activations/{quote(activation_id, safe='')}"
        answer = self._ask(Request("GET", path, f"activation {activation_id}", repeatable=True))
        known = (answer.get(key) for key in ("state", "began", "wait", "init", "run"))
        running = Running.from_json(answer) if "steps" in answer else None
        return replace(Progress(activation_id, *known), running=running)

    def sessions(self) -> list[Running]:
        """The sequences and compositions that run now, without those within others."""
        answer = self._ask(Request("GET", f"{ROOT}/sessions", "sessions", repeatable=True))
        return [Running.from_json(item) for item in answer["sessions"]]

    def pool(self) -> Json:
        """`{"instances": […], "cold", "warm", "queued"}`."""
        return self._ask(Request("GET", f"{ROOT}/pool", "the pool", repeatable=True))

    def lives(self, since: int = 0) -> tuple[int, "tuple[Life, ...]"]:
        """What time it is there, and your instances that were there after `since`, the oldest first. In ms."""
        from fnkit.whisk.lives import Life

        query = {"since": str(since)}
        answer = self._ask(Request("GET", f"{ROOT}/instances", "instances", query, repeatable=True))
        return answer["now"], tuple(Life.from_json(item) for item in answer["instances"])

    def put_object(self, key: str, content: bytes, media: str = "application/octet-stream") -> StoredObject:
        """Keep an object under this key."""
        request = self._object("PUT", key, body=content, media=media, expected=(200, 201), seconds=300)
        return StoredObject.from_json(parsed(request, self.transport.send(request)))

    def get_object(self, key: str) -> bytes:
        """The content of an object. Raises Missing."""
        return self.transport.send(self._object("GET", key)).body

    def has_object(self, key: str) -> bool:
        """True where there is an object of this key."""
        return self.transport.send(self._object("HEAD", key, expected=(200, 204, 404))).status != 404

    def delete_object(self, key: str) -> None:
        """Take an object away. Raises Missing."""
        self.transport.send(self._object("DELETE", key, expected=(200, 204)))

    def objects(self, prefix: str = "") -> list[StoredObject]:
        """The objects whose keys begin with `prefix`."""
        answer = self._ask(Request("GET", f"{ROOT}/objects", "objects", {"prefix": prefix}, repeatable=True))
        items = answer["objects"] if isinstance(answer, dict) else answer
        return [StoredObject.from_json(item) for item in items]

    def feeds(self) -> list[Json]:
        """What fires triggers there: `{"trigger", "kind", "config", "status"}` of each."""
        answer = self._ask(Request("GET", f"{ROOT}/feeds", "feeds", repeatable=True))
        return list(answer["feeds"])

    def feed(self, trigger: str, events: int = 0) -> Json:
        """A trigger's feed: `{"kind", "config", "status"}`, and its latest `events`. Raises Missing."""
        path, query = f"{ROOT}/feeds/{quote(trigger, safe='')}", {"events": str(events)} if events else {}
        return self._ask(Request("GET", path, f"the feed of {trigger}", query, repeatable=True))

    def events(self, trigger: str, most: int = 100) -> list[Json]:
        """The latest events of a trigger's feed, the newest first. Raises Missing where it has none."""
        return list(self.feed(trigger, most)["events"])

    def _object(
        self,
        method: str,
        key: str,
        *,
        body: bytes | None = None,
        media: str = "application/json",
        expected: tuple[int, ...] = (200,),
        seconds: float = 30,
    ) -> Request:
        return Request(
            method,
            f"{ROOT}/objects/{quote(key)}",
            f"object {key}",
            body=body,
            media=media,
            repeatable=method != "DELETE",
            expected=expected,
            seconds=seconds,
        )

    def _ask(self, request: Request) -> Json:
        return parsed(request, self.transport.send(request))


def find(transport: Transport) -> Embedded | None:
    """The embedded platform behind a transport, or None for any other. Raises Unreachable, Unauthorized."""
    request = Request("GET", ROOT, "the platform", repeatable=True, expected=(200,))
    try:
        info = transport.send(request).json()
    except Unreachable as error:
        if error.status is None:
            raise
        return None
    except Unauthorized as error:
        # In OpenWhisk's own words it is an embedded platform and the key is wrong: a gateway has other words.
        if "supplied authentication" in error.found or "requires authentication" in error.found:
            raise
        return None
    except (Refused, ValueError):
        # OpenWhisk answers 405 outside /api/v1; what stands before one may answer anything.
        return None
    return Embedded(transport, info) if isinstance(info, dict) and "fnkit" in info else None
