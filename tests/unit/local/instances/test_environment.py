"""What an instance has around it: environment, files, folders."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from fnkit.core.entities import Limits
from fnkit.local.jobs import Status
from tests.archives import zipped
from tests.unit.local.instances.bench import Bench, code, job, texts


def test_the_environment_is_openwhisks(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVER_SECRET", "hunter2")
    given = job(code("shows_its_environment"), environment={"TEXT": "plain"})
    (outcome,) = bench.run(given)
    seen = outcome.result["environment"]
    assert {name for name in seen if not name.startswith("__OW_")} == {
        *("HOME", "TMPDIR", "PWD", "LC_CTYPE", "PYTHONIOENCODING", "TEXT")
    }
    assert {name: value for name, value in seen.items() if name.startswith("__OW_")} == {
        "__OW_API_HOST": "http://127.0.0.1:3233",
        "__OW_NAMESPACE": "guest",
        "__OW_ACTION_NAME": "/guest/hello",
        "__OW_ACTION_VERSION": "0.0.1",
        "__OW_ACTIVATION_ID": given.activation_id,
        "__OW_TRANSACTION_ID": "tid",
        "__OW_DEADLINE": seen["__OW_DEADLINE"],
    }
    assert int(seen["__OW_DEADLINE"]) == pytest.approx(outcome.end + 10_000, abs=2000)
    assert outcome.result["at_import"]["__OW_ACTIVATION_ID"] == given.activation_id
    assert outcome.result["at_import"]["TEXT"] == "plain"
    assert "hunter2" not in outcome.result["started_with"]
    assert "plain" not in outcome.result["started_with"]
    assert outcome.result["name"] == "main__"


def test_the_environment_is_new_in_each_run(plain: Bench) -> None:
    one = job(code("shows_its_environment"))
    two = job(code("shows_its_environment"))
    first, second = plain.run(one, two)
    assert second.began == "warm"
    assert first.result["environment"]["__OW_ACTIVATION_ID"] == one.activation_id
    assert second.result["environment"]["__OW_ACTIVATION_ID"] == two.activation_id


def test_the_key_only_where_it_may_be_had(plain: Bench) -> None:
    without, with_key = plain.run(
        job(code("shows_its_environment"), of={"revision": "1"}),
        job(code("shows_its_environment"), of={"revision": "2"}, api_key="uuid:key"),
    )
    assert "__OW_API_KEY" not in without.result["environment"]
    assert with_key.result["environment"]["__OW_API_KEY"] == "uuid:key"


def test_no_file_of_the_server_is_open(bench: Bench) -> None:
    """Standard input and output, the wire, and the folder that is being listed."""
    (outcome,) = bench.run(job(code("shows_its_environment")))
    numbers = outcome.result["open_files"]
    assert [n for n in numbers if n < 3] == [0, 1, 2]
    assert len([n for n in numbers if n >= 200]) == 1
    assert len(numbers) <= 5


@pytest.mark.sandbox
def test_programs_can_be_started_and_do_not_get_the_wire(bench: Bench) -> None:
    (outcome,) = bench.run(job(code("starts_a_program")))
    assert outcome.status is Status.SUCCESS, outcome.logs
    assert outcome.result["wire"] >= 200
    assert outcome.result["said"] == ["OSError: [Errno 9] Bad file descriptor"]
    assert outcome.result["shell"] == "hello\n"


def test_the_folder_is_its_own(bench: Bench) -> None:
    """The zip's files are there and may be written over; another instance sees them as they were."""
    text = zipped({"__main__.py": code("writes_beside_itself"), "note.txt": "as packed"})
    calls = [job(text, of={"binary": True, "revision": str(n)}) for n in range(2)]
    first, second = bench.run(*calls)
    assert first.status is Status.SUCCESS, first.logs
    assert first.result["before"] == second.result["before"] == "as packed"
    own = Path(first.result["cwd"]).parent
    assert own.is_relative_to(bench.root)
    assert all(Path(first.result[name]).is_relative_to(own) for name in ("home", "tmp"))
    assert not bench.folders()


def test_modules_of_the_zip(bench: Bench) -> None:
    files = {
        "__main__.py": "import helper\nfrom pack import deep\nimport pathlib\n"
        "def main(args):\n"
        "    return {'got': helper.X + deep.Y, 'data': pathlib.Path('pack/data.txt').read_text()}\n",
        "helper.py": "X = 1\n",
        "pack/__init__.py": "",
        "pack/deep.py": "Y = 2\n",
        "pack/data.txt": "read",
    }
    (outcome,) = bench.run(job(zipped(files), of={"binary": True}))
    assert outcome.result == {"got": 3, "data": "read"}


def test_a_large_folder_is_shown_and_not_copied(bench: Bench) -> None:
    """It can be read and imported from; where it is locked, it cannot be written to."""
    many = {f"many/part{n}.py": f"N = {n}\n" for n in range(100)}
    main = (
        "from many import part99\nimport os\n"
        "def main(args):\n    return {'n': part99.N, 'link': os.path.islink('many')}\n"
    )
    (outcome,) = bench.run(job(zipped({"__main__.py": main, **many}), of={"binary": True}))
    assert outcome.result == {"n": 99, "link": True}


