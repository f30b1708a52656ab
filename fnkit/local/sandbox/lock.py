"""How the forks of a zygote lock themselves in: as far as it is the same for all of them, made ready ahead.

Ships alone: it is a neighbour of confine.py, which fork.py is given, and imports the standard library only.
"""

import os
from typing import Any

PR_SET_NO_NEW_PRIVS = 38


class Lock:
    """The steps of one zygote's forks. Made and made ready in the zygote, taken in a fork."""

    def __init__(self, steps: dict[str, Any], confine: Any, call: Any) -> None:
        """`steps`: see `Rung.cell`; `confine`: the module of that name; `call`: what its `c_library` gives."""
        self.steps = steps
        self.confine = confine
        self.call = call
        self.namespaces = confine.part("namespaces")
        self.landlock = confine.part("landlock")
        self.cell = confine.part("cell")
        self.rules: Any = None
        """Of files, for the next fork: what belongs to that one alone it adds itself."""
        self.filter = confine.filter_of(steps["seccomp"]) if "seccomp" in steps else None
        if "cell" in steps:
            tops = [f"/{name}" for name in os.listdir("/") if name != "proc"]  # noqa: PTH208
            seen = [top for top in tops if not os.path.islink(top)]  # noqa: PTH114
            steps["landlock"]["read"] += [top for top in seen if top not in steps["own"]["write"]]

    @property
    def ready(self) -> bool:
        """True where the next fork finds what can be made ahead."""
        return self.rules is not None or "landlock" not in self.steps

    def prepare(self) -> None:
        """Make that. Raises OSError."""
        if not self.ready:
            self.rules = self.landlock.prepare(self.steps["landlock"], self.call)

    def spend(self) -> None:
        """A fork has it: the next one is to have its own, since a fork adds to it."""
        if self.rules is not None:
            os.close(self.rules[0])
            self.rules = None

    def take(self, wanted: dict[str, Any], data: int) -> None:
        """Lock this fork in, outermost step first; `data`: bytes that do not count: the zygote's."""
        steps, own = self.steps, wanted["own"]
        if "cell" in steps:
            self.cell.enter({**steps["cell"], "own": own}, self.call, self.namespaces)
        else:
            os.chdir(f"{own}/action")
        self.call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        self.prepare()
        if self.rules is not None:
            write = steps["own"]["write"] if "cell" in steps else [own]
            self.landlock.enforce(self.rules, steps["own"]["read"], write, self.call)
        if self.filter is not None:
            self.confine.filter_system_calls(self.filter, self.call)
        self.confine.use_processors(wanted["processors"])
        limits = wanted["limits"]
        self.confine.limit({**limits, "RLIMIT_DATA": limits["RLIMIT_DATA"] + data})
