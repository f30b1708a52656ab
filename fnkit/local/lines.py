"""The lines that an instance sends, put together from the pieces in which they come."""

from collections.abc import Iterator

from fnkit.core.entities import PAYLOAD_LIMIT
from fnkit.local.messages import LONG, PRINTED, TAG, Line

SPARE = 100
"""Bytes that a tag may have."""


class Lines:
    """Takes pieces, gives whole lines; of a line that is too long it keeps the beginning."""

    def __init__(self) -> None:
        self._text = bytearray()
        self._length = 0
        self.received = 0
        """Bytes so far."""

    def whole(self, piece: bytes) -> Line | None:
        """The line that this piece is, as most are; None where it is anything else: `feed` it."""
        length = len(piece)
        if self._text or length > PAYLOAD_LIMIT or piece.find(b"\n") != length - 1 or piece[0] in _WORDS:
            return None
        self.received += length
        return Line(piece, length)

    def feed(self, piece: bytes) -> Iterator[tuple[str, Line]]:
        """The lines that this piece ends, each with its tag, which is empty where it has none."""
        self.received += len(piece)
        if not self._text and piece[-1:] == b"\n" and len(piece) <= PAYLOAD_LIMIT:
            for one in piece[:-1].split(b"\n"):
                line = one + b"\n"
                yield _tagged(line, len(line)) if line[0] in _WORDS else ("", Line(line, len(line)))
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


_WORDS = TAG + PRINTED[:1]
"""Each of these begins what is not an answer and nothing else."""


def _tagged(text: bytes, length: int) -> tuple[str, Line]:
    if text.startswith((PRINTED, LONG)):
        printed = text.startswith(PRINTED)
        unmarked = text.removeprefix(PRINTED)
        rest = unmarked.removeprefix(LONG)
        marks = len(text) - len(rest)
        return "", Line(rest[:PAYLOAD_LIMIT], length - marks, printed, len(rest) < len(unmarked))
    if not text.startswith(TAG):
        return "", Line(text[:PAYLOAD_LIMIT], length)
    tag, _, rest = text.partition(b" ")
    return tag.removeprefix(TAG).decode("latin-1"), Line(rest[:PAYLOAD_LIMIT], length - len(tag) - 1)
