"""The same bytes every time, within the limit, with all that is needed and nothing that the image has."""

import base64
import io
import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from fnkit.action import build, cell, target
from fnkit.action.archive import Member, packed_once, written_zip
from fnkit.action.bundle import Bundle, Layer, LayerFile, base64_size
from fnkit.action.cells import from_history
from fnkit.action.spec import Wishes
from fnkit.action.target import Target
from fnkit.core.canonical import sha256, tree_digest
from fnkit.core.entities import ModelFile
from fnkit.core.errors import BadArgument, BadModel, MissingPackage, TooLarge
from fnkit.core.names import ActionName

POSE = (
    "import fnkit\nfrom fnkit.models import images\nfrom fnkit.vision import pose",
    "model = fnkit.models.load('movenet-multipose')",
    "def main(image: str): return {'people': len(pose.find(model, images.open(image)))}",
)
HELLO = ("def main(name: str = 'world'): return {'hello': name}",)
HERE = target.embedded({"python": sys.version.split()[0], "packages": {}})


def bundle_of(cells: tuple[str, ...], where: Target, model: ModelFile | None = None, **wishes: object) -> Bundle:
    spec = cell.from_cells(ActionName("x"), from_history(["", *cells], {}), Wishes(model=model, **wishes))  # type: ignore[arg-type]
    return build.build(spec, where)


def model_of(tmp_path: Path, size: int, url: str | None = None, name: str = "movenet-multipose") -> ModelFile:
    """Bytes that do not shrink, as trained weights do not."""
    path = tmp_path / "weights"
    path.write_bytes(os.urandom(size))
    digest = sha256(path.read_bytes())
    return ModelFile(name, digest, size, path.rename(tmp_path / digest), url)


def names(bundle: Bundle) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(bundle.zip)).namelist()


def test_the_pose_bundle_for_a_remote_target_fits_with_the_model_inside(tmp_path: Path) -> None:
    model = model_of(tmp_path, 9_585_276)
    bundle = bundle_of(POSE, target.remote("python:3.11"), model)
    inside = names(bundle)
    assert bundle.base64_size == len(base64.b64encode(bundle.zip)) < 48 * 1024 * 1024
    assert {"__main__.py", "fnkit.json", "fnkit/vision/pose.py", f"models/{model.sha256}"} <= set(inside)
    assert {"numpy/__init__.py", "PIL/Image.py", "ai_edge_litert/interpreter.py"} <= set(inside)
    fat = [
        n
        for n in inside
        if n.endswith((".pyi", "RECORD", ".pyc")) or "/tests/" in n or "f2py" in n or "_avif" in n
    ]
    assert fat == []
    assert not any(n.startswith(("bin/", ".lock")) or "__pycache__" in n for n in inside)
    assert any(n.endswith("x86_64-linux-gnu.so") for n in inside)
    assert bundle.manifest["needs"] == []
    assert all(requirement.licence for requirement in bundle.requirements)
    assert [r.name for r in bundle.requirements][:1] == ["ai-edge-litert"]


def test_an_embedded_target_gets_layers_and_a_small_zip(tmp_path: Path) -> None:
    model = model_of(tmp_path, 1000)
    bundle = bundle_of(("import numpy", "def main(): return {'v': numpy.__version__}"), HERE, model)
    assert [layer.kind for layer in bundle.layers] == ["code", "libraries", "model"]
    assert names(bundle) == ["__main__.py", "fnkit.json"]
    assert bundle.size < 10_000
    assert bundle.manifest["needs"] == [layer.digest for layer in bundle.layers[1:]]
    assert [file.path for file in bundle.layers[2].files] == [model.sha256]
    files = [(f.path, f.sha256, f.executable) for layer in bundle.layers for f in layer.files]
    assert bundle.manifest["digest"] == bundle.digest == tree_digest(files)
    assert json.loads(zipfile.ZipFile(io.BytesIO(bundle.zip)).read("fnkit.json")) == bundle.manifest


def test_a_layer_streams_as_a_tar_of_its_files() -> None:
    layer = Layer(
        "code",
        (LayerFile.of("b/c.py", b"x" * 700, True), LayerFile.of("a.py", b""), LayerFile.of("é" * 120, b"y")),
    )
    with tarfile.open(fileobj=io.BytesIO(b"".join(layer.tar()))) as archive:
        read = [(m.name, sha256(archive.extractfile(m).read()), bool(m.mode & 0o100)) for m in archive]  # type: ignore[union-attr]
    assert [name for name, _, _ in read] == ["a.py", "b/c.py", "é" * 120]
    assert tree_digest(read) == layer.digest == layer.to_json()["digest"]


