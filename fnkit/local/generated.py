"""Conductors that fnkit generated, known by their code: how a turn of one is taken within the server.

An archive is known by having fnkit's own modules byte by byte, and an action file in which nothing but what was
generated speaks of the turn, and nothing can go wrong before the first one. Whoever sent it may have written
anything: nothing of it is run or parsed here but the JSON of its flow, which is small and plain.
"""

import base64
import io
import json
import sys
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import fnkit
from fnkit.compose import turn as flows
from fnkit.compose.program import Flow
from fnkit.core.names import DESTINATION, FLOW
from fnkit.events import destination
from fnkit.local.invocable import Invocable
from fnkit.local.within import Beyond, Object, Take, World

LARGEST = 256 * 1024
"""Characters of an archive, and bytes of its action file."""
DOCUMENT = 64 * 1024
"""Characters of a flow."""
PLAIN = ("sequence", "empty", "literal", "action", "function", "if", "if_nosave", "try", "finally")
NODES = frozenset((*PLAIN, "retry", "repeat", "let", "mask"))
"""Types of nodes. The others make more of what they get (branches, what is retained), or go round for long."""
LONGEST = 256
"""Characters of the id of a node."""
SHORTEST = 1000
"""Ms of a time limit: with less a conductor has none for its turn."""
_ROOM = ("fork", "machine", "moves", "platform", "program", "steps", "turn")
MACHINE = frozenset(
    f"fnkit/{name}.py"
    for name in (
        "__init__",
        "core/__init__",
        "core/wire",
        "compose/__init__",
        *(f"compose/{one}" for one in _ROOM),
    )
)
"""What a flow's conductor cannot do without,"""
DELIVERY = frozenset(
    f"fnkit/{name}.py" for name in ("__init__", "core/__init__", "core/aws4", "events/__init__")
) | {f"fnkit/events/{one}.py" for one in ("cloudevents", "ending", "signing")}
"""and a destination's."""
IMPORT = "from fnkit.compose.turn import conductor as fnkit_conductor\n"
BEGINS = """
fnkit_turn = fnkit_conductor(
    r\'\'\'"""
"""What comes before the flow in a generated file,"""
FUNCTIONS = """''',
    {
"""
"""what comes after it,"""
ENDS = '''",
)


def fnkit_flow(params):
    return fnkit_turn(params)


# How OpenWhisk calls it: one object in, one object out.
def main(params, _call=fnkit_flow):
    """Hand OpenWhisk's object to fnkit_flow() as it is."""
    return _call(params)
'''
"""and how the file ends."""
HARMLESS = ("def ", "#", " ", ")")
"""How lines begin that say something and do nothing when the file is loaded."""


class _Functions(dict[str, Any]):
    """Inline functions, which are the user's own."""

    def get(self, *_: Any) -> Any:
        """Not here."""
        raise Beyond


def read(invocable: Invocable) -> Take | None:
    """How a turn of an action is taken in the server; None where it is no conductor as fnkit makes them today."""
    executable, notes = invocable.executable, invocable.annotations
    plain = executable.binary and executable.main == "main" and executable.kind.startswith("python:")
    if not plain or executable.limits.timeout < SHORTEST or len(executable.code) > LARGEST:
        return None
    try:
        if FLOW in notes:
            return _flow(_own(executable.code, MACHINE))
        return _destination(_own(executable.code, DELIVERY)) if DESTINATION in notes else None
    except Exception:  # noqa: BLE001 - whatever is wrong with it, its instance says so
        return None


def _own(code: str, needed: frozenset[str]) -> str:
    """The action file of an archive whose modules of fnkit's are ours. Raises ValueError where they are not."""
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(code, validate=True))) as archive:
        members = {one.filename: one for one in archive.infolist()}
        if len(members) < len(archive.infolist()) or not needed <= members.keys():
            raise ValueError("other members")
        for name, member in members.items():
            if name.startswith("virtualenv/") or member.file_size > LARGEST:
                raise ValueError(name)
            if name.startswith("fnkit/") and archive.read(member) != _ours().get(name):
                raise ValueError(name)
        return archive.read("__main__.py").decode()


@cache
def _ours() -> dict[str, bytes]:
    """The modules that travel, by their names in an archive."""
    root = Path(fnkit.__file__).parent
    rooms = (root, root / "core", root / "compose", root / "events")
    files = [file for room in rooms for file in room.glob("*.py")]
    return {file.relative_to(root.parent).as_posix(): file.read_bytes() for file in files}


def _flow(file: str) -> Take | None:
    before, _, after = file.partition(BEGINS)
    document, _, rest = after.partition(FUNCTIONS)
    once = before.count(IMPORT) == 1 and file.count("fnkit_conductor") == file.count("fnkit_turn") == 2
    if not (once and rest.endswith(ENDS) and _harmless(before.replace(IMPORT, "")) and len(document) <= DOCUMENT):
        return None
    join = rest.removesuffix(ENDS).rpartition('"')[2]
    flow = Flow(json.loads(document, object_hook=_checked), _Functions())
    if not all(node["type"] in NODES for node in flow.nodes.values()):
        return None
    return lambda arguments, world: flows.take(flow, world, arguments, world.activation, join)


def _checked(found: Object) -> Object:
    if len(found.get("id", "")) > LONGEST:
        raise ValueError("an id")
    return found


def _harmless(text: str) -> bool:
    """True where these lines do nothing but define functions and import what every Python has."""
    for line in text.split("\n"):
        if line.startswith(("import ", "from ")):
            module = line.split()[1].partition(".")[0]
            if module not in sys.stdlib_module_names or "," in line.partition(" import ")[0]:
                return False
        elif line and not line.startswith(HARMLESS):
            return False
    return True


def _destination(file: str) -> Take | None:
    if file.encode() != _ours()["fnkit/events/destination.py"]:
        return None

    def take(arguments: Object, world: World) -> Object:
        order = json.loads(world.environment[destination.ORDER])
        if not (isinstance(order["retries"], int) and isinstance(order["pause"], int | float)):
            raise Beyond
        return destination.Turn(order, world).take(arguments)

    return take
