"""Tries one thing that an action should not be able to do, and says whether it worked."""

import ctypes
import os
import resource
import socket
import tempfile


def read(path):
    with open(path, "rb") as file:
        return file.read(100).decode(errors="replace")


def write(path):
    with open(path, "ab") as file:
        file.write(b"# was here\n")


def list_folder(path):
    return os.listdir(path)


def signal(pid):
    os.kill(pid, 0)


def system_call(name, *arguments):
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) == -1:
        raise OSError(ctypes.get_errno(), name)


def unshare(flags):
    system_call("unshare", flags)


def trace(pid):
    attach, detach = 16, 17
    system_call("ptrace", attach, pid, None, None)
    os.waitpid(pid, 0)
    system_call("ptrace", detach, pid, None, None)


def mount(target):
    system_call("mount", b"none", target.encode(), b"tmpfs", 0, None)


def limit(pid):
    resource.prlimit(pid, resource.RLIMIT_CORE, resource.prlimit(pid, resource.RLIMIT_CORE))


def processors(pid):
    os.sched_setaffinity(pid, os.sched_getaffinity(pid))


def priority(kind, number):
    os.setpriority(kind, number, os.getpriority(os.PRIO_PROCESS, 0))


def shared_memory(key):
    system_call("shmget", key, 0, 0)


def tcp(port):
    socket.create_connection(("127.0.0.1", port), timeout=2).close()


def udp(port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(2)
        sock.sendto(b"ping", ("127.0.0.1", port))
        return sock.recv(10).decode()


def local_socket(path):
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(2)
        sock.connect(path)


def abstract_socket(name):
    local_socket("\0" + name)


def raw_socket(family):
    socket.socket(family, socket.SOCK_DGRAM).close()


def memory(megabytes):
    return len(bytearray(megabytes << 20))


def large_file(megabytes):
    with tempfile.TemporaryFile() as file:
        file.truncate(megabytes << 20)


def main(args):
    try:
        value = globals()[args["attempt"]](*args["with"])
    except (OSError, MemoryError) as error:
        return {"worked": False, "why": f"{type(error).__name__}: {error}"}
    return {"worked": True, "value": value}
