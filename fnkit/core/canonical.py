"""One way to write a value as bytes, so that equal values have equal digests on every machine."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any


def canonical(value: Any) -> bytes:
    """`value` as JSON: keys sorted, no spaces, UTF-8. Raises ValueError on NaN and TypeError on non-JSON."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def sha256(content: bytes) -> str:
    """The sha256 of `content`, 64 hex digits."""
    return hashlib.sha256(content).hexdigest()


def tree_digest(files: Iterable[tuple[str, str, bool]]) -> str:
    """The digest of a tree: sha256 over its sorted (path, sha256 of content, executable) triples."""
    return sha256(canonical(sorted([path, content, executable] for path, content, executable in files)))