SCRIPT = """
import os, sys
from pathlib import Path
os.umask(int(sys.argv[1], 8))
from fnkit.action import build, cell, target
from fnkit.action.spec import Wishes
from fnkit.core.names import ActionName
from fnkit.core.canonical import sha256
spec = cell.from_path(ActionName("x"), Path("tool.py"), Wishes(includes=(Path("data"),)))
for where in (target.remote("python:3.11"), target.embedded({"python": sys.version.split()[0]})):
    bundle = build.build(spec, where)
    print(bundle.digest, sha256(bundle.zip), sha256(bundle.action_file.encode()))
"""


def test_the_same_bytes_whatever_folder_time_zone_umask_and_cache(tmp_path: Path) -> None:
    said = []
    for name, umask, zone in (("one", "022", "UTC"), ("other place", "077", "Asia/Tokyo")):
        folder = tmp_path / name
        (folder / "data").mkdir(parents=True)
        (folder / "tool.py").write_text(
            "import tqdm, shapes\ndef main(): return {'v': tqdm.__version__, 's': shapes.N}\n"
        )
        (folder / "shapes.py").write_text("N = 3\n")
        (folder / "data" / "labels.txt").write_text("eyes\n")
        (folder / "data" / "labels.txt").chmod(0o777 if name == "one" else 0o600)
        os.utime(folder / "shapes.py", (1, 1) if name == "one" else (2_000_000_000, 2_000_000_000))
        environment = {**os.environ, "TZ": zone, "FNKIT_CACHE": str(folder / "cache"), "PYTHONHASHSEED": umask}
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, umask],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        said.append(done.stdout)
    assert said[0] == said[1]
    assert len(said[0].split()) == 6


def test_what_the_image_has_is_not_vendored_and_its_version_is_told() -> None:
    where = Target("python:3.11", target.running(), None, {"requests": "2.32.2"})
    bundle = bundle_of(
        ("import requests, tqdm", "def main(): return {'v': [requests.__version__, tqdm.__version__]}"), where
    )
    assert [r.name for r in bundle.requirements] == ["tqdm"]
    assert {"requests", "idna", "urllib3", "certifi"} <= {r.name for r in bundle.provided}
    assert next(r.version for r in bundle.provided if r.name == "requests") == "2.32.2"
    assert any("requests: the image has 2.32.2, this notebook" in note for note in bundle.notes)
    assert not any(name.startswith("requests/") for name in names(bundle))


def test_over_the_limit_is_refused_with_weights_and_the_way_out(tmp_path: Path) -> None:
    small = Target("python:3.11", target.running(), None, {}, limit=100_000)
    model = model_of(tmp_path, 90_000)
    with pytest.raises(TooLarge, match=r"movenet-multipose 0\.1 MiB.*--model-url URL"):
        bundle_of(HELLO, small, model)
    with_url = ModelFile(model.name, model.sha256, model.size, model.path, "https://example.org/m")
    bundle = bundle_of(HELLO, small, with_url)
    assert [layer.kind for layer in bundle.layers] == ["code"]
    assert "https://example.org/m" in bundle.action_file
    spec = cell.from_cells(ActionName("x"), from_history(["", *HELLO], {}), Wishes(model=with_url))
    with pytest.raises(TooLarge):
        build.build(spec, small, model="bundle")
    with pytest.raises(TooLarge, match=r"Unpacked: numpy [\d.]+ MiB"):
        bundle_of(("import numpy", "def main(): return {'v': numpy.__version__}"), small)


def test_a_library_without_a_wheel_for_the_target_is_told() -> None:
    where = Target("python:3.11", "3.11", "x86_64-manylinux_2_28", {})
    with pytest.raises(
        MissingPackage, match=r"Bringing the libraries for Python 3\.11 on x86_64-manylinux_2_28.*--require"
    ):
        bundle_of(HELLO, where, requires=("numpy==0.0.1",))


