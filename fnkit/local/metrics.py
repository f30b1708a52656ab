"""What ran, as Prometheus reads it, under the names of OpenWhisk's own monitoring.

Written by hand: a call costs a look-up and a few additions, and nothing is imported for it.
Source: core/monitoring/user-events PrometheusRecorder.scala; the text format 0.0.4 of prometheus.io.
"""

import json
from bisect import bisect_left
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple, get_args

from fnkit.core.entities import PAYLOAD_LIMIT, Json, pairs_to_dict
from fnkit.local.jobs import Began, Outcome, Status
from fnkit.local.records import Record
from fnkit.local.throttles import Refusals

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
"""Upper bounds of buckets, those of Prometheus' own client for Java, which OpenWhisk takes."""
BYTES = tuple(round(PAYLOAD_LIMIT * number / 10) for number in range(1, 11))
MOST = 10_000
"""Actions that are told apart; who did not run for the longest time goes first."""
MEDIA = "text/plain; version=0.0.4; charset=utf-8"
_STATUS = {
    Status.SUCCESS: "success",
    Status.APPLICATION_ERROR: "application_error",
    Status.DEVELOPER_ERROR: "action_developer_error",
    Status.INTERNAL_ERROR: "whisk_internal_error",
}


class Ran(NamedTuple):
    """What was run: the namespace of the action, that of the caller, and the action."""

    namespace: str
    initiator: str
    action: str
    """`name` or `package/name`."""
    kind: str
    memory: int
    """MB."""


