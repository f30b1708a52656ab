"""The action file on its own, with the outcomes of a platform."""

import sys
from pathlib import Path
from typing import Any

import pytest

from fnkit.action import build, cell, target
from fnkit.action.bundle import Bundle
from fnkit.action.cells import from_history
from fnkit.action.rehearse import Rehearsal, rehearse
from fnkit.action.spec import Wishes
from fnkit.action.target import Target
from fnkit.core import places
from fnkit.core.canonical import sha256
from fnkit.core.entities import ModelFile
from fnkit.core.names import ActionName

HERE = target.embedded({"python": sys.version.split()[0], "packages": {}})


def bundle_of(*cells: str, where: Target = HERE, model: ModelFile | None = None) -> Bundle:
    spec = cell.from_cells(ActionName("x"), from_history(["", *cells], {}), Wishes(model=model))
    return build.build(spec, where)


def played(*cells: str, arguments: Any = None, **more: Any) -> Rehearsal:
    return rehearse(bundle_of(*cells), {} if arguments is None else arguments, **more)


def test_the_answer_the_logs_and_the_seconds() -> None:
    done = played(
        "def main(n: int):\n    print('hi', n)\n    return {'n': n + 1, 't': (1, 2)}", arguments={"n": 3}
    )
    assert done.success
    assert done.result == {"n": 4, "t": [1, 2]}
    assert done.logs == ("hi 3",)
    assert 0 < done.seconds < 30


def test_an_exception_is_an_application_error_with_cell_and_line() -> None:
    done = played(
        "def helper(x):\n    return 1 / x",
        "%%deploy_action x\ndef main(x: int):\n    return {'y': helper(x)}",
        arguments={"x": 0},
    )
    assert done.status == "application error"
    assert done.result == {"error": "division by zero"}
    logs = "\n".join(done.logs)
    assert "In [1], line 2, in helper" in logs
    assert "In [2], line 3, in main" in logs
    assert "/tmp" not in logs


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ("def main(): return {'error': 'no'}", "application error", "no"),
        (
            "def main(): return 'text'",
            "action developer error",
            "did not return a dictionary or array. (It is str.)",
        ),
        ("def main(): return None", "action developer error", "did not return a dictionary or array"),
        ("def main(): return {'x': object()}", "action developer error", "did not return a dictionary or array"),
        (
            "def main(): return {'x': float('nan')}",
            "action developer error",
            "did not return a dictionary or array",
        ),
        ("import os\ndef main(): os._exit(3)", "action developer error", "command exited"),
        ("import sys\ndef main(): sys.exit(0)", "action developer error", "command exited"),
        (
            "X = 1 / 0\ndef main(): return {'x': X}",
            "action developer error",
            "Cannot start action. Check logs for details.",
        ),
    ],
)
def test_outcomes_are_those_of_a_platform(body: str, status: str, error: str) -> None:
    done = played(body)
    assert done.status == status
    assert error in done.result["error"]


def test_a_run_over_its_time_is_ended() -> None:
    done = played("def main():\n    while True: pass", timeout=1.5)
    assert done.status == "action developer error"
    assert done.result == {"error": "The action exceeded its time limits of 1500 milliseconds."}
    done = played("import time\ndef main():\n    print('begun')\n    time.sleep(0.6)\n    return {}", timeout=0.3)
    assert done.result == {"error": "The action exceeded its time limits of 300 milliseconds."}
    assert done.logs == ("begun",)


def test_what_was_given_secrets_is_not_remembered() -> None:
    bundle = bundle_of("import os\ndef main():\n    return {'token': os.environ['TOKEN']}")
    for value in ("one-secret", "one-secret", "another"):
        done = rehearse(bundle, {}, {"TOKEN": value})
        assert (done.result, done.remembered) == ({"token": value}, False)
    kept = [path.read_bytes() for path in places.cache().rglob("*.json")]
    assert not any(b"one-secret" in content for content in kept)


def test_without_input_the_file_is_imported_only() -> None:
    assert rehearse(bundle_of("N = [1]\ndef main(): return {'n': 1 / 0}")).success
    broken = rehearse(bundle_of("N = [1][7]\ndef main(): return {'n': N}"))
    assert not broken.success
    assert "In [1], line 1" in "\n".join(broken.logs)


def test_the_libraries_are_the_bundles_own() -> None:
    done = played("import tqdm\nimport sys", "def main(): return {'file': tqdm.__file__, 'path': sys.path}")
    assert "/trees/" in done.result["file"]
    assert not any("site-packages" in path for path in done.result["path"])
    hidden = bundle_of(
        "def main():\n    import importlib\n    return {'m': importlib.import_module('numpy').__name__}"
    )
    done = rehearse(hidden, {})
    assert done.status == "application error"
    assert "No module named 'numpy'" in done.result["error"]


def test_what_the_image_provides_is_there() -> None:
    where = Target("python:x", target.running(), None, {"tqdm": "4.67.1"})
    bundle = bundle_of("import tqdm", "def main(): return {'v': tqdm.__version__}", where=where)
    assert bundle.requirements == ()
    assert rehearse(bundle, {}).result == {"v": "4.67.1"}


def test_the_environment_is_bare_and_secrets_are_handed_over(tmp_path: Path) -> None:
    content = b"weights"
    (tmp_path / sha256(content)).write_bytes(content)
    model = ModelFile("small", sha256(content), len(content), tmp_path / sha256(content))
    body = (
        "import os\nfrom pathlib import Path\n"
        "def main():\n    return {'names': sorted(os.environ), 'secret': os.environ.get('TOKEN'),"
        f" 'model': Path(os.environ['FNKIT_MODELS'], '{sha256(content)}').read_text(), 'here': os.listdir()}}"
    )
    done = rehearse(bundle_of(body, model=model), {}, environment={"TOKEN": "abc"})
    assert done.result["secret"] == "abc"
    assert done.result["model"] == "weights"
    assert set(done.result["here"]) - {"__pycache__"} == {"__main__.py"}
    assert not {"HOME", "PATH", "VIRTUAL_ENV", "PYTHONPATH"} & set(done.result["names"])


def test_a_pass_is_remembered_by_content_a_failure_is_not(tmp_path: Path) -> None:
    body = (
        "def main(x: int = 1):\n"
        f"    with open({str(tmp_path / 'runs')!r}, 'a') as f: f.write('.')\n    return {{'y': 1 / x}}"
    )
    bundle = bundle_of(body)
    first, second, other = rehearse(bundle, {"x": 2}), rehearse(bundle, {"x": 2}), rehearse(bundle, {"x": 4})
    assert (first.remembered, second.remembered, other.remembered) == (False, True, False)
    assert second.result == first.result == {"y": 0.5}
    assert (tmp_path / "runs").read_text() == ".."
    assert not rehearse(bundle, {"x": 0}).success
    assert not rehearse(bundle, {"x": 0}).remembered
    assert (tmp_path / "runs").read_text() == "...."


def test_a_python_that_is_not_here_is_not_checked() -> None:
    spec = cell.from_cells(ActionName("x"), from_history(["", "def main(): return {}"], {}))
    done = rehearse(build.build(spec, Target("python:2.9", "2.9", None, {})), {})
    assert done.status == "not checked"
    assert not done.success
