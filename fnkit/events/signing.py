"""Headers that sign a PUT of an object: S3's signature version 4, and Azure's shared key. Ships alone.

Source: learn.microsoft.com, Authorize with Shared Key. Google Cloud Storage takes S3's as well, with HMAC keys.
"""

import hmac
import time
from base64 import b64decode, b64encode
from collections.abc import Mapping
from email.utils import formatdate
from urllib.parse import urlsplit

from fnkit.core import aws4

MEDIA = "application/json"
AZURE = "2021-08-06"
"""The version of Azure's API whose rules are kept here."""


def headers(sign: Mapping[str, str], url: str, content: bytes, now: float | None = None) -> dict[str, str]:
    """Of a PUT of JSON to a URL that is percent-encoded; `sign` is `{"how": "aws4" | "azure", "id", "secret", …}`.

    `aws4` has a `region` too, and a `token` where the keys are temporary. `now` in seconds since 1970.
    """
    now = time.time() if now is None else now
    if sign["how"] == "azure":
        return {"Content-Type": MEDIA, **_azure(sign, url, content, now)}
    return {"Content-Type": MEDIA, **aws4.headers("PUT", url, content, sign, now)}


def _azure(sign: Mapping[str, str], url: str, content: bytes, now: float) -> dict[str, str]:
    named = {
        "x-ms-blob-type": "BlockBlob",
        "x-ms-date": formatdate(now, usegmt=True),
        "x-ms-version": AZURE,
    }
    lines = "".join(f"{name}:{value}\n" for name, value in named.items())
    resource = f"/{sign['id']}{urlsplit(url).path}"
    # Encoding, language, length, MD5, type; then the date, four conditions and a range, of which there are none.
    text = f"PUT\n\n\n{len(content) or ''}\n\n{MEDIA}\n\n\n\n\n\n\n{lines}{resource}"
    signature = b64encode(hmac.digest(b64decode(sign["secret"]), text.encode(), "sha256")).decode()
    return {**named, "Authorization": f"SharedKey {sign['id']}:{signature}"}