class Histogram:
    """How many values were at most so large."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def add(self, value: float) -> None:
        """One more value."""
        self._counts[bisect_left(self._bounds, value)] += 1
        self._sum += value

    def to_json(self) -> dict[str, Json]:
        """`count`, `sum` and `buckets`: upper bound → how many were at most so large."""
        totals = accumulate(self._counts)
        buckets = dict(zip((*map(str, self._bounds), "+Inf"), totals, strict=True))
        return {"count": sum(self._counts), "sum": round(self._sum, 6), "buckets": buckets}

    def lines(self, name: str, labels: str) -> Iterator[str]:
        """Its samples; `labels` are written already."""
        total = 0
        for bound, count in zip((*map(str, self._bounds), "+Inf"), self._counts, strict=True):
            total += count
            yield f'{name}_bucket{{{labels},le="{bound}"}} {total}'
        yield f"{name}_sum{{{labels}}} {self._sum:.10g}"
        yield f"{name}_count{{{labels}}} {total}"


@dataclass(slots=True)
class _Series:
    """All that is known of one action."""

    runs: int = 0
    cold: int = 0
    status: Counter[str] = field(default_factory=Counter)
    codes: Counter[int] = field(default_factory=Counter)
    wait: Histogram = field(default_factory=lambda: Histogram(SECONDS))
    init: Histogram = field(default_factory=lambda: Histogram(SECONDS))
    duration: Histogram = field(default_factory=lambda: Histogram(SECONDS))
    size: Histogram = field(default_factory=lambda: Histogram(BYTES))


class Metrics:
    """Counts since the start of the platform. Used on one event loop."""

    def __init__(self) -> None:
        self._series: OrderedDict[Ran, _Series] = OrderedDict()
        self._init = {began: Histogram(SECONDS) for began in get_args(Began)}
        self._run = {began: Histogram(SECONDS) for began in get_args(Began)}

    def count(self, ran: Ran, outcome: Outcome) -> None:
        """One activation of an action with code has ended."""
        init = outcome.init or 0
        if outcome.init is not None:
            self._init[outcome.began].add(init / 1000)
        self._run[outcome.began].add((outcome.end - outcome.start - init) / 1000)
        self._count(ran, outcome)

    def durations(self) -> dict[str, Json]:
        """Histograms of `init` and `run` in seconds, by how the instance began."""
        both = {"init": self._init, "run": self._run}
        return {what: {began: one.to_json() for began, one in kept.items()} for what, kept in both.items()}

    def _count(self, ran: Ran, outcome: Outcome) -> None:
        series = self._series.get(ran)
        if series is None:
            series = self._series[ran] = _Series()
            if len(self._series) > MOST:
                self._series.popitem(last=False)
        else:
            self._series.move_to_end(ran)
        series.runs += 1
        series.status[_STATUS[outcome.status]] += 1
        series.wait.add(outcome.wait / 1000)
        series.duration.add((outcome.end - outcome.start) / 1000)
        if outcome.init is not None:
            series.cold += 1
            series.init.add(outcome.init / 1000)
        if outcome.size is not None:
            series.size.add(outcome.size)
        if (code := _own_code(outcome.result)) is not None:
            series.codes[code] += 1

    def count_record(self, record: Record) -> None:
        """A sequence or a composition has ended."""
        head = json.loads(record.head)
        notes = pairs_to_dict(head["annotations"])
        namespace, _, action = notes["path"].partition("/")
        ran = Ran(namespace, record.namespace, action, notes["kind"], notes["limits"]["memory"])
        start, result = head["start"], json.loads(record.result)
        wait = notes.get("waitTime", 0)
        self._count(ran, Outcome(record.status, result, start, start + head["duration"], wait, None, "warm"))

    def text(self, refused: Refusals) -> str:
        """Everything as Prometheus reads it; `refused` are the calls that were throttled."""
        return "".join(f"{line}\n" for line in self._lines(refused))

    def _lines(self, refused: Refusals) -> Iterator[str]:
        known = [(_labels(ran), ran, series) for ran, series in self._series.items()]
        yield from _family("activations_total", "counter", "Activations.")
        for labels, ran, series in known:
            more = f'{labels},kind="{ran.kind}",memory="{ran.memory}"'
            yield f"openwhisk_action_activations_total{{{more}}} {series.runs}"
        yield from _family("coldStarts_total", "counter", "Activations that had to initialise an instance.")
        for labels, _, series in known:
            yield f"openwhisk_action_coldStarts_total{{{labels}}} {series.cold}"
        for name, words in _HISTOGRAMS.items():
            yield from _family(name, "histogram", words)
            for labels, _, series in known:
                histogram: Histogram = getattr(series, _FIELDS[name])
                yield from histogram.lines(f"openwhisk_action_{name}", labels)
        yield from _family("status", "counter", "Activations by how they ended.")
        for labels, _, series in known:
            yield from _counts("status", "status", labels, series.status)
        yield from _family("status_code", "counter", "Activations by the statusCode in their result.")
        for labels, _, series in known:
            yield from _counts("status_code", "status_code", labels, series.codes)
        yield from _family("memory", "gauge", "Memory limit in MB.")
        for labels, ran, _ in known:
            yield f"openwhisk_action_memory{{{labels}}} {ran.memory}"
        for what, kept in (("init", self._init), ("run", self._run)):
            yield f"# HELP fnkit_{what}_seconds By how the instance began."
            yield f"# TYPE fnkit_{what}_seconds histogram"
            for began, one in kept.items():
                yield from one.lines(f"fnkit_{what}_seconds", f'began="{began}"')
        for name, words, counts in (
            ("limit_concurrent_total", "Calls refused since too many were in flight.", refused.concurrent),
            ("limit_timed_total", "Calls and fires refused since there were too many in a minute.", refused.timed),
        ):
            yield from _family(name, "counter", words)
            for namespace, count in counts.items():
                yield f'openwhisk_action_{name}{{namespace="{namespace}"}} {count}'


_HISTOGRAMS = {
    "waitTime_seconds": "From the request to the instance.",
    "initTime_seconds": "Initialising an instance.",
    "duration_seconds": "Initialising and running.",
    "response_size_bytes": "Answers of actions.",
}
_FIELDS = dict(zip(_HISTOGRAMS, ("wait", "init", "duration", "size"), strict=True))


def _family(name: str, kind: str, words: str) -> Iterable[str]:
    return (f"# HELP openwhisk_action_{name} {words}", f"# TYPE openwhisk_action_{name} {kind}")


def _counts(name: str, label: str, labels: str, counts: Mapping[str, int] | Mapping[int, int]) -> Iterator[str]:
    for value, count in counts.items():
        yield f'openwhisk_action_{name}{{{labels},{label}="{value}"}} {count}'


def _labels(ran: Ran) -> str:
    # A legal name has no sign that would have to be escaped.
    return f'namespace="{ran.namespace}",initiator="{ran.initiator}",action="{ran.action}"'


def _own_code(result: Json) -> int | None:
    """`statusCode` of a result or of its error: what an action means to answer over HTTP."""
    if isinstance(result, dict):
        inner = result.get("error")
        code = result.get("statusCode", inner.get("statusCode") if isinstance(inner, dict) else None)
        if type(code) is int:
            return code
    return None
