"""Starts an instance as a new process on a rung."""

import socket
import subprocess


from fnkit.local.instance import Instance
from fnkit.local.logs import Logs
from fnkit.local.sandbox.place import Place
from fnkit.local.sandbox.rung import Rung
from fnkit.local.sandbox.system import CHILD




class ProcessStarter:
    """A `Starter` for which each instance is a new interpreter."""

    def __init__(self, rung: Rung) -> None:
        self.rung = rung

    async def start(self, place: Place, logs: int) -> Instance:
        """An instance that waits for `init`.

        Runs on the thread of the event loop: the child is told to die with the thread that started it.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            number = theirs.fileno()
            process = subprocess.Popen(
                self.rung.wrap(place, [str(CHILD), str(number)]),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=place.environment,
                cwd=place.work,
                pass_fds=[number],
                start_new_session=True,
                bufsize=0,
            )
        return Instance(process, ours, "cold", Logs(logs))
