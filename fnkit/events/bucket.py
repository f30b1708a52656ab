"""Buckets of S3 (AWS, MinIO, any endpoint), Google Cloud Storage and Azure Blob as stores, through obstore.

Who may read is said by the environment of the process, in the words of each cloud: AWS_ACCESS_KEY_ID,
GOOGLE_SERVICE_ACCOUNT, AZURE_STORAGE_ACCOUNT_KEY, … Nothing secret is ever part of an address.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from fnkit.core.errors import (
    BadArgument,
    FnkitError,
    Missing,
    MissingPackage,
    PlatformFault,
    Unauthorized,
    Unreachable,
)
from fnkit.events import azure
from fnkit.events.store import Stored

SCHEMES: Mapping[str, tuple[str, ...]] = {
    "s3": ("AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
    "gs": (
        "GOOGLE_SERVICE_ACCOUNT",
        "GOOGLE_SERVICE_ACCOUNT_PATH",
        "GOOGLE_SERVICE_ACCOUNT_KEY",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "GOOGLE_BEARER_TOKEN",
    ),
    "az": (
        "AZURE_STORAGE_ACCOUNT_KEY",
        "AZURE_STORAGE_SAS_KEY",
        "AZURE_STORAGE_CLIENT_ID",
        "AZURE_STORAGE_USE_EMULATOR",
    ),
}
"""What the environment has where it says who we are. Without any of them requests are not signed."""
PATIENCE = timedelta(seconds=15)
"""For one request. What fails is tried again by who asked, not here."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket, or what begins with a prefix in it."""

    url: str
    """`s3://bucket`, `gs://bucket/prefix`, `az://container`."""
    store: Any = field(repr=False)
    """obstore's, which knows the keys."""

    @classmethod
    def open(cls, url: str, endpoint: str | None = None, region: str | None = None) -> "Bucket":
        """The bucket of a URL; contacts nobody. Raises BadArgument, MissingPackage."""
        try:
            from obstore import exceptions, store
        except ImportError:
            advice = "pip install 'fnkit[storage]'"
            raise MissingPackage(f"Opening {url}", "obstore is not installed.", advice) from None
        scheme = url.partition(":")[0]
        config: dict[str, Any] = {"base_url" if scheme == "gs" else "endpoint": endpoint, "region": region}
        known = SCHEMES.get(scheme, ())
        if not any(os.environ.get(name) for name in known):
            config["skip_signature"] = True
        plain = bool(endpoint and endpoint.startswith("http://"))
        try:
            made = store.from_url(  # type: ignore[call-overload]
                url,
                config={name: value for name, value in config.items() if value is not None},
                client_options={"allow_http": plain, "timeout": PATIENCE, "connect_timeout": timedelta(seconds=5)},
                retry_config={"max_retries": 0, "retry_timeout": timedelta(seconds=1)},
            )
        except (exceptions.BaseError, OSError, ValueError, TypeError) as error:
            raise BadArgument(
                f"Opening {url}", f"{_short(error)}.", "Give s3://, gs:// or az:// and its name."
            ) from None
        return cls(url, made)

    def put(self, key: str, content: bytes, media: str = "application/octet-stream") -> None:
        """Keep an object."""
        with self._told(f"Writing {key}"):
            self.store.put(key, content, attributes={"Content-Type": media})

    def get(self, key: str) -> bytes:
        """Its bytes. Raises Missing."""
        with self._told(f"Reading {key}"):
            return bytes(self.store.get(key).bytes())

    def list(self, prefix: str = "") -> Iterator[Stored]:
        """Everything below, a page after the other. Raises Missing where the bucket is not there."""
        with self._told("Listing"):
            # obstore's prefixes are whole folders: the rest is left out here.
            for page in self.store.list(prefix.rpartition("/")[0] or None):
                for one in page:
                    if one["path"].startswith(prefix):
                        etag = (one.get("e_tag") or one.get("version") or "").strip('"')
                        yield Stored(one["path"], one["size"], etag, one["last_modified"].timestamp())

    def delete(self, key: str) -> None:
        """Forget an object."""
        try:
            with self._told(f"Deleting {key}"):
                self.store.delete(key)
        except Missing:
            return

    def presign(self, key: str, seconds: int = 86400) -> str:
        """A signed URL that reads it."""
        import obstore

        with self._told(f"Signing a URL of {key}"):
            url = str(obstore.sign(self.store, "GET", key, timedelta(seconds=seconds)))
        return azure.mended(url, self.store, key) if self.url.startswith("az:") else url

    @contextmanager
    def _told(self, tried: str) -> Iterator[None]:
        from obstore import exceptions

        try:
            yield
        except FnkitError:
            raise
        except (exceptions.BaseError, OSError, ValueError) as error:
            raise fault(f"{tried} in {self.url}", error) from error


def fault(tried: str, error: Exception) -> FnkitError:
    """What obstore says, as one of our errors."""
    from obstore import exceptions

    said = _short(error)
    gone = ("NoSuchBucket", "NoSuchKey", "ContainerNotFound", "404 Not Found")
    if isinstance(error, exceptions.NotFoundError | FileNotFoundError) or any(word in said for word in gone):
        return Missing(tried, f"it is not there ({said}).", "Make the bucket, or name another.", 404)
    denied = isinstance(error, exceptions.PermissionDeniedError | exceptions.UnauthenticatedError)
    if denied or any(word in said for word in ("InvalidAccessKeyId", "SignatureDoesNotMatch", "403 Forbidden")):
        advice = "Set the keys of its cloud (AWS_ACCESS_KEY_ID, …) in the environment of the process that watches."
        return Unauthorized(tried, f"the credentials are not accepted ({said}).", advice, 403)
    away = ("error sending request", "connect", "timed out", "timeout")
    if "Server returned" not in said and any(word in str(error) for word in away):
        return Unreachable(
            tried, f"nobody answers ({said}).", "Does it answer, and is its address right (endpoint, region)?"
        )
    return PlatformFault(tried, f"{said}.")


def _short(error: Exception) -> str:
    """The first line, without obstore's debug text."""
    return str(error).split("\n\nDebug source")[0].strip().replace("\n", " ")[:300]
