"""A TLS server with a certificate of its own making."""

import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from .scripted import Answer, Script


@pytest.fixture
def tls_server(tmp_path: Path) -> Iterator[str]:
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost"
    )
    made = subprocess.run(
        [*command.split(), "-keyout", key, "-out", certificate], capture_output=True, check=False
    )
    assert made.returncode == 0, made.stderr
    server = Script(Answer(200, {}))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server.url.replace("http:", "https:")
    server.shutdown()
    thread.join()
    server.server_close()
