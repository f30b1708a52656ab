"""Following a call: ever more patient, and not for ever. Time does not pass here."""

from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from fnkit.core.errors import Missing, Unauthorized
from fnkit.delivery.calls import Calls, Clock
from fnkit.whisk.client import Client
from fnkit.whisk.messages import Request, Response
from fnkit.whisk.props import Props

PROPS = Props("https://ow.example.com", None, "_", "v1", True, {"apihost": "FNKIT_APIHOST"})


@dataclass
class Slow:
    """Any OpenWhisk, with an activation whose record is there after `late` looks."""

    late: int
    looks: int = 0

    def send(self, request: Request) -> Response:
        if request.path == "/fnkit/v1":
            raise Missing("GET", "HTTP 405", status=405)
        self.looks += 1
        if self.looks <= self.late:
            raise Missing(request.tried, "HTTP 404", status=404)
        record = b'{"activationId":"a","name":"x","namespace":"guest","start":1,"end":3,"duration":2,'
        return Response(200, {}, record + b'"response":{"status":"success","result":{}}}')


@dataclass
class Standing:
    """A clock that is moved by who sleeps."""

    at: float = 100.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.at, self.sleep)


def follow(late: int, seconds: float):
    platform, time = Slow(late), Standing()
    return Calls(Client(PROPS, platform), "x", (), time.clock).follow("a", seconds), platform, time


def test_pauses_grow_to_two_seconds():
    call, platform, time = follow(30, 600)
    assert call.done
    assert platform.looks == 31
    assert time.slept[0] == 0.02
    assert [after / before for before, after in pairwise(time.slept[:12])] == pytest.approx([1.5] * 11)
    assert time.slept[-1] == 2.0


def test_it_ends_in_time_and_says_what_it_knows():
    call, _, time = follow(10**6, 5)
    assert (call.state, call.done) == ("pending or running", False)
    assert sum(time.slept) == pytest.approx(5)


def test_one_look_without_waiting():
    call, platform, time = follow(10, 0)
    assert (platform.looks, time.slept, call.done) == (1, [], False)
    assert call.refresh().id == "a"
    assert platform.looks == 2


def test_what_is_not_a_missing_record_is_an_error():
    class Locked(Slow):
        def send(self, request: Request) -> Response:
            if request.path == "/fnkit/v1":
                return super().send(request)
            raise Unauthorized(request.tried, "HTTP 401", status=401)

    with pytest.raises(Unauthorized):
        Calls(Client(PROPS, Locked(0)), "x", (), Standing().clock).follow("a", 5)
