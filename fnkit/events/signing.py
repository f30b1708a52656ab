"""Headers that sign a PUT of an object: S3's signature version 4, and Azure's shared key. Ships alone.

Source: docs.aws.amazon.com, Authenticating Requests (AWS Signature Version 4); learn.microsoft.com, Authorize with
Shared Key. Google Cloud Storage takes the first as well, with HMAC keys.
"""

import hashlib
import hmac
import time
from base64 import b64decode, b64encode
from collections.abc import Mapping
from email.utils import formatdate
from urllib.parse import urlsplit

MEDIA = "application/json"
AZURE = "2021-08-06"
"""The version of Azure's API whose rules are kept here."""


def headers(sign: Mapping[str, str], url: str, content: bytes, now: float | None = None) -> dict[str, str]:
    """Of a PUT of JSON to a URL that is percent-encoded; `sign` is `{"how": "aws4" | "azure", "id", "secret", …}`.

    `aws4` has a `region` too, and a `token` where the keys are temporary. `now` in seconds since 1970.
    """
    now = time.time() if now is None else now
    made = _aws4(sign, url, content, now) if sign["how"] == "aws4" else _azure(sign, url, content, now)
    return {"Content-Type": MEDIA, **made}


def _aws4(sign: Mapping[str, str], url: str, content: bytes, now: float) -> dict[str, str]:
    parts = urlsplit(url)
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    digest = hashlib.sha256(content).hexdigest()
    named = {"host": parts.netloc, "x-amz-content-sha256": digest, "x-amz-date": moment}
    if sign.get("token"):
        named["x-amz-security-token"] = sign["token"]
    names = ";".join(named)
    lines = "".join(f"{name}:{value}\n" for name, value in named.items())
    asked = f"PUT\n{parts.path}\n\n{lines}\n{names}\n{digest}"
    scope = f"{moment[:8]}/{sign['region']}/s3/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(asked.encode()).hexdigest()}"
    key = f"AWS4{sign['secret']}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    said = f"AWS4-HMAC-SHA256 Credential={sign['id']}/{scope}, SignedHeaders={names}, Signature={signature}"
    del named["host"]  # whoever sends it says it
    return {**named, "Authorization": said}


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
