"""A bucket as a destination: its address, and the keys that sign for it, read where it is wired."""

import os
from collections.abc import Callable, Mapping
from urllib.parse import quote

from fnkit.core.errors import BadArgument
from fnkit.events.sources import Storage

KEYS = {
    "s3": ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
    "gs": ("GOOGLE_ACCESS_KEY_ID", "GOOGLE_SECRET_ACCESS_KEY"),
    "az": ("AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_ACCOUNT_KEY"),
}
"""Whose environment variables sign: of Google its HMAC keys, since a service account needs more than HMAC."""


def upload(storage: Storage) -> tuple[str, Mapping[str, str]]:
    """The URL that objects are put under, and what `signing` needs. Raises BadArgument where there are no keys."""
    scheme, _, place = storage.store.partition("://")
    known = KEYS[scheme]
    found = [os.environ.get(name, "") for name in known]
    if not all(found):
        advice = "Set them where you wire it: they go along as an init parameter of the action that writes."
        raise BadArgument(
            f"Writing to {storage.root}", f"{' and '.join(known)} are not in the environment.", advice
        )
    id, secret = found
    region = storage.region or _first("AWS_REGION", "AWS_DEFAULT_REGION") or "us-east-1"
    base: Mapping[str, Callable[[], str]] = {
        "s3": lambda: _first("AWS_ENDPOINT_URL") or f"https://s3.{region}.amazonaws.com",
        "gs": lambda: "https://storage.googleapis.com",
        "az": lambda: f"https://{id}.blob.core.windows.net",
    }
    endpoint = (storage.endpoint or base[scheme]()).rstrip("/")
    prefix = f"{place.rstrip('/')}/{storage.prefix}"
    sign = {"how": "azure" if scheme == "az" else "aws4", "id": id, "secret": secret}
    if scheme != "az":
        sign["region"] = region if scheme == "s3" else "auto"
        if scheme == "s3" and (token := os.environ.get("AWS_SESSION_TOKEN")):
            sign["token"] = token
    return f"{endpoint}/{quote(prefix, safe='/-_.~')}", sign


def _first(*names: str) -> str:
    return next((value for name in names if (value := os.environ.get(name))), "")
