"""A warm blocking call: its latency alone, its rate under load, and with a hundred actions in rotation."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.bench import floors
from tests.bench.clients import asking, latency, throughput
from tests.bench.harness import Floor, Group, Row, at_least, at_most
from tests.bench.platform import Connection, Server, platform

CALLS = 1000
"""Calls of one turn, for p50 and p99."""
ACTIONS = 100
MEMORY = 128
"""MB of each action, so that a hundred have room."""
HELLO = "def main(args):\n    return {'greeting': 'Hello ' + args.get('name', 'you')}\n"
ROOM = ("--memory", str(ACTIONS * MEMORY + 1024))


@contextmanager
def group() -> Iterator[Group]:
    """Both servers up, the connections open, the instances warm."""
    with ExitStack() as stack:
        server = stack.enter_context(platform())
        # Of their own: the hundred clients of one action would take the room of the hundred actions.
        others = stack.enter_context(platform(options=ROOM))
        ours, calls = Connection(server.port), _actions(server, 1)
        rotation = _actions(others, ACTIONS)
        answer = ours.call(calls[0])[1]
        port = stack.enter_context(floors.raw_asgi(answer))
        floor = Connection(port)
        echo, commit = stack.enter_context(floors.echo()), stack.enter_context(floors.commits())

        def rate(number: int):
            return lambda: throughput(server.port, calls, number)

        def base(number: int):
            return lambda: throughput(port, calls, number)

        probes = {
            "F1": lambda: latency(asking(floor, calls[0]), CALLS),
            "F2": echo,
            "F3": commit,
            "one": lambda: latency(asking(ours, calls[0]), CALLS),
            "F1 of 4": base(4),
            "of 4": rate(4),
            "F1 of 100": base(100),
            "of 100": rate(100),
            "alone": lambda: throughput(others.port, rotation[:1], 4),
            "rotation": lambda: throughput(others.port, rotation, 4),
        }
        yield Group(
            probes,
            [
                Row("p50, one client", lambda t: t["one"].p50, Floor("F1", lambda t: t["F1"].p50), at_most(3, 2)),
                Row("p99, one client", lambda t: t["one"].p99, Floor("F1", lambda t: t["F1"].p99), at_most(6)),
                *(Row(f"p50, against {one}", lambda t: t["one"].p50, _plain(one)) for one in ("F2", "F3")),
                _rate(4),
                _rate(100),
                Row(
                    f"{ACTIONS} actions in rotation, 4 clients",
                    lambda t: t["rotation"],
                    Floor("one action, 4 clients", lambda t: t["alone"]),
                    at_least(0.5),
                    "/s",
                ),
            ],
            repeats=7,
        )


def _plain(name: str) -> Floor:
    return Floor(name, lambda t: t[name])


def _rate(number: int) -> Row:
    floor = Floor("F1", lambda t: t[f"F1 of {number}"])
    return Row(f"throughput, {number} clients", lambda t: t[f"of {number}"], floor, at_least(0.25, 0.4), "/s")


def _actions(server: Server, number: int) -> list[bytes]:
    """A call of each of so many actions, all of them warm."""
    connection, calls = Connection(server.port), []
    for one in range(number):
        path = f"actions/hello-{one}"
        document = {"exec": {"kind": "python:3", "code": HELLO}, "limits": {"memory": MEMORY}}
        connection.ask(server.request("PUT", path, document))
        calls.append(server.request("POST", f"{path}?blocking=true", {"name": "Ada"}))
        connection.ask(calls[-1])
    return calls
