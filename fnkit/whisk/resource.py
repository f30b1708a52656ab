"""What every collection of the REST API has in common."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import quote

from fnkit.core.entities import Json
from fnkit.core.errors import Unreachable
from fnkit.whisk.messages import Request, Response, Transport

T = TypeVar("T")
MOST = 200
"""Items of one page of a list."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One collection below `/api/v1/namespaces/{namespace}/`, asked through a transport."""

    transport: Transport
    base: str
    """`/api/v1`."""
    namespace: str
    """Of the caller; `_` is the namespace of the key."""

    def at(self, collection: str, path: str = "", namespace: str = "_") -> str:
        """The URL path of one thing in a collection; `path` is percent-encoded already."""
        owner = self.namespace if namespace == "_" else namespace
        return f"{self.base}/namespaces/{quote(owner, safe='')}/{collection}" + (f"/{path}" if path else "")

    def ask(self, request: Request) -> Json:
        """The JSON of the answer. Raises Refused."""
        return parsed(request, self.transport.send(request))

    def page(self, path: str, subject: str, query: Mapping[str, str | int | None]) -> list[Json]:
        """One page of a list."""
        given = {key: str(value) for key, value in query.items() if value is not None}
        answer = self.ask(Request("GET", path, subject, given, repeatable=True))
        if not isinstance(answer, list):
            raise strange(Request("GET", path, subject))
        return answer


def pages(read: Callable[[int, int], Sequence[T]]) -> Iterator[Sequence[T]]:
    """The pages of a list to its end: `read` gives at most so many items after skipping so many."""
    skip = 0
    while page := read(MOST, skip):
        yield page
        skip += len(page)
        if len(page) < MOST:
            return


def parsed(request: Request, response: Response) -> Json:
    """The body as JSON. Raises Unreachable where it is something else: that is not OpenWhisk."""
    try:
        return response.json()
    except ValueError:
        raise strange(request) from None


def strange(request: Request) -> Unreachable:
    """The error for an answer that no OpenWhisk gives."""
    return Unreachable(
        request.tried,
        "the answer is not one of OpenWhisk's.",
        "Is it the right host? A proxy or a sign-in page may stand before it. fnkit status shows the host.",
    )