def test_a_zip_without_main(plain: Bench) -> None:
    (outcome,) = plain.run(job(zipped({"other.py": ""}), of={"binary": True}))
    assert outcome.result == {"error": "The action failed to generate or locate a binary. See logs for details."}
    assert texts(outcome)[0] == "stderr: Zip file does not include main__"


def test_a_zip_that_reaches_out(plain: Bench) -> None:
    files = {"__main__.py": "def main(args): return {}\n", "../../evil.py": "boo"}
    (outcome,) = plain.run(job(zipped(files), of={"binary": True}))
    assert outcome.status is Status.DEVELOPER_ERROR
    assert "would land outside of the folder" in texts(outcome)[0]
    assert not list(plain.root.rglob("evil.py"))


def test_layers(bench: Bench, tmp_path: Path) -> None:
    """A library layer can be imported from, a model layer is named in FNKIT_MODELS; both are read-only."""
    libraries, models = tmp_path / "layers" / "a", tmp_path / "layers" / "b"
    for folder, name, text in ((libraries, "lib.py", "V = 7\n"), (models, "f" * 64, "weights")):
        folder.mkdir(parents=True)
        (folder / name).write_text(text)
    bench.layers = {"a" * 64: libraries, "b" * 64: models}
    main = (
        "import lib, os, pathlib\n"
        "def main(args):\n"
        "    return {'v': lib.V, 'model': pathlib.Path(os.environ['FNKIT_MODELS'], 'f' * 64).read_text()}\n"
    )
    manifest = {
        "layers": [{"kind": "libraries", "digest": "a" * 64}, {"kind": "model", "digest": "b" * 64}],
        "needs": ["a" * 64, "b" * 64],
    }
    text = zipped({"__main__.py": main, "fnkit.json": json.dumps(manifest)})
    (outcome,) = bench.run(job(text, of={"binary": True}))
    assert outcome.result == {"v": 7, "model": "weights"}, outcome.logs


def test_a_layer_that_is_not_here(plain: Bench) -> None:
    manifest = {"layers": [{"kind": "model", "digest": "c" * 64}], "needs": ["c" * 64]}
    text = zipped({"__main__.py": code("counts"), "fnkit.json": json.dumps(manifest)})
    (outcome,) = plain.run(job(text, of={"binary": True}))
    assert outcome.status is Status.DEVELOPER_ERROR
    assert "is not here" in texts(outcome)[0]


def test_a_virtualenv_in_the_zip(plain: Bench) -> None:
    """As OpenWhisk does it: what its activate_this.py puts on the path is imported from."""
    activate = "import os, sys\nsys.path.append(os.path.join(os.path.dirname(__file__), '..', 'lib'))\n"
    files = {
        "__main__.py": "import packed_thing\ndef main(args):\n    return {'n': packed_thing.N}\n",
        "virtualenv/bin/activate_this.py": activate,
        "virtualenv/lib/packed_thing.py": "N = 3\n",
    }
    (outcome,) = plain.run(job(zipped(files), of={"binary": True}))
    assert outcome.result == {"n": 3}


def test_the_common_packages_can_be_imported(bench: Bench) -> None:
    (bench.common() / "requests.py").write_text("V = 'common'\n")
    (outcome,) = bench.run(job("import requests\ndef main(args):\n    return {'v': requests.V}\n"))
    assert outcome.result == {"v": "common"}


@pytest.mark.sandbox
def test_usual_libraries_work(bench: Bench) -> None:
    """What a lock can break without anybody noticing."""
    (outcome,) = bench.run(job(code("uses_the_standard_library"), limits=Limits(timeout=20_000)))
    assert outcome.result == {
        **{"threads": 12, "database": 1, "awaited": 1, "certificates": True, "name": True, "zone": "CET"},
        **{"uuid": 36, "processors": True, "own_process": True},
    }, outcome.logs


@pytest.mark.sandbox
def test_process_pools_work_where_there_is_shared_memory_of_ones_own(bench: Bench) -> None:
    """Landlock alone has no /dev/shm to give that is not everybody's."""
    (outcome,) = bench.run(job(code("uses_a_process_pool"), limits=Limits(timeout=20_000)))
    expected = {"error": "[Errno 13] Permission denied"} if bench.rung.name == "landlock" else {"sum": 12}
    assert outcome.result == expected, outcome.logs


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this machine does not bind to processors")
def test_processors_follow_memory(bench: Bench) -> None:
    text = "import os\ndef main(args):\n    return {'n': len(os.sched_getaffinity(0))}\n"
    small, large = bench.run(
        *(job(text, limits=Limits(memory=m, timeout=10_000), of={"revision": str(m)}) for m in (128, 512))
    )
    here = len(os.sched_getaffinity(0))
    assert (small.result, large.result) == ({"n": 1}, {"n": min(4, here)})


def test_numpy_in_the_least_memory(bench: Bench) -> None:
    """OpenBLAS reserves much for each processor that it sees."""
    folder = Path(np.__file__).parents[1]
    for name in ("numpy", "numpy.libs"):
        if (folder / name).is_dir():
            shutil.copytree(folder / name, bench.common() / name)
    text = (
        "import numpy as np\n"
        "def main(args):\n    a = np.ones((300, 300))\n    return {'sum': float((a @ a).sum())}\n"
    )
    (outcome,) = bench.run(job(text, limits=Limits(memory=128, timeout=60_000)))
    assert outcome.result == {"sum": 27_000_000.0}, outcome.logs
