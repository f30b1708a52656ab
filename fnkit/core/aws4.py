"""Headers that sign a request for S3, and for what speaks as it does: signature version 4. Pure; ships alone.

Source: docs.aws.amazon.com, Authenticating Requests (AWS Signature Version 4).
"""

import hashlib
import hmac
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

SERVICE = "s3"


def headers(verb: str, url: str, content: bytes, keys: Mapping[str, str], now: float) -> dict[str, str]:
    """Those that go with a request of `content` to a URL that is percent-encoded and has no query.

    `keys` are `{"id", "secret", "region"}`, and a `token` where they are temporary; `now` in seconds since 1970.
    """
    parts = urlsplit(url)
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    digest = hashlib.sha256(content).hexdigest()
    named = {"host": parts.netloc, "x-amz-content-sha256": digest, "x-amz-date": moment}
    if keys.get("token"):
        named["x-amz-security-token"] = keys["token"]
    names = ";".join(named)
    lines = "".join(f"{name}:{value}\n" for name, value in named.items())
    asked = f"{verb}\n{parts.path}\n\n{lines}\n{names}\n{digest}"
    scope = f"{moment[:8]}/{keys['region']}/{SERVICE}/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(asked.encode()).hexdigest()}"
    key = f"AWS4{keys['secret']}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    said = f"AWS4-HMAC-SHA256 Credential={keys['id']}/{scope}, SignedHeaders={names}, Signature={signature}"
    del named["host"]  # whoever sends it says it
    return {**named, "Authorization": said}
