"""Calls whose value hangs on this machine, this moment or this session, and so cannot be made again elsewhere."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a value may not be made again: `… was made in In [3] {how}.`, and what to do."""

    how: str
    advice: str
    note: bool = False
    """True where it may well be meant, so that it is told and not refused."""


_FILES = re.compile(
    r"(?:open|io\.open|codecs\.open|gzip\.open|bz2\.open|tarfile\.open|zipfile\.ZipFile|os\.listdir|os\.scandir|os\.walk"
    r"|glob\.i?glob|pandas\.read_(?!clipboard)\w+|polars\.(?:read|scan)_\w+"
    r"|numpy\.(?:load|loadtxt|genfromtxt|fromfile|memmap)"
    r"|PIL\.Image\.open|joblib\.load|cv2\.(?:imread|VideoCapture)|imageio(?:\.v\d)?\.(?:v\d\.)?imread"
    r"|matplotlib\.(?:pyplot|image)\.imread|skimage\.io\.imread|h5py\.File|sqlite3\.connect|shelve\.open"
    r"|fnkit\.models\.images\.open|scipy\.io\.\w+|torch\.load)\Z"
)
_FILE_METHODS = frozenset({"read_text", "read_bytes", "open", "iterdir", "glob", "rglob"})
_LISTS = frozenset({"listdir", "scandir", "walk", "glob", "iglob", "iterdir", "rglob"})
_PATTERN = re.compile(r"[*?\[]")
_CHANCE = re.compile(
    r"(?:random\.(?!Random\Z)\w+|numpy\.random\.(?!default_rng\Z|RandomState\Z|Generator\Z|SeedSequence\Z|PCG64\Z)\w+"
    r"|secrets\.\w+|uuid\.uuid[14]|os\.urandom|os\.getpid)\Z"
)
_SEEDED = frozenset({"random.Random", "numpy.random.default_rng", "numpy.random.RandomState"})
_CLOCK = re.compile(
    r"(?:time\.(?:time|time_ns|monotonic|perf_counter|localtime|gmtime|ctime)\w*"
    r"|datetime\.(?:datetime|date)\.(?:now|today|utcnow))\Z"
)
_ASKED = frozenset({"input", "getpass.getpass"})
_SHELLS = re.compile(r"(?:subprocess\.\w+|os\.(?:system|popen))\Z")
_NETWORK = re.compile(r"(?:(?:requests|httpx)\.(?:get|post|put|head|request)|urllib\.request\.url\w+)\Z")
_FITS = frozenset({"fit", "fit_transform", "partial_fit", "train_on_batch", "fit_predict"})
_HERE = re.compile(
    r"(?:os\.(?:getcwdb?|getlogin|uname)|pathlib\.Path\.(?:cwd|home)|os\.path\.(?:abspath|realpath|expanduser)"
    r"|socket\.(?:gethostname|getfqdn)|platform\.node|getpass\.getuser|sys\.(?:argv|executable))\Z"
)
_INCLUDE = "Put it into the function, or send the file along with --include {} and open it by that name."
_FOLDER = (
    "Write the names down, or keep the files in a folder of their own beside the notebook, list that folder by "
    "its name, and send it along with --include FOLDER."
)


def doubts(node: ast.stmt, names: Mapping[str, str], includes: frozenset[str]) -> Iterator[Doubt]:
    """What is doubtful about running `node` again. `names` are imports: name → dotted name."""
    for part in _immediate(node):
        if isinstance(part, ast.Call):
            yield from _doubt(part, _dotted(part.func, names), includes)
        if isinstance(part, ast.Attribute | ast.Name):
            read = _dotted(part, names)
            if read == "os.environ":
                yield _ENVIRONMENT
            elif _HERE.match(read):
                yield Doubt(f"hangs on where it runs ({ast.unparse(part)})", _ELSEWHERE, note=True)


_ELSEWHERE = "It is another one in the action: write the value down, or make it a parameter."
_ENVIRONMENT = Doubt("reads the environment", "Send the variable along with --secret NAME.", note=True)


def _doubt(call: ast.Call, called: str, includes: frozenset[str]) -> Iterator[Doubt]:
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if _FILES.match(called) or (method in _FILE_METHODS and not called.startswith("webbrowser")):
        paths = [path for part in ast.walk(call) if (path := _text(part))]
        if any(path.startswith(("http://", "https://")) for path in paths):
            yield Doubt("comes from the network", "Every new instance fetches it again.", note=True)
        elif not any(_travels(path, includes) for path in paths):
            named = [path for path in map(_place, paths) if len(path) > 3 or "." in path]
            lists = not named and called.rpartition(".")[2] in _LISTS
            advice = _FOLDER if lists else _INCLUDE.format(named[0] if named else "PATH")
            yield Doubt(f"from a file of this machine ({ast.unparse(call)})", advice)
    elif method in _FITS:
        yield Doubt(
            f"by fitting it ({ast.unparse(call)})",
            "Save what was fitted to a file, send that along (--model or --include), load it in the function.",
        )
    elif _CHANCE.match(called) or (called in _SEEDED and not call.args and not call.keywords):
        yield Doubt(f"by chance ({ast.unparse(call)})", "Put it into the function, or write the value down.")
    elif _CLOCK.match(called):
        yield Doubt(f"from the clock ({ast.unparse(call)})", "Put it into the function, or write the value down.")
    elif called in _ASKED:
        yield Doubt("by asking you", "Make it a parameter of the function, or a secret (--secret NAME).")
    elif _SHELLS.match(called):
        yield Doubt("by a command of this machine", "Write the value down, or get it in the function.")
    elif _NETWORK.match(called):
        yield Doubt("comes from the network", "Every new instance fetches it again.", note=True)
    elif called == "os.getenv":
        yield _ENVIRONMENT


def _place(path: str) -> str:
    """A path as `--include` takes it: `data` for `./data/*.csv`, nothing for this folder itself."""
    if _PATTERN.search(path):
        path = _PATTERN.split(path)[0].rpartition("/")[0]
    plain = path.removeprefix("./").rstrip("/")
    return "" if plain == "." else plain


def _travels(path: str, includes: frozenset[str]) -> bool:
    place = _place(path)
    return bool(place) and any(each == place or each.startswith(f"{place}/") for each in includes)


def _text(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _dotted(node: ast.expr, names: Mapping[str, str]) -> str:
    """`pd.read_csv` as `pandas.read_csv`; what does not begin with a name begins with a question mark."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    parts.append(names.get(node.id, node.id) if isinstance(node, ast.Name) else "?")
    return ".".join(reversed(parts))


def _immediate(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a statement that run when it runs: not the bodies of its functions."""
    parts: list[ast.AST]
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        parts = [*node.decorator_list, *node.args.defaults, *(d for d in node.args.kw_defaults if d)]
    elif isinstance(node, ast.Lambda):
        parts = [*node.args.defaults, *(d for d in node.args.kw_defaults if d)]
    else:
        parts = list(ast.iter_child_nodes(node))
    for part in parts:
        yield part
        yield from _immediate(part)
