"""The sessions of a namespace, the newest first: every run of a sequence, of a composition, of a flow."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from fnkit.compose import runs
from fnkit.compose.nodes import ROOT
from fnkit.compose.runs import Records, is_compound, name_of, named
from fnkit.compose.session import Session, find
from fnkit.compose.trace import told
from fnkit.core.entities import Activation
from fnkit.whisk.client import Client
from fnkit.whisk.resource import MOST

PAGES = 10
"""Pages of records that are read at most: what is older is found by its id."""


def sessions(client: Client, name: str | None = None, limit: int = 30) -> list[Session]:
    """The newest sessions, or the runs of one flow, also those within others; each with its steps."""
    records: dict[str, Activation] = {}
    found: list[Session] = []
    for page in range(PAGES):
        more = client.activations.records(limit=MOST, skip=page * MOST)
        records |= {one.id: one for one in more}
        # The newest come first: whoever sees a record of the whole has seen all that ran for it.
        found = [one for one in _sessions(records, client) if name in (None, one.name)]
        found += [] if name is None else _inner(name, records, client)
        if len(more) < MOST or len(found) >= limit:
            break
    return sorted(found, key=lambda one: one.started, reverse=True)[:limit]


def _sessions(records: Records, client: Client) -> Iterator[Session]:
    running = {one.activation_id: one for one in client.embedded.sessions()} if client.embedded else {}
    part = {name for record in records.values() for name in named(record)}
    for one in outermost(records):
        if one in records or (client.embedded is None and client.activations.find(one) is None):
            yield Session(runs.tree(one, records), look=partial(find, client, one))
    for key, now in running.items():
        if key not in part and not _within(key, records):
            run = replace(runs.tree(key, records), action=now.path.partition("/")[2])
            yield Session(run, began=now.start, look=partial(find, client, key))


def _inner(name: str, records: Records, client: Client) -> Iterator[Session]:
    """The runs of a flow within others: it is a step of one, or has destinations round it."""
    whole = outermost(records)
    for one in records.values():
        if name_of(one) == name and is_compound(one) and one.id not in whole and not _is_branch(one, records):
            yield Session(runs.tree(one.id, records), look=partial(find, client, one.id))


def outermost(records: Records) -> tuple[str, ...]:
    """The ids of what is no part of anything else; those without a record are not over, or older than all."""
    part = {name for record in records.values() for name in named(record)}
    whole = [
        one.id
        for one in records.values()
        if is_compound(one) and not one.cause and one.id not in part and not _is_branch(one, records)
    ]
    causes = {one.cause for one in records.values() if one.cause}
    running = [one for one in causes if one not in records and one not in part and not _within(one, records)]
    return (*whole, *sorted(running))


def _is_branch(record: Activation, records: Records) -> bool:
    """Whether a run of a conductor is a branch of another: then it does not begin at the flow's first node."""
    first = records.get(record.logs[0]) if record.logs else None
    return first is not None and _elsewhere(first)


def _within(cause: str, records: Records) -> bool:
    """Whether what is not over yet is a branch."""
    steps = sorted((one.start, one.id) for one in records.values() if one.cause == cause)
    return bool(steps) and _elsewhere(records[steps[0][1]])


def _elsewhere(turn: Activation) -> bool:
    """Whether a conductor's first turn began within its flow."""
    entered = next((event.node for event in told(turn) if event.event == "enter"), ROOT)
    return entered != ROOT
