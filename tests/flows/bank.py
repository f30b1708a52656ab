"""Many flows in one conductor action, each called by its number: what random flows run in on a platform."""

import base64
import io
import json
import zipfile
from pathlib import Path

import fnkit
from fnkit.compose.nodes import Node, to_json
from fnkit.core.names import JOIN

SHIPS = (
    "__init__",
    "core/__init__",
    "core/wire",
    "compose/__init__",
    *(f"compose/{name}" for name in ("moves", "steps", "fork", "program", "machine", "platform", "turn")),
)
MAIN = f"""
import json
from fnkit.compose.machine import KEY
from fnkit.compose.program import Flow
from fnkit.compose.turn import conductor
from inline import PYTHON

def functions(node):
    found = {{}}
    if node["type"] == "function":
        found[node["id"]] = PYTHON[node["function"]["exec"]["code"]]
    for one in [*node.values(), *node.get("components", ())]:
        if isinstance(one, dict) and "type" in one and "id" in one:
            found |= functions(one)
    return found

FLOWS = json.load(open("flows.json"))
TURNS = [conductor(json.dumps(one), functions(one), "{JOIN}") for one in FLOWS]
KNOWN = {{Flow(one, {{}}).digest: turn for one, turn in zip(FLOWS, TURNS)}}

def main(args):
    which = args.pop("which", None)
    turn = TURNS[which] if which is not None else KNOWN[args[KEY]["flow"]]
    return turn(args)
"""


def code(nodes: list[Node]) -> str:
    """The base64 of its zip."""
    root, packed = Path(fnkit.__file__).parent, io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("__main__.py", MAIN)
        archive.writestr("flows.json", json.dumps([to_json(node, "0") for node in nodes]))
        archive.write(Path(__file__).with_name("inline.py"), "inline.py")
        for name in SHIPS:
            archive.write(root / f"{name}.py", f"fnkit/{name}.py")
    return base64.b64encode(packed.getvalue()).decode()
