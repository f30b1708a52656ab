"""The inside of a zygote: imports libraries once, then forks an instance for each request.

Ships alone: it runs as `python -I -S fork.py FD` and imports the standard library only, besides its neighbours,
which it finds by path. FD is one end of a socket pair that keeps messages apart; each is one JSON object.

Down, first of all: `{"paths", "imports", "steps"}`: where to import from, what, and how forks lock themselves in.
Up: `{"ready": modules, "failed": {name: why}, "memory": bytes}` with a descriptor of this process, or
`{"refused": why}`. To `{"models": folders}` it says the same, and so does a template to an instance's `{"init"}`.
Then down `{"fork": {"own", "limits", "processors", "environment"}}` with the wire, stdout and stderr of the fork,
and up `{"forked": number}` with its descriptor, or `{"refused": why}`; and down `{"reap": number}`, once for each.
The first byte on a fork's wire says that its folder is there.
"""

import array
import gc
import json
import os
import select
import signal
import socket
import sys
from typing import Any

HERE = os.path.dirname(__file__)  # noqa: PTH120 - pathlib costs 5 ms
LONGEST = 1 << 17
"""Bytes of a message."""
PR_SET_PDEATHSIG = 1
FEWEST_DESCRIPTORS = 3
RESTS = 20
"""Milliseconds after a fork until the next one's lock is made ready: that one has the processors to itself."""
MANY = 512
"""Pages that a process has touched since it rested."""
KEPT = ((-1, 64 << 20), (-3, 32 << 20))
"""M_TRIM_THRESHOLD, M_MMAP_THRESHOLD: what is freed is kept until it rests, as much as glibc may come to."""
REGISTER = os.register_at_fork
HELD = ("threading", "logging", "concurrent.futures.thread", "random")
"""Modules whose handlers do for a fork of several threads what a fork of one does not need, or `renew` does."""


