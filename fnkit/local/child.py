"""The inside of an instance: loads an action's code once and answers one line for each line.

Ships alone: it runs as `python -I -S child.py FD` and imports the standard library only. FD is one end of a socket
pair; the messages are in messages.py. Source of what it does: apache/openwhisk-runtime-python launcher.py.
"""

import fcntl
import json
import os
import select
import sys
import time
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import SourceFileLoader
from collections.abc import Callable, Iterator
from typing import Any

REPEATED = "Cannot initialize the action more than once."
UNLOADABLE = "The action failed to generate or locate a binary. See logs for details."
READ = json.JSONDecoder().raw_decode
READY = b"!ready\n"
OUT_OF_MEMORY = b"!memory\n"
PRINTED = b"!printed "
"""Before an answer: what was printed during the run lies in a pipe and was not read yet."""
LONG = b"!long "
"""The same where the run took LASTS or more."""
LASTS = 0.005
"""Seconds."""
LATER = b"!later\n"
"""In the place of an answer: the run was not begun, and will not be."""
UNREAD, NOTHING = 0x541B if sys.platform == "linux" else 0x4004667F, bytes(4)
"""`FIONREAD`, and its answer where a pipe is empty."""
SMALL, LARGE = 8192, 262_144
"""Bytes of a line that are read at a time: at first, and of what is longer."""
RESTS = 3000
"""Milliseconds without a call."""
CLOCK = time.monotonic  # whatever an action puts in its place
PRIVATE = 200
"""The wire moves to a number from here on, and no program that the action starts inherits it."""


class Unloadable(Exception):
    """The code is not Python, or not there: said on stderr, answered with UNLOADABLE."""


def load(init: dict[str, Any]) -> Callable[[Any], Any]:
    """The action's function. Whatever its module raises comes out."""
    folder = init["folder"]
    os.chdir(folder)
    know(init["environment"])
    sys.path[:0] = [folder, *init["paths"]]
    script = os.path.join(folder, "main__.py")  # noqa: PTH118 - pathlib costs 5 ms of each cold start
    sys.argv[:] = [script]
    sys.dont_write_bytecode = True  # beside it: the folder goes with this process
    activate(folder)
    module = import_code(script)
    try:
        function: Callable[[Any], Any] = getattr(module, init["main"])
    except AttributeError:
        raise ImportError(f"cannot import name {init['main']!r} from 'main__' ({script})") from None
    return function


def know(environment: dict[str, str]) -> None:
    """Set variables. One by one: `update` writes to ten times as many pages of a fork."""
    for name, value in environment.items():
        os.environ[name] = value


NAMES = {
    name: f"__OW_{name.upper()}".encode()
    for name in (
        "namespace",
        "action_name",
        "action_version",
        "activation_id",
        "transaction_id",
        "deadline",
        "api_key",
    )
}
"""What a message says of its activation, and the variable that says it to the action."""


def identify(message: dict[str, str]) -> None:
    """The same of what comes with each run: nearly all of it is known names, half of it has the value it had."""
    present = os.environb
    for name, text in message.items():
        variable, value = NAMES.get(name) or f"__OW_{name.upper()}".encode(), os.fsencode(text)
        if present.get(variable) != value:
            present[variable] = value


def activate(folder: str) -> None:
    """Use the `virtualenv` folder that an archive may bring, as OpenWhisk does."""
    if not os.path.isdir(f"{folder}/virtualenv"):  # noqa: PTH112
        return
    for scripts in ("bin", "Scripts"):
        script = f"{folder}/virtualenv/{scripts}/activate_this.py"
        if os.path.exists(script):  # noqa: PTH110
            with open(script, "rb") as source:  # noqa: PTH123
                exec(compile(source.read(), script, "exec"), {"__file__": script, "__name__": "activate_this"})
            return
    sys.stderr.write("Invalid virtualenv. Zip file does not include 'activate_this.py'.\n")
    sys.exit(1)


def import_code(script: str) -> Any:
    """The module main__, a real one, so that pickle, dataclasses and tracebacks work in it."""
    if not os.path.exists(script):  # noqa: PTH110
        raise Unloadable("Zip file does not include main__")
    loader = SourceFileLoader("main__", script)
    try:
        code = loader.source_to_code(loader.get_data(script), script)
    except SyntaxError as error:
        import traceback

        raise Unloadable("".join(traceback.format_exception_only(error)).rstrip()) from None
    module = type(sys)("main__")
    # What importlib does after a search, without the search, which writes to 30 pages of a fork.
    spec = ModuleSpec("main__", loader, origin=script)
    spec.has_location = True
    module.__file__, module.__spec__, module.__loader__, module.__package__ = script, spec, loader, ""
    sys.modules["main__"] = module
    exec(code, module.__dict__)
    return module


def initialize(init: dict[str, Any]) -> tuple[Callable[[Any], Any] | None, bytes]:
    """The function, if it could be loaded, and the answer to init. Exits where the module raised."""
    try:
        return load(init), encode({"ok": True})
    except Unloadable as error:
        sys.stderr.write(f"{error}\n")
        return None, encode({"error": UNLOADABLE})
    except MemoryError as error:
        show(error)
        return None, OUT_OF_MEMORY
    except Exception as error:  # noqa: BLE001 - whatever the module raised is the answer
        show(error)
        sys.exit(1)