def test_an_edit_touches_neither_resolver_nor_wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No installer can run here: what was resolved and laid out for the libraries serves the edited function."""
    before = bundle_of(("import tqdm", "def main(): return {'v': tqdm.__version__}"), HERE)
    (tmp_path / "no-folder").touch()
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "no-folder" / "uv"))
    edited = bundle_of(("import tqdm", "def main(): return {'version': tqdm.__version__}"), HERE)
    assert edited.digest != before.digest
    assert edited.layers[1] == before.layers[1]
    with pytest.raises(MissingPackage):  # so it is: other libraries need one
        bundle_of(("import tqdm", "def main(): return {}"), HERE, requires=("tqdm<4.67",))


def test_files_of_the_user_may_not_hide_a_library(tmp_path: Path) -> None:
    (tmp_path / "tqdm").mkdir()
    (tmp_path / "tqdm" / "__init__.py").write_text("")
    with pytest.raises(BadArgument, match=r"both have tqdm/__init__\.py"):
        bundle_of(HELLO, HERE, requires=("tqdm",), includes=(tmp_path / "tqdm",))


def test_folders_and_zips_are_bundles_as_they_were_made(tmp_path: Path) -> None:
    folder = tmp_path / "made"
    (folder / "lib").mkdir(parents=True)
    (folder / "__main__.py").write_text("def main(args): return args\n")
    (folder / "lib" / "x.py").write_text("X = 1\n")
    with zipfile.ZipFile(tmp_path / "made.zip", "w") as archive:
        archive.write(folder / "lib" / "x.py", "lib/x.py")
        archive.write(folder / "__main__.py", "__main__.py")
    digests = set()
    for path in (folder, tmp_path / "made.zip"):
        spec = cell.from_path(ActionName("x"), path)
        bundle = build.build(spec, target.remote())
        assert names(bundle) == ["__main__.py", "fnkit.json", "lib/x.py"]
        assert bundle.main == "main"
        assert bundle.entry.whole
        digests.add(bundle.digest)
    assert len(digests) == 1


@pytest.mark.parametrize(
    "name", ["../../out.txt", "/tmp/out.txt", "a/../../b", "a\\b", "C:/out.txt", "./a", "a//b"]
)
def test_nothing_is_written_outside_of_the_action(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "made.zip", "w") as archive:
        archive.writestr("__main__.py", "def main(args): return args\n")
        archive.writestr(name, "x")
    with pytest.raises(BadArgument, match="outside of the action's folder"):
        build.build(cell.from_path(ActionName("x"), tmp_path / "made.zip"), HERE)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "made.zip", "w") as archive:
        for text in ("def main(args): return args\n", "import os\n"):
            archive.writestr("__main__.py", text)
    with pytest.raises(BadArgument, match=r"'__main__\.py': two files"):
        build.build(cell.from_path(ActionName("x"), tmp_path / "made.zip"), HERE)


def test_a_model_that_is_loaded_by_name_has_to_travel(tmp_path: Path) -> None:
    cells = ("import fnkit\nmodel = fnkit.models.load('{}')", "def main(): return {'m': str(model)}")
    with pytest.raises(BadModel, match=r"Add --model movenet-multipose"):
        bundle_of((cells[0].format("movenet-multipose"), cells[1]), HERE)
    (tmp_path / "mine.tflite").write_bytes(b"x")
    for name, includes in (("https://example.org/m.tflite", ()), ("mine.tflite", (tmp_path / "mine.tflite",))):
        bundle_of((cells[0].format(name), cells[1]), HERE, includes=includes)


def test_members_are_copied_still_deflated(tmp_path: Path) -> None:
    members = [Member(f"f{n}.txt", os.urandom(50) + b"x" * 5000) for n in range(3)]
    place = packed_once(members, tmp_path / "deep" / "packed.zip")
    copied = written_zip(
        [Member(m.name, b"never read", False, place) for m in members] + [Member("a", b"1", True)]
    )
    assert copied == written_zip([*members, Member("a", b"1", True)])
    archive = zipfile.ZipFile(io.BytesIO(copied))
    assert archive.testzip() is None
    assert archive.namelist() == ["a", "f0.txt", "f1.txt", "f2.txt"]
    assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert [info.external_attr >> 16 & 0o777 for info in archive.infolist()] == [0o755, 0o644, 0o644, 0o644]
    assert {info.create_system for info in archive.infolist()} == {3}


def test_targets_are_values() -> None:
    assert target.remote("python:default").kind == "python:3.10"
    assert target.remote("python:3.11").platform == "x86_64-manylinux_2_28"
    assert target.remote("python:3.11").packages["requests"] == "2.32.2"
    with pytest.raises(BadArgument, match="python:2"):
        target.remote("python:2")
    assert HERE.embedded
    assert HERE.platform is None
    assert target.embedded({"python": "3.8.1"}).python == "3.8"


@pytest.mark.parametrize("size", [0, 1, 2, 3, 100])
def test_base64_is_counted_as_it_is(size: int) -> None:
    assert base64_size(size) == len(base64.b64encode(bytes(size)))
