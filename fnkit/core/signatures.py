"""Proofs that somebody knows a key, without the key: HMAC-SHA256 over a few words."""

import hmac
import json

FOLDER = "folder"
"""The first word of a permit to watch a folder."""


def sign(key: str, *words: str) -> str:
    """The signature of the words, 64 hexadecimal digits; the first one says what it is for."""
    return hmac.digest(key.encode(), json.dumps(words).encode(), "sha256").hex()


def signed(signature: str, key: str, *words: str) -> bool:
    """Whether it is theirs; takes the same time for each wrong one."""
    return hmac.compare_digest(signature.encode("utf-8", "replace"), sign(key, *words).encode())
