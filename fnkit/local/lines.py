"""The lines that an instance sends, put together from the pieces in which they come."""

from collections.abc import Iterator

from fnkit.core.entities import PAYLOAD_LIMIT
from fnkit.local.messages import TAG, Line

SPARE = 100
"""Bytes that a tag may have."""


class Lines:
    """Takes pieces, gives whole lines; of a line that is too long it keeps the beginning."""

    def __init__(self) -> None:
        self._text = bytearray()
        self._length = 0
        self.received = 0
        """Bytes so far."""

    def feed(self, piece: bytes) -> Iterator[tuple[str, Line]]:
        """The lines that this piece ends, each with its tag, which is empty where it has none."""
        self.received += len(piece)
        if not self._text and len(piece) <= PAYLOAD_LIMIT and piece.find(b"\n") == len(piece) - 1:
            yield _tagged(piece, len(piece))  # as a rule it is one whole line
            return
        *ended, rest = piece.split(b"\n")
        for part in ended:
            self._add(part + b"\n")
            text, length = bytes(self._text), self._length
            self._text.clear()
            self._length = 0
            yield _tagged(text, length)
        if rest:
            self._add(rest)

    def _add(self, part: bytes) -> None:
        self._length += len(part)
        self._text += part[: PAYLOAD_LIMIT + SPARE - len(self._text)]


def _tagged(text: bytes, length: int) -> tuple[str, Line]:
    if not text.startswith(TAG):
        return "", Line(text[:PAYLOAD_LIMIT], length)
    tag, _, rest = text.partition(b" ")
    return tag.removeprefix(TAG).decode("latin-1"), Line(rest[:PAYLOAD_LIMIT], length - len(tag) - 1)
