"""The pictures of a flow and of its sessions: the path that was taken, and where the time went."""

from collections.abc import Iterator
from itertools import groupby

from fnkit.compose import cards, nodes
from fnkit.compose.chart import Chart, chain
from fnkit.compose.facts import facts
from fnkit.compose.nodes import Node
from fnkit.compose.runs import Run
from fnkit.compose.session import Session
from fnkit.compose.trace import NAME
from fnkit.core.errors import BadArgument
from fnkit.pictures import flowchart, mermaid
from fnkit.pictures import timeline as lanes
from fnkit.pictures.blocks import Block, Card, Leaf, Stack, State
from fnkit.pictures.picture import Picture
from fnkit.pictures.timeline import Lane, Span

TRACKS = 12
"""Lanes of a step at most, however many ran at once."""


def flow(node: Node, name: str = "flow") -> Picture:
    """The picture of a flow that is not run."""
    return _drawn(Chart().block(node, nodes.ROOT), "idle", "idle", f"the flow {name}")


def picture(session: Session) -> Picture:
    """The picture of a session: taken, not taken, failed, running."""
    over: State = "taken" if session.state == "done" else "skipped"
    return _drawn(_block(session), "taken", over, str(session))


def _drawn(block: Block, begin: State, end: State, about: str) -> Picture:
    first, last = (Leaf(Card(name, name, "dot", state)) for name, state in (("start", begin), ("end", end)))
    whole = Stack((first, *(block.parts if isinstance(block, Stack) else (block,)), last))
    return Picture(flowchart.scene(whole, about), mermaid.text(whole))


def _block(session: Session) -> Block:
    known = structure(session)
    if known is not None:
        return Chart(facts(session.run, known)).block(known, nodes.ROOT)
    run = session.run
    if not run.compound and session.done:
        return chain((run,))
    done = len([one for one in run.runs if not one.own])
    components = session.action.components if session.action else ()
    rest = tuple(name.removeprefix("/").partition("/")[2] for name in components[done:])
    return chain(run.runs, rest)


def structure(session: Session) -> Node | None:
    """The flow as it is deployed, None where it is none of fnkit's or another one by now."""
    written = session.action.annotations.get(NAME) if session.action else None
    try:
        return nodes.from_json(written) if written else None
    except BadArgument:
        return None  # anybody may annotate an action


def timeline(session: Session) -> Picture:
    """The picture of where the time of a session went."""
    starts = [run.record.start - (run.split.wait or 0) for run in session.run.all() if run.record]
    return Picture(lanes.chart(tuple(_lanes(session.run, min(starts, default=0), 0)), str(session)))


def _lanes(run: Run, zero: int, depth: int) -> Iterator[Lane]:
    """Lanes for each step, one for the turns of a conductor, and what runs within others further to the right."""
    own = tuple(one for one in run.runs if one.own and one.events)
    if own:
        yield Lane(f"{run.action} (conductor)", tuple(_spans(own, zero)), _told(own), indent=depth, quiet=True)
    steps = [one for one in run.runs if not one.own] if run.runs else [run]
    for (name, _, _), same in groupby(steps, key=lambda one: (one.action, one.node, one.id if one.runs else "")):
        several = tuple(same)
        if several[0].runs:
            yield Lane(name, (), indent=depth)
            yield from _lanes(several[0], zero, depth + 1)
        else:
            yield from _tracks(name, several, zero, depth)


def _tracks(name: str, several: tuple[Run, ...], zero: int, depth: int) -> Iterator[Lane]:
    """Runs of one step: under each other where they ran at once."""
    tracks: list[list[Span]] = []
    for span in sorted(_spans(several, zero), key=lambda one: one.start):
        free = (track for track in tracks if track[-1].start + lanes.total(track[-1].split) <= span.start)
        track = next(free, None)
        if track is None and len(tracks) < TRACKS:
            tracks.append([span])
        else:
            (track if track is not None else tracks[-1]).append(span)
    failed = any(run.state == "failed" for run in several)
    for number, track in enumerate(tracks):
        first = number == 0
        yield Lane(name if first else "", tuple(track), _told(several) if first else "", failed and first, depth)


def _spans(several: tuple[Run, ...], zero: int) -> Iterator[Span]:
    for run in several:
        if run.record is not None:
            tip = (f"{run.action} {run.id}", lanes.line(run.split), run.began or "")
            yield Span(run.record.start - (run.split.wait or 0) - zero, run.split, tuple(filter(None, tip)))


def _told(several: tuple[Run, ...]) -> str:
    count = f"×{len(several):,} · " if len(several) > 1 else ""
    return count + cards.note("taken", several)
