"""Google Cloud Storage as a store.

Its XML API takes S3's requests: moto's S3 stands in for it, since no emulator that can be installed speaks all
of it. What is Google's own, the service account and its signature, is looked at here.
"""

import base64
import hashlib
import json
import time
from urllib.parse import parse_qsl, quote, urlsplit
from urllib.request import urlopen

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from fnkit.core.errors import BadArgument, Missing
from fnkit.events.bucket import Bucket
from fnkit.events.sources import storage
from tests.buckets import make, moto

KEY = "in/a b ü.jpg"
MAIL = "fnkit@example.iam.gserviceaccount.com"


@pytest.fixture(scope="module")
def google():
    """The address of a cloud storage that keeps everything in memory."""
    with moto() as address:
        make(address, "googlephotos")
        yield address


@pytest.fixture(scope="module")
def private():
    """A service account's key, made up for these tests."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def account(private, monkeypatch):
    """A service account where Google's own tools look for it."""
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    told = {"client_email": MAIL, "private_key": private.private_bytes(*form).decode(), "private_key_id": "1"}
    monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT_KEY", json.dumps(told))


@pytest.fixture
def bucket(google, account):
    return storage("gs://googlephotos", endpoint=google).open()


def test_what_is_put_is_listed_read_presigned_and_deleted(bucket):
    bucket.put(KEY, b"photo", "image/jpeg")
    [one] = bucket.list("in/")
    assert (one.key, one.size, bool(one.etag)) == (KEY, 5, True)
    assert bucket.get(KEY) == b"photo"
    with urlopen(bucket.presign(KEY)) as answer:
        assert answer.read() == b"photo"
    bucket.put(KEY, b"other")
    [other] = bucket.list()
    assert other.etag != one.etag
    bucket.delete(KEY)
    bucket.delete(KEY)
    assert list(bucket.list()) == []
    with pytest.raises(Missing):
        bucket.get(KEY)


def test_a_signed_url_is_what_google_asks_for(account, private):
    """V4 signing process: the request that is signed, and the account's signature of it."""
    parts = urlsplit(Bucket.open("gs://googlephotos").presign(KEY, 60))
    query = dict(parse_qsl(parts.query))
    signature = bytes.fromhex(query.pop("X-Goog-Signature"))
    asked = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in sorted(query.items()))
    request = f"GET\n{parts.path}\n{asked}\nhost:{parts.netloc}\n\nhost\nUNSIGNED-PAYLOAD"
    digest = hashlib.sha256(request.encode()).hexdigest()
    mail, _, scope = query["X-Goog-Credential"].partition("/")
    assert (mail, parts.path) == (MAIL, f"/googlephotos/{quote(KEY)}")
    text = f"GOOG4-RSA-SHA256\n{query['X-Goog-Date']}\n{scope}\n{digest}"
    private.public_key().verify(signature, text.encode(), padding.PKCS1v15(), hashes.SHA256())


def test_a_bucket_that_is_not_there_is_missing(google, account):
    with pytest.raises(Missing, match="Make the bucket"):
        list(Bucket.open("gs://none", google).list())


def test_requests_bear_the_accounts_own_token(account, private, heard):
    """A token that the account signs itself: nobody else is asked for one."""
    address, authorizations = heard
    with pytest.raises(Missing):
        Bucket.open("gs://googlephotos", address).get(KEY)
    head, claims, signature = authorizations[0].removeprefix("Bearer ").split(".")
    told = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert (told["iss"], told["exp"] > time.time()) == (MAIL, True)
    signed = base64.urlsafe_b64decode(signature + "==")
    private.public_key().verify(signed, f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize("account", ["not JSON", '{"client_email": "a@b"}'])
def test_a_service_account_that_is_none(account, monkeypatch):
    monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT_KEY", account)
    with pytest.raises(BadArgument) as told:
        Bucket.open("gs://googlephotos")
    assert account not in str(told.value)
