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
from typing import Any, NamedTuple, get_args

from fnkit.core.entities import PAYLOAD_LIMIT, Json, pairs_to_dict
from fnkit.local.jobs import Began, Job, Outcome, Status
from fnkit.local.records import Record
from fnkit.local.throttles import Refusals

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
"""Upper bounds of buckets, those of Prometheus' own client for Java, which OpenWhisk takes."""
BYTES = tuple(round(PAYLOAD_LIMIT * number / 10) for number in range(1, 11))
MOST = 10_000
"""Actions that are told apart; who did not run for the longest time goes first."""
MANY = 1000
"""Kinds of runs that are counted before they are sorted into the histograms."""
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


class Same(NamedTuple):
    """What many runs of an action have in common: times in ms, bytes."""

    ran: tuple[str, str, str, str, int]
    """As `Ran`."""
    status: Status
    began: Began
    wait: int
    init: int | None
    duration: int
    """`init` included."""
    size: int | None
    code: int | None


class Histogram:
    """How many values were at most so large."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def add(self, value: float, times: int = 1) -> None:
        """One more value, or the same so many times."""
        self._counts[bisect_left(self._bounds, value)] += times
        self._sum += value * times

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
        self._counted: dict[tuple[Any, ...], int] = {}
        """As `Same`: a warm call finds it there as a rule."""
        self._series: OrderedDict[Ran, _Series] = OrderedDict()
        self._init = {began: Histogram(SECONDS) for began in get_args(Began)}
        self._run = {began: Histogram(SECONDS) for began in get_args(Began)}

    def count(self, job: Job, outcome: Outcome) -> None:
        """One activation of an action with code has ended: what is the same is counted, and sorted in later."""
        action, result = job.executable, outcome.result
        ran = action.namespace, job.namespace, action.name, action.kind, action.limits.memory
        said = isinstance(result, dict) and ("statusCode" in result or "error" in result)
        code = _own_code(result) if said else None
        duration = outcome.end - outcome.start
        same = (ran, outcome.status, outcome.began, outcome.wait, outcome.init, duration, outcome.size, code)
        counts = self._counted
        counts[same] = counts.get(same, 0) + 1
        if len(counts) >= MANY:
            self._sort()

    def count_record(self, record: Record) -> None:
        """A sequence or a composition has ended."""
        head, result = json.loads(record.head), json.loads(record.result)
        notes = pairs_to_dict(head["annotations"])
        namespace, _, action = notes["path"].partition("/")
        ran = Ran(namespace, record.namespace, action, notes["kind"], notes["limits"]["memory"])
        wait, duration = notes.get("waitTime", 0), head["duration"]
        self._add(Same(ran, record.status, "warm", wait, None, duration, None, _own_code(result)), 1)

    def durations(self) -> dict[str, Json]:
        """Histograms of `init` and `run` in seconds, by how the instance began."""
        self._sort()
        both = {"init": self._init, "run": self._run}
        return {what: {began: one.to_json() for began, one in kept.items()} for what, kept in both.items()}

    def _sort(self) -> None:
        """Bring what was counted into the histograms."""
        for counted, times in self._counted.items():
            same = Same(*counted)
            init = same.init or 0
            if same.init is not None:
                self._init[same.began].add(init / 1000, times)
            self._run[same.began].add((same.duration - init) / 1000, times)
            self._add(same, times)
        self._counted.clear()

    def _add(self, same: Same, times: int) -> None:
        ran = Ran(*same.ran)
        series = self._series.get(ran)
        if series is None:
            series = self._series[ran] = _Series()
            if len(self._series) > MOST:
                self._series.popitem(last=False)
        else:
            self._series.move_to_end(ran)
        series.runs += times
        series.status[_STATUS[same.status]] += times
        series.wait.add(same.wait / 1000, times)
        series.duration.add(same.duration / 1000, times)
        if same.init is not None:
            series.cold += times
            series.init.add(same.init / 1000, times)
        if same.size is not None:
            series.size.add(same.size, times)
        if same.code is not None:
            series.codes[same.code] += times

    def text(self, refused: Refusals) -> str:
        """Everything as Prometheus reads it; `refused` are the calls that were throttled."""
        self._sort()
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
