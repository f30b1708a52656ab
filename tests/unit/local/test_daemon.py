"""One server for a data folder, started once, stopped cleanly; what stands in its way is said."""

import json
import socket
import sqlite3
import stat
import sys
import threading
from dataclasses import replace

import pytest
import requests

from fnkit.core.errors import BadArgument, FnkitError
from fnkit.local import daemon
from fnkit.local.folder import Folder
from fnkit.local.settings import Settings


@pytest.fixture
def data(tmp_path):
    yield tmp_path / "data"
    daemon.stop(tmp_path / "data")


def props(running):
    lines = running.props.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_a_server_is_started_once_shared_and_stopped(data):
    assert daemon.status(data) is None
    running, started = daemon.ensure(data, 0)
    again, twice = daemon.ensure(data, 0)
    assert (started, twice) == (True, False)
    assert running == again == daemon.status(data)
    assert requests.get(f"{running.url}/ping", timeout=10).text == "pong"
    assert props(running)["APIHOST"] == running.url
    assert stat.S_IMODE(running.props.stat().st_mode) == 0o600
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in data.glob("whisk.db*")} == {0o600}
    assert daemon.stop(data) == running
    assert daemon.status(data) is None
    assert daemon.stop(data) is None
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{running.url}/ping", timeout=10)


def test_two_who_need_it_at_once_get_the_same(data):
    found = []
    threads = [threading.Thread(target=lambda: found.append(daemon.ensure(data, 0))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({running.pid for running, _ in found}) == 1
    assert sorted(started for _, started in found) == [False, False, True]


def test_the_key_outlives_the_server_and_guest_sets_the_known_one(data):
    first = props(daemon.start(Settings(data, port=0)))["AUTH"]
    daemon.stop(data)
    assert props(daemon.start(Settings(data, port=0)))["AUTH"] == first
    daemon.stop(data)
    assert props(daemon.start(Settings(data, port=0, guest=True)))["AUTH"].startswith(
        "23bc46b1-71f6-4ed5-8c54-816aa4f8c502:"
    )


def test_a_second_server_on_one_folder_is_refused(data):
    running = daemon.start(Settings(data, port=0))
    with pytest.raises(BadArgument, match=f"process {running.pid}.*fnkit stop"):
        daemon.start(Settings(data, port=0))


def test_a_taken_port_is_refused(data):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadArgument, match=f"127.0.0.1:{port}.*--port"):
            daemon.start(Settings(data, port=port))
    assert daemon.status(data) is None


def test_the_folder_of_a_later_version_is_refused_and_left_alone(data):
    daemon.start(Settings(data, port=0))
    daemon.stop(data)
    with sqlite3.connect(data / "whisk.db") as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(BadArgument, match=r"later fnkit \(format 99.*--data"):
        daemon.start(Settings(data, port=0))


def test_a_file_in_place_of_the_folder_is_refused(data):
    data.write_text("")
    with pytest.raises(FnkitError, match="--data"):
        daemon.ensure(data, 0)
    data.unlink()


def test_a_server_of_another_version_or_python_is_not_used(data):
    running = daemon.start(Settings(data, port=0))
    for other in ({"version": "0.0.9"}, {"python": "3.12.1"}, {"executable": "/usr/bin/python3"}):
        Folder(data).announce(replace(running, **other))
        with pytest.raises(BadArgument, match="fnkit stop") as refused:
            daemon.ensure(data, 0)
        assert next(iter(other.values())) in refused.value.found
        assert sys.executable in refused.value.found


def test_what_a_killed_server_left_stands_in_nobodys_way(data):
    running = daemon.start(Settings(data, port=0))
    left = json.loads((data / "server.json").read_text())
    daemon.stop(data)
    (data / "server.json").write_text(json.dumps(left))
    assert daemon.status(data) is None
    assert daemon.start(Settings(data, port=0)).pid != running.pid


def test_a_server_that_cannot_start_says_why(data):
    data.mkdir()
    (data / "whisk.db").write_text("this is no database, but it is long enough to look like one\n" * 20)
    with pytest.raises(BadArgument) as refused:
        daemon.start(Settings(data, port=0))
    assert str(refused.value) == (
        f"Opening the database {data / 'whisk.db'}: file is not a database. "
        "Choose another folder with --data, or move that file away: then the platform begins anew."
    )


def test_the_database_of_another_program_is_refused_and_left_alone(data):
    data.mkdir()
    with sqlite3.connect(data / "whisk.db") as db:
        db.execute("CREATE TABLE users (name TEXT)")
    with pytest.raises(BadArgument, match=r"table users already exists\. .*--data"):
        daemon.start(Settings(data, port=0))
    with sqlite3.connect(data / "whisk.db") as db:
        assert db.execute("SELECT sql FROM sqlite_master").fetchall() == [("CREATE TABLE users (name TEXT)",)]


def test_a_folder_that_was_open_to_all_keeps_what_it_is_given_private(data):
    data.mkdir(mode=0o755)
    running = daemon.start(Settings(data, port=0))
    call = {"auth": tuple(props(running)["AUTH"].split(":")), "timeout": 60}
    code = "def main(args):\n    return {'answer': open(__file__).read()[:3]}\n"
    action = f"{running.url}/api/v1/namespaces/_/actions/reads"
    requests.put(action, json={"exec": {"kind": "python:3", "code": code}}, **call).raise_for_status()
    requests.put(f"{running.url}/fnkit/v1/objects/secret", data=b"mine", **call).raise_for_status()
    ran = requests.post(f"{action}?blocking=true&result=true", json={}, **call)
    assert ran.json() == {"answer": "def"}, "an instance can still read its code"
    assert stat.S_IMODE(data.stat().st_mode) == 0o755, "the folder's own mode is its owner's choice"
    others = {path.name for path in data.iterdir() if stat.S_IMODE(path.stat().st_mode) & 0o077}
    assert others <= {"lock", "starting"}, "these are empty"
    assert {"objects", "code", "server.log", "whisk.db"} <= {path.name for path in data.iterdir()}


@pytest.mark.parametrize(("option", "said"), [("keep_alive", "--keep-alive -1"), ("memory", "--memory -1")])
def test_what_cannot_be_served_is_told(tmp_path, option, said):
    with pytest.raises(BadArgument, match=said):
        Settings(tmp_path, **{option: -1}).check()
