"""The embedded platform from the shell: started when it is needed, shared, stopped, and nothing is lost."""

import os
import re
import signal
import socket
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

SCRIPT = "def main(name='world'):\n    return {'greeting': f'Hello, {name}'}\n"


def test_the_first_use_starts_it_and_says_so(fresh):
    (fresh.work / "hello.py").write_text(SCRIPT)
    first = fresh.process("deploy", "hello", "hello.py")
    started, using = first.stderr.splitlines()[:2]
    assert started.startswith("Started the embedded platform")
    assert "fnkit stop" in started
    assert re.fullmatch(r"Using http://127\.0\.0\.1:\d+, the embedded platform of this machine\.", using)
    assert "Started" not in fresh("list").stderr
    assert (fresh.home / "data" / ".wskprops").stat().st_mode & 0o777 == 0o600
    assert fresh("stop").stdout.startswith("stopped the platform at http://127.0.0.1:")
    assert "none runs there" in fresh("stop", code=2).stderr
    again = fresh("list")
    assert "Started" in again.stderr
    assert again.stdout.startswith("hello\t0.0.1\t"), "what was deployed is there after a restart"


def test_status_and_props_start_nothing(fresh):
    assert re.search(r"^answers +no: ", fresh("status").stdout, re.M)
    assert fresh("props").stdout.strip() == str(fresh.home / "data" / ".wskprops")
    assert not (fresh.home / "data" / "whisk.db").exists()


def test_status_says_what_runs_and_what_the_sandbox_does_not_stop(shell):
    said = shell("status").stdout
    for fact in (
        "answers +yes",
        "platform +fnkit",
        "python +3",
        "sandbox +\\S",
        "stops +\\S",
        "does not stop +\\S",
    ):
        assert re.search(f"^{fact}", said, re.M), fact
    stopped = re.search(r"^stops +(.+(?:\n +.+)+)", said, re.M)[1].splitlines()
    assert len(stopped) > 1, "each on a line of its own"


def test_instances_shows_what_became_of_them(shell):
    source = shell.work / "brief.py"
    source.write_text("def main():\n    return {}\n")
    shell("deploy", "brief", str(source), "--annotation", "fnkit-keep-alive", "0")
    shell("invoke", "brief")
    picture = shell.work / "life.svg"
    said = shell("instances", "brief", "--save", str(picture)).stdout
    assert re.search(r"^instances of brief: 1 calls · 1 starts", said)
    assert re.search(r"\tbrief\t(running|idle|gone)\t(cold|forked)\t", said)
    assert picture.read_text().startswith("<svg")
    assert "0 calls" in shell("instances", "brief", "--since", "4000000000").stdout
    shell("delete", "brief", "--yes")


def test_starting_what_runs_leaves_it_alone(shell):
    first = shell("start").stdout
    port = re.search(r"^url +http://127\.0\.0\.1:(\d+)$", first, re.M)[1]
    assert first == shell("start", "--port", port).stdout == shell("start", "--port", "0").stdout


@pytest.mark.parametrize(
    "words", [("--port", "1"), ("--guest",), ("--full-sync",), ("--folder", "/")], ids=" ".join
)
def test_what_runs_and_is_not_as_asked_for_is_said(shell, words):
    refused = shell("start", *words, code=2).stderr
    assert " ".join(words) in refused
    assert "it runs already" in refused
    assert "fnkit stop" in refused


def test_what_runs_as_it_is_asked_for_is_left_alone_however_it_became_so(fresh):
    first = fresh("start", "--port", "0", "--guest").stdout
    assert fresh("start", "--guest").stdout == first
    fresh("stop")
    again = fresh("start", "--port", "0").stdout
    assert fresh("start", "--guest").stdout == again, "the key outlives the server"


def test_any_other_server_is_not_taken_for_an_openwhisk(shell, tmp_path):
    handler = partial(SimpleHTTPRequestHandler, directory=tmp_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        host = {"FNKIT_APIHOST": f"http://127.0.0.1:{server.server_port}", "FNKIT_AUTH": "u:k"}
        said = shell("status", **host).stdout
        listed = shell("list", code=1, **host).stderr
        server.shutdown()
    assert re.search(r"^answers +no: ", said, re.M), said
    assert "OpenWhisk\n" not in said
    assert "Is it the right host?" in listed
    assert "shows what is there" not in listed


def test_a_port_that_is_taken_is_said(fresh):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert "--port" in fresh("start", "--port", port, code=2).stderr


def test_in_the_foreground_until_it_is_interrupted(fresh):
    with fresh.begin("serve", "--port", "0") as server:
        try:
            line = server.stderr.readline()
            assert re.match(r"Serving OpenWhisk at http://127\.0\.0\.1:\d+ from .*Ctrl-C stops it\.", line), line
            assert re.search(r"^answers +yes", fresh("status").stdout, re.M)
            assert "has it open" in fresh.process("serve", "--port", "0", code=2).stderr
            server.send_signal(signal.SIGINT)
            assert server.wait(30) == 0
        finally:
            server.kill()


def test_the_help_is_there_before_anything_is_loaded(fresh):
    before = os.times().children_user
    assert "deploy" in fresh.process("--help").stdout
    assert os.times().children_user - before < 5, "seconds of processor time"
    assert fresh.process("--version").stdout.startswith("fnkit ")