def restore(init: dict[str, Any]) -> bytes:
    """The answer to init where the code was loaded before this process was forked."""
    try:
        know(init["environment"])
        hook("after_restore")
    except MemoryError as error:
        show(error)
        return OUT_OF_MEMORY
    except Exception as error:  # noqa: BLE001 - whatever the hook raised is the answer
        show(error)
        sys.exit(1)
    return encode({"ok": True})


def hook(name: str) -> None:
    """Call the action's function of that name, where it has one."""
    function = getattr(sys.modules["main__"], name, None)
    if callable(function):
        function()


def call(function: Callable[[Any], Any], message: dict[str, Any]) -> bytes:
    """The line that answers `message`. Exits where the result is not JSON."""
    argument = message.pop("value", {})
    identify(message)
    try:
        result = function(argument)
    except MemoryError as error:
        show(error)
        return OUT_OF_MEMORY
    except Exception as error:  # noqa: BLE001 - whatever the action raised is its answer
        show(error)
        result = {"error": str(error)}
    try:
        return encode(result)
    except MemoryError as error:
        show(error)
        return OUT_OF_MEMORY
    except Exception as error:  # noqa: BLE001 - an object of the action's may raise anything
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        sys.exit(1)


def encoder() -> Any:
    """What `JSONEncoder(ensure_ascii=False).encode` makes anew at each call, most of what a small text costs."""
    plain = json.JSONEncoder(ensure_ascii=False)
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return plain.iterencode

    def default(value: Any) -> Any:
        return plain.default(value)  # as it is then: an action may have put another one there

    return make({}, default, json.encoder.encode_basestring, None, ": ", ", ", False, False, True)


CHUNKS = encoder()


def encode(result: Any) -> bytes:
    """One line of JSON as OpenWhisk's launcher writes it."""
    return "".join(CHUNKS(result, 0)).encode() + b"\n"


def show(error: Exception) -> None:
    """The traceback on stderr without our own frames: its first line is the action's."""
    import traceback

    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename in (
        __file__,
        "<frozen importlib._bootstrap_external>",
        "<frozen importlib._bootstrap>",
    ):
        trace = trace.tb_next
    traceback.print_exception(type(error), error, trace)


def flush() -> None:
    """What was printed is in the pipes before the answer is on the wire."""
    for stream in (sys.stdout, sys.stderr):
        try:  # noqa: SIM105 - contextlib costs 1 ms of each cold start
            stream.flush()
        except (AttributeError, ValueError, OSError):
            pass  # closed or replaced by the action


def printed() -> bool:
    """True where something that was printed was not read yet, or where nobody can tell."""
    try:
        return any(fcntl.ioctl(pipe, UNREAD, NOTHING) != NOTHING for pipe in (1, 2))
    except OSError:
        return True


def lines(number: int, rest: Callable[[], None] | None, after: int = RESTS) -> Iterator[bytes]:
    """What comes on the wire, line by line; `rest` is called each time that nobody asks for `after` ms."""
    asked, text = select.poll(), b""
    asked.register(number, select.POLLIN)
    while True:
        if rest is not None and not asked.poll(after):
            rest()
        chunk = os.read(number, LARGE if text else SMALL)
        if not chunk:
            return
        text += chunk
        if chunk.find(b"\n") >= 0:
            *whole, text = text.split(b"\n")
            yield from whole


def main(function: Callable[[Any], Any] | None = None, rest: Callable[[], None] | None = None) -> None:
    """Answer until the server closes the wire; `function` is there in a fork of a template.

    `rest` is called each time that nobody asks for a while.
    """
    given = int(sys.argv[1])
    number = fcntl.fcntl(given, fcntl.F_DUPFD_CLOEXEC, PRIVATE)
    os.close(given)
    os.write(number, READY)
    os.register_at_fork(after_in_child=lambda: os.close(number))  # what an action forks answers nothing
    restored, sound = function is None, True
    for line in lines(number, rest):
        message = READ(line.decode(errors="surrogatepass"))[0]
        before = message.pop("before", None)
        began = CLOCK()
        if before is not None and (not sound or before < began):
            send(number, LATER)
            continue
        if "init" not in message:
            answer = call(function, message) if function else encode({"error": "no action defined yet"})
        elif function is None:
            function, answer = initialize(message["init"])
        elif not restored:
            restored, answer = True, restore(message["init"])
        else:
            answer = encode({"error": REPEATED})
        flush()
        unread = printed()
        sound = not unread and answer[:1] in (b"{", b"[")
        if "init" not in message:
            marks = (PRINTED if unread else b"") + (LONG if CLOCK() - began >= LASTS else b"")
            answer = marks + answer
        send(number, answer)


def send(number: int, answer: bytes) -> None:
    """All of it."""
    unsent = memoryview(answer)
    while unsent:
        unsent = unsent[os.write(number, unsent) :]


if __name__ == "__main__":
    main()
