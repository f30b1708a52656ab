"""Makes a platform have what a project declares beside its functions, and takes it away again."""

from collections.abc import Callable, Iterator
from functools import partial

from fnkit.core.names import ActionName, EntityName
from fnkit.project import difference
from fnkit.project.difference import Change, Kind
from fnkit.project.environment import MARK
from fnkit.project.manifest import Project, Rule, Sequence, Trigger
from fnkit.project.present import Present, name_of
from fnkit.whisk.client import Client
from fnkit.whisk.documents import Draft, Parameter
from fnkit.whisk.documents import sequence as sequence_exec
from fnkit.whisk.triggers import Trigger as TriggerThere

Task = tuple[Change, Callable[[], object]]
"""What has to be done, and what does it."""


def package(client: Client, name: str | None) -> Iterator[Task]:
    """The project's package, where it is not there: one GET."""
    if name is not None and client.packages.find(name) is None:
        yield Change("package", name, "create"), partial(client.packages.create, name)


def beside(client: Client, project: Project) -> Iterator[Task]:
    """The sequences, triggers and rules, in the order in which they can be made: one GET for each in its turn."""
    for sequence in project.sequences:
        there = client.actions.find(ActionName.parse(sequence.name))
        yield difference.of_sequence(sequence, there), partial(_make_sequence, client, sequence)
    for trigger in project.triggers:
        before = client.triggers.find(trigger.name)
        yield difference.of_trigger(trigger, before), partial(_make_trigger, client, trigger, before)
    for rule in project.rules:
        change = difference.of_rule(rule, client.rules.find(rule.name), project.mark)
        yield change, partial(_make_rule, client, rule, project.mark)


def _make_sequence(client: Client, wanted: Sequence) -> None:
    steps = sequence_exec([ActionName.parse(name) for name in wanted.actions])
    client.actions.put(
        ActionName.parse(wanted.name), Draft(exec=steps, annotations=wanted.annotations), overwrite=True
    )


def _make_trigger(client: Client, wanted: Trigger, there: TriggerThere | None) -> None:
    """Another feed is another trigger: the old one is ended first."""
    notes = difference.noted(wanted)
    if there is not None and there.feed != wanted.feed:
        _drop_trigger(client, there.name, there.feed)
        there = None
    if wanted.feed is None:
        parameters = [Parameter(name, value) for name, value in wanted.parameters.items()]
        client.triggers.put(wanted.name, parameters, notes, overwrite=True)
    elif there is None:
        client.feeds.create(wanted.name, ActionName.parse(wanted.feed), wanted.parameters, notes)
    else:
        client.feeds.update(wanted.name, wanted.parameters, notes)


def _make_rule(client: Client, wanted: Rule, mark: str) -> None:
    trigger, action = EntityName.parse(wanted.trigger, "trigger"), ActionName.parse(wanted.action)
    client.rules.put(wanted.name, trigger, action, overwrite=True, annotations={MARK: mark})


def leftovers(project: Project, there: Present) -> tuple[Change, ...]:
    """What carries the project's mark and is not declared (any more)."""
    functions = {one.name for one in (*project.functions, *project.flows)}
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
