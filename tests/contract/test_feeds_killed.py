"""The server is killed while files arrive: each of them is worked on, and has one result."""

import threading
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import Platform, fresh_platform
from tests.contract.conftest import ECHO
from tests.contract.feeding import begin, quiet, records, status, until

FILES = 200
SOME = 40
"""Events that were fired when it is killed."""


@pytest.fixture
def own(tmp_path: Path):
    started = fresh_platform(tmp_path / "data")
    yield started
    if started.process.poll() is None:
        started.stop()


def put(own: Platform, path: str, **body) -> None:
    answer = own.call("PUT", path, json=body)
    assert answer.status_code == 200, answer.text


def test_each_of_200_files_has_one_result_though_the_server_was_killed(own, tmp_path):
    folder = tmp_path / "arriving"
    folder.mkdir()
    for name in ("look", "keep"):
        put(own, f"actions/{name}", exec={"kind": "python:default", "code": ECHO})
    put(own, "actions/both", exec={"kind": "sequence", "components": ["/_/look", "/_/keep"]})
    put(own, "triggers/arrives")
    put(own, "rules/first", trigger="/_/arrives", action="/_/both")
    begin(own, "storage/changes", "arrives", store=str(folder), suffix=".txt", settle=0.1)

    half = threading.Event()

    def arrive() -> None:
        for number in range(FILES):
            if number == FILES // 2:
                half.wait(60)
            # Renamed into place: whole from the first moment on, however busy the machine is.
            draft = folder / f".photo {number:03}"
            draft.write_text(str(number))
            draft.rename(folder / f"photo {number:03} ü.txt")

    writer = threading.Thread(target=arrive)
    writer.start()
    until(lambda: status(own, "arrives"), lambda state: state["fired"] >= SOME)
    own.kill()
    half.set()  # the rest arrives while nobody is there
    writer.join(60)
    own.restart()

    state = quiet(own, "arrives", FILES)
    assert (state["fired"], state["failed"]) == (FILES, 0)
    assert state["runs"] == {"running": 0, "succeeded": FILES, "failed": 0}
    wanted = {f"photo {number:03} ü.txt" for number in range(FILES)}
    for name in ("arrives", "both", "keep"):
        results = [one["response"]["result"] for one in records(own, name)]
        assert Counter(one["key"] for one in results) == dict.fromkeys(wanted, 1), name
