"""What ships with an action needs numpy, Pillow and LiteRT, and nothing else of ours."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from fnkit.models import catalogue, download

ROOT = Path(__file__).parents[3]
OUTSIDE = {"numpy", "PIL", "ai_edge_litert", "av"}
OPTIONAL = {"platformdirs", "obstore"}
"""Imported where they are there: by `core.places`, and by `events.bucket` for a bucket."""


def ships():
    """The list in ARCHITECTURE.md."""
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    return re.search(r"```ships\n(.*?)```", text, re.DOTALL).group(1).split()


def imports(path):
    """Every module that a file imports, anywhere in it but for type checkers alone."""
    tree = ast.parse(path.read_text("utf-8"))
    tree.body = [
        node for node in tree.body if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            yield node.module
            if node.module.startswith("fnkit"):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def module_file(name):
    path = ROOT.joinpath(*name.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@pytest.mark.parametrize("name", [name for name in ships() if name.endswith(".py")])
def test_it_imports_only_what_ships(name):
    for module in imports(ROOT / name):
        root = module.split(".")[0]
        if root != "fnkit":
            assert root in sys.stdlib_module_names | OUTSIDE | OPTIONAL, module
        elif module_file(module).exists():  # else it is a name in the module before it
            assert str(module_file(module).relative_to(ROOT)) in ships(), module


@pytest.fixture
def action(tmp_path):
    """A folder with what ships and the model, as a bundle has it; runs code with nothing else of ours."""
    for name in ships():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    sha256 = catalogue.find("movenet-multipose").model.sha256
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / sha256).symlink_to(download.fetch("movenet-multipose").path)

    def run(code, **environment):
        before = f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
class Wall:
    def find_spec(self, name, path=None, target=None):
        root = name.split(".")[0]
        if root not in sys.stdlib_module_names and root not in {OUTSIDE | {"fnkit"}!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Wall())
"""
        return subprocess.run(
            [sys.executable, "-I", "-c", before + code],
            env={"FNKIT_CACHE": str(tmp_path / "cache"), **environment},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


PHOTO = ROOT / "notebooks" / "photos" / "person-front-jumping.jpg"
CROP = f"""
import json
import fnkit
from fnkit.models import images
from fnkit.vision import crop, pose
model = fnkit.models.load("movenet-multipose")
box = crop.between(pose.person(model, images.open({str(PHOTO)!r})), "eyes", "hips")
print(json.dumps([box.to_json(), model.runtime, sorted(model.timings.to_json()), fnkit.__file__]))
"""


def test_it_runs_alone(action, tmp_path):
    ran = action(CROP, FNKIT_MODELS=str(tmp_path / "models"))
    assert ran.returncode == 0, ran.stderr
    box, runtime, timings, where = json.loads(ran.stdout)
    assert box == {"x": 156, "y": 100, "w": 200, "h": 158}
    assert runtime == "litert"
    assert timings == ["download", "inference", "load", "total"]
    assert where.startswith(str(tmp_path))
    assert ran.stderr == "", "the runtime's greeting is no business of an activation's logs"


JUDGE = f"""
import json
import fnkit
from fnkit.models import images
from fnkit.vision import quality, tags
cup = images.open({str(ROOT / "notebooks" / "photos" / "coffee.png")!r})
found = tags.find(fnkit.models.load("efficientnet-lite3"), cup, count=1)
print(json.dumps([round(quality.measure(cup).total), [tag.name for tag in found]]))
"""


def test_quality_and_tags_run_alone(action):
    path = download.fetch("efficientnet-lite3").path
    ran = action(JUDGE, FNKIT_MODELS=str(path.parent))
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == [99, ["espresso"]]


WATCH = f"""
import sys
from fnkit.vision import video
frames = list(video.frames({str(ROOT / "notebooks" / "photos" / "walk.mkv")!r}, rate=1))
print(len(frames), all(frame.jpeg[:2] == bytes([255, 216]) for frame in frames))
print(*sorted({{"PIL", "numpy", "ai_edge_litert"}} & set(sys.modules)))
"""


def test_frames_need_pyav_alone(action):
    ran = action(WATCH)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split() == ["8", "True"], "and neither Pillow nor LiteRT"


KEEP = """
from fnkit.events import stores
stores.open("frames").put("1.txt", b"one")
print(stores.open("frames").get("1.txt"))
stores.open("s3://frames")
"""


def test_stores_run_alone_and_say_what_is_missing(action):
    ran = action(KEEP)
    assert ran.stdout.strip() == "b'one'"
    assert "MissingPackage: Opening s3://frames: obstore is not installed." in ran.stderr


def test_an_instance_downloads_its_model(action, files):
    sha256 = catalogue.find("movenet-multipose").model.sha256
    files.content["net.tflite"] = download.fetch("movenet-multipose").path.read_bytes()
    ran = action(CROP, FNKIT_MODEL_URLS=json.dumps({sha256: files.url("net.tflite")}))
    assert json.loads(ran.stdout)[0] == {"x": 156, "y": 100, "w": 200, "h": 158}
    by_url = CROP.replace('load("movenet-multipose")', f"load({files.url('net.tflite')!r}, sha256={sha256!r})")
    assert json.loads(action(by_url).stdout)[0] == {"x": 156, "y": 100, "w": 200, "h": 158}
    assert files.asked["net.tflite"] == 1, "kept between the instances of one machine"


def test_a_name_of_her_own(action, tmp_path):
    sha256 = catalogue.find("movenet-multipose").model.sha256
    code = CROP.replace("movenet-multipose", "poses/mine.tflite")
    names = json.dumps({"mine.tflite": sha256})
    ran = action(code, FNKIT_MODELS=str(tmp_path / "models"), FNKIT_MODEL_NAMES=names)
    assert json.loads(ran.stdout)[0] == {"x": 156, "y": 100, "w": 200, "h": 158}


def test_a_model_that_did_not_travel(action):
    ran = action(CROP)
    assert "BadModel: Loading the model movenet-multipose: it did not travel with this action." in ran.stderr
    assert "--model movenet-multipose" in ran.stderr


def test_a_url_without_its_sha256(action):
    ran = action(CROP.replace("movenet-multipose", "https://127.0.0.1/net.tflite"))
    assert "its sha256 is not given" in ran.stderr


def test_a_model_that_was_included(action):
    path = download.fetch("movenet-multipose").path
    ran = action(CROP.replace("movenet-multipose", str(path)))
    assert json.loads(ran.stdout)[0] == {"x": 156, "y": 100, "w": 200, "h": 158}


def test_tensorflow_did_not_travel(action, tmp_path):
    code = CROP.replace('"movenet-multipose"', '"movenet-multipose", runtime="tensorflow"')
    ran = action(code, FNKIT_MODELS=str(tmp_path / "models"))
    assert "MissingPackage" in ran.stderr and "does not travel with an action" in ran.stderr