class Zygote:
    """One process that forks, and what its forks need."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.confine = module("confine", f"{HERE}/sandbox/confine.py")
        self.child = module("child", f"{HERE}/child.py")
        self.pristine = module("pristine", f"{HERE}/pristine.py")
        self.learning = module("learning", f"{HERE}/learning.py")
        self.pages = module("pages", f"{HERE}/pages.py")
        self.pieces: list[tuple[int, int]] = []
        """Of its memory, what each fork gets as its own before its first call."""
        self.call = self.confine.c_library()
        import ctypes
        import resource

        self.usage = resource.getrusage, resource.RUSAGE_SELF
        self.option = getattr(ctypes.CDLL(None), "mallopt", lambda *_: 0)
        self.trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        """Where the C library has it."""
        self.faults = 0
        compile("", "", "exec")  # what it makes at its first use is shared then, some 400 kB
        self.lock: Any = None
        """How forks lock themselves in."""
        self.generators: list[Any] = []  # of the libraries
        self.gaps: list[Any] = []
        """What fills them."""
        self.held: dict[str, list[Any]] = {"before": [], "after_in_child": [], "after_in_parent": []}
        for when in self.held:
            REGISTER(**{when: lambda when=when: self.tell(when)})
        self.serving = False
        """True while it forks an instance: of that some need not be told."""
        self.data = 0
        self.function: Any = None
        """Of a template: the action's."""

    def grow(self, told: dict[str, Any]) -> dict[str, Any]:
        """Take in what is asked for; what to say of it."""
        self.lock = self.confine.part("lock").Lock(told["steps"], self.confine, self.call)
        os.register_at_fork = self.hold
        failed = self.learning.bring(told["paths"], told["imports"])
        os.register_at_fork = REGISTER
        return self.settle(failed)

    def open(self, models: list[str]) -> dict[str, Any]:
        """Open the models in these folders, and find out what memory forks will write to; what to say of it."""
        failed = self.learning.open_ahead(models)
        rehearse = self.learning.rehearsal()
        if rehearse is not None:
            self.serving = True
            self.pieces = self.pages.written(rehearse)
            self.serving = False
        self.pristine.forget()
        return self.settle(failed)

    def hold(self, **told: Any) -> None:
        """In the place of `os.register_at_fork`: what is told of any fork but those that are instances.

        Locks of the standard library are free where one thread forks; to make them anew takes 600 kB in each fork.
        """
        if sys._getframe(1).f_globals.get("__name__") not in HELD:
            REGISTER(**told)
            return
        for when, handler in told.items():
            self.held[when].append(handler)

    def tell(self, when: str) -> None:
        """The same, later."""
        if not self.serving:
            for handler in self.held[when][:: -1 if when == "before" else 1]:
                handler()

    def load(self, init: dict[str, Any]) -> dict[str, Any]:
        """Run the action's init code; what to say of it."""
        before = self.pristine.held()
        self.function, answer = self.child.initialize(init)  # exits where the code raises
        if self.function is None:
            return {"refused": json.loads(answer)["error"]}
        self.child.hook("before_snapshot")
        self.child.flush()
        self.pristine.forget()
        gc.collect()
        why = self.pristine.unfit(before)
        return {"refused": why} if why else self.settle({})

    def settle(self, failed: dict[str, str]) -> dict[str, Any]:
        """Share as much as can be shared with the forks; what to say of it."""
        threads = self.pristine.threads()
        if threads != 1:
            return {"refused": f"there are {threads} threads"}
        gc.collect()
        made = self.pristine.generators()
        if why := self.pristine.stubborn(made):
            return {"refused": why}
        self.generators += made
        self.gaps += self.pristine.fill()
        gc.freeze()
        pages = [int(field) for field in open("/proc/self/statm").read().split()]  # noqa: PTH123, SIM115
        size = os.sysconf("SC_PAGE_SIZE")
        self.data = pages[5] * size
        tops = sorted({name.partition(".")[0] for name in sys.modules})
        return {"ready": tops, "failed": failed, "memory": pages[1] * size}

    def serve(self) -> bool:
        """Fork until nobody asks any more. False there; True in a fork, which is locked in."""
        asked = select.poll()
        asked.register(self.control, select.POLLIN)
        while True:
            if not self.lock.ready and not asked.poll(RESTS):
                try:  # noqa: SIM105 - contextlib may not be there
                    self.lock.prepare()
                except OSError:
                    pass  # a fork tries again, and ends with what it says
            request, descriptors = receive(self.control)
            if "fork" in request:
                if self.fork(request["fork"], descriptors):
                    return True
            elif "reap" in request:
                os.waitpid(request["reap"], 0)
            elif "models" in request:
                self.answer(self.open(request["models"]))
            elif "init" in request:
                self.answer(self.load(request["init"]))
            else:
                return False

    def fork(self, wanted: dict[str, Any], descriptors: list[int]) -> bool:
        """One more fork, told of. True inside it; where there can be none, that is told, and all goes on."""
        parent, came = os.getpid(), len(descriptors)
        number = -1
        watches: list[int] = []
        said: dict[str, Any] = {"refused": f"of {FEWEST_DESCRIPTORS} descriptors {came} came"}
        if came == FEWEST_DESCRIPTORS:
            number, watches, said = self.split()
        if number == 0:
            self.become(wanted, descriptors, parent)
            return True
        send(self.control, said, watches)
        for descriptor in (*descriptors, *watches):
            os.close(descriptor)
        self.lock.spend()
        return False

    def split(self) -> tuple[int, list[int], dict[str, Any]]:
        """The number of a fork, 0 inside it, with a descriptor of it, and what to say."""
        number = -1
        self.serving = True
        try:
            number = os.fork()
            if number == 0:
                return 0, [], {}
            try:  # noqa: SIM105 - contextlib may not be there
                os.setpgid(number, number)  # here too: whoever comes first
            except OSError:
                pass
            return number, [os.pidfd_open(number)], {"forked": number}
        except OSError as error:
            if number > 0:
                os.kill(number, signal.SIGKILL)
                os.waitpid(number, 0)
            return -1, [], {"refused": str(error)}
        finally:
            self.serving = False

    def answer(self, said: dict[str, Any]) -> None:
        """Say what came of growing, with a descriptor of this process."""
        itself = os.pidfd_open(os.getpid())
        send(self.control, said, [itself])
        os.close(itself)
        if "refused" in said:
            sys.exit(0)

    def become(self, wanted: dict[str, Any], descriptors: list[int], parent: int) -> None:
        """Lock this fork in and let it be an instance: its wire is the last of `sys.argv`."""
        os.setpgid(0, 0)
        self.call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
        os.close(self.control.detach())
        wire, stdout, stderr = descriptors
        os.dup2(stdout, 1)
        os.dup2(stderr, 2)
        os.close(stdout)
        os.close(stderr)
        for name, value in wanted["environment"].items():
            os.environ[name] = value
        self.pristine.renew(self.generators)
        for option in KEPT:
            self.option(*option)
        self.pages.gather(self.pieces, self.call)
        if not os.read(wire, 1):  # its folder is there now
            os._exit(1)
        self.lock.take(wanted, self.data)
        sys.argv[:] = [self.child.__file__, str(wire)]

    def rest(self) -> None:
        """Give memory back that was freed, where much was taken: photos, frames."""
        faults = self.usage[0](self.usage[1]).ru_minflt
        if self.trim is not None and faults - self.faults > MANY:
            self.trim(0)
        self.faults = faults


def receive(control: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """The next message and its descriptors; an empty one at the end."""
    descriptors = array.array("i")
    room = socket.CMSG_SPACE(FEWEST_DESCRIPTORS * descriptors.itemsize)
    text, notes, _, _ = control.recvmsg(LONGEST, room, socket.MSG_CMSG_CLOEXEC)
    for level, kind, given in notes:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            descriptors.frombytes(given[: len(given) - len(given) % descriptors.itemsize])
    return (json.loads(text) if text else {}), list(descriptors)


def send(control: socket.socket, message: dict[str, Any], descriptors: list[int]) -> None:
    """One message with descriptors."""
    control.sendmsg(
        [json.dumps(message).encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
    )


def module(name: str, path: str) -> Any:
    """A module by its path, from its cache where there is one."""
    from importlib.machinery import SourceFileLoader
    from importlib.util import module_from_spec, spec_from_loader

    loader = SourceFileLoader(name, path)
    spec = spec_from_loader(name, loader)
    assert spec is not None
    made = module_from_spec(spec)
    loader.exec_module(made)
    return made


def main() -> None:
    """Grow, then fork; a fork goes on as an instance."""
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    zygote = Zygote(control)
    told, _ = receive(control)
    if told:
        zygote.answer(zygote.grow(told))
        if zygote.serve():
            zygote.child.main(zygote.function, zygote.rest)


if __name__ == "__main__":
    main()
