"""Makes a platform have what a project declares beside its functions, and takes it away again."""

from collections.abc import Callable, Iterator
from functools import partial

from fnkit.core.names import ActionName, EntityName
from fnkit.delivery import wiring
from fnkit.events.wiring import NOTE, note
from fnkit.project import difference
from fnkit.project.difference import TOLD, Change, Kind
from fnkit.project.environment import MARK
from fnkit.project.manifest import Project, Rule, Sequence, Trigger
from fnkit.project.present import Present, name_of
from fnkit.whisk.client import Client
from fnkit.whisk.documents import Draft, Parameter
from fnkit.whisk.documents import sequence as sequence_exec
from fnkit.whisk.triggers import Trigger as TriggerThere

BY_FEED = ("feed", NOTE, TOLD)
"""Annotations of a trigger that its feed's part of the deploy sets."""
Task = tuple[Change, Callable[[], object]]
"""What has to be done, and what does it."""


def package(client: Client, name: str | None) -> Iterator[Task]:
    """The project's package, where it is not there: one GET."""
    if name is not None and client.packages.find(name) is None:
        yield Change("package", name, "create"), partial(client.packages.create, name)


def beside(client: Client, project: Project) -> Iterator[Task]:
    """The sequences, triggers, rules and feeds, in the order in which they can be made: one GET for each."""
    for sequence in project.sequences:
        there = client.actions.find(ActionName.parse(sequence.name))
        yield difference.of_sequence(sequence, there), partial(_make_sequence, client, sequence)
    for trigger in project.triggers:
        before = client.triggers.find(trigger.name)
        yield difference.of_trigger(trigger, before), partial(_make_trigger, client, trigger, before)
    for rule in project.rules:
        change = difference.of_rule(rule, client.rules.find(rule.name), project.mark)
        yield change, partial(_make_rule, client, rule, project.mark)
    # The rules are there: nothing that happens from now on finds nobody.
    for trigger in project.triggers:
        if trigger.feed is not None:
            watched = trigger.source is None or wiring.has(client, trigger.feed)
            change = difference.of_feed(trigger, client.triggers.find(trigger.name), watched)
            yield change, partial(_make_feed, client, trigger, watched)


def _make_sequence(client: Client, wanted: Sequence) -> None:
    steps = sequence_exec([ActionName.parse(name) for name in wanted.actions])
    client.actions.put(
        ActionName.parse(wanted.name), Draft(exec=steps, annotations=wanted.annotations), overwrite=True
    )


def _make_trigger(client: Client, wanted: Trigger, there: TriggerThere | None) -> None:
    """The trigger without its feed. One that it has and that is to be another is ended; its rules stay."""
    if there is not None and difference.replaced(wanted, there):
        wiring.end(client, there)
    elif there is not None and wanted.feed is not None:
        kept = {name: value for name, value in there.annotations.items() if name in BY_FEED}
        client.triggers.put(wanted.name, annotations={**wanted.annotations, **kept}, overwrite=True)
        return
    parameters = [Parameter(name, value) for name, value in wanted.parameters.items()] if not wanted.feed else []
    client.triggers.put(wanted.name, parameters, wanted.annotations, overwrite=True)


def _make_feed(client: Client, wanted: Trigger, watched: bool) -> None:
    """What fires the trigger, once its rules are there; without such a feed the platform keeps a note of it."""
    assert wanted.feed is not None
    source, there = wanted.source, client.triggers.get(wanted.name)
    notes = {**wanted.annotations, TOLD: difference.digest(wanted), **({NOTE: note(source)} if source else {})}
    if not watched:
        client.triggers.put(wanted.name, annotations=notes, overwrite=True)
    elif there.feed is None:
        client.feeds.begin(wanted.name, ActionName.parse(wanted.feed), wanted.parameters, notes)
    else:
        client.feeds.update(wanted.name, wanted.parameters, notes)


def _make_rule(client: Client, wanted: Rule, mark: str) -> None:
    trigger, action = EntityName.parse(wanted.trigger, "trigger"), ActionName.parse(wanted.route.first)
    client.rules.put(wanted.name, trigger, action, overwrite=True, annotations={MARK: mark})


def leftovers(project: Project, there: Present) -> tuple[Change, ...]:
    """What carries the project's mark and is not declared (any more)."""
    functions = {one.name for one in (*project.functions, *project.flows)}
    functions |= {made.name for rule in project.rules for made in rule.route.generated}
    sequences = {one.name for one in project.sequences}
    triggers, rules = {one.name for one in project.triggers}, {one.name for one in project.rules}
    gone = [Change("rule", one.name, "delete") for one in there.rules if one.name not in rules]
    gone += [Change("trigger", one.name, "delete") for one in there.triggers if one.name not in triggers]
    for action in there.actions:
        kept = sequences if action.kind == "sequence" else functions
        if str(name_of(action)) not in kept:
            kind: Kind = "sequence" if action.kind == "sequence" else "function"
            gone.append(Change(kind, str(name_of(action)), "delete"))
    return tuple(sorted(gone, key=lambda one: ("rule", "trigger", "sequence", "function").index(one.kind)))


def everything(there: Present) -> tuple[Change, ...]:
    """Every marked thing, as what is to be deleted, in the order in which it can be."""
    return leftovers(Project(""), there)


def drop(client: Client, change: Change) -> None:
    """Take one thing away."""
    if change.kind == "rule":
        client.rules.delete(change.name)
    elif change.kind == "trigger":
        _drop_trigger(client, change.name, client.triggers.get(change.name).feed)
    elif change.kind == "package":
        client.packages.delete(change.name)
    else:
        client.actions.delete(ActionName.parse(change.name))


def _drop_trigger(client: Client, name: str, feed: str | None) -> None:
    """With the end of its feed, if it has one."""
    if feed is None:
        client.triggers.delete(name)
    else:
        client.feeds.delete(name)


def empty_package(client: Client, name: str | None) -> Iterator[Change]:
    """The project's package, where nothing is in it any more."""
    if name is not None and (found := client.packages.find(name)) is not None and not found.actions:
        yield Change("package", name, "delete")
