"""Buckets for tests: moto's S3 in memory, which anything that speaks S3's XML may use."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from urllib.parse import urlsplit


@contextmanager
def moto(port: int = 0) -> Iterator[str]:
    """The address of an S3. What it keeps is the process's: it outlives the server, and names must not meet."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def make(address: str, name: str) -> None:
    """A bucket of that name."""
    parts = urlsplit(address)
    connection = HTTPConnection(str(parts.hostname), parts.port, timeout=60)
    said = "AWS4-HMAC-SHA256 Credential=test/x/us-east-1/s3/"
    connection.request("PUT", f"/{name}", headers={"Authorization": said})
    assert connection.getresponse().status == 200
    connection.close()
