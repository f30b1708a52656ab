"""Makes a platform have a wiring: the generated actions, the trigger, the rule, and last of all the feed."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources

from fnkit.action import cell
from fnkit.action.archive import Member, packed_once
from fnkit.action.spec import ActionSpec, Packed, Wishes
from fnkit.core import places
from fnkit.core.canonical import sha256
from fnkit.core.entities import Limits
from fnkit.core.errors import Missing, Refused
from fnkit.core.names import ActionName, EntityName
from fnkit.delivery import pipeline
from fnkit.delivery.order import Settings
from fnkit.delivery.progress import Step, Tell, quiet
from fnkit.delivery.secrets import Secret
from fnkit.events.sources import OPTIONAL, Storage
from fnkit.events.wiring import NOTE, Generated, Route, Source, Wiring, feed_of, note
from fnkit.whisk.client import Client
from fnkit.whisk.triggers import Trigger

FILES = (
    "fnkit/__init__.py",
    "fnkit/core/__init__.py",
    "fnkit/core/aws4.py",
    "fnkit/events/__init__.py",
    "fnkit/events/pattern.py",
    "fnkit/events/cloudevents.py",
    "fnkit/events/ending.py",
    "fnkit/events/signing.py",
)
"""What travels beside a generated action."""
LONG = Limits(timeout=300_000)
"""A destination tries more than once, and waits between: as long as OpenWhisk lets an action run."""


@dataclass(frozen=True, slots=True)
class Wired:
    """A wiring that is in force."""

    wiring: Wiring
    watched: bool
    """True where the platform watches; False where `fnkit feeds run` has to."""
    instead: str = ""
    """What the trigger was for until now."""

    def __str__(self) -> str:
        wiring = self.wiring
        said = f"{wiring.source.label} → {wiring.name} → {wiring.target.removeprefix('/_/')}"
        if self.instead:
            said += f", in the place of {self.instead} (with another trigger=… there are both)"
        if self.watched:
            return said
        return (
            f"{said}; this platform has no feed for it: keep `fnkit feeds run` running on a machine that sees it"
        )


def wire(client: Client, wiring: Wiring, tell: Tell = quiet) -> Wired:
    """Make it so. Raises BadArgument for a wrong pattern or a loop, Missing where the target is not there."""
    wiring.check()
    _check_target(client, wiring)
    route = wiring.route
    for made in route.generated:
        pipeline.deploy(client, spec(made), settings(made), tell=tell)
    tell(Step("wire", f"Wiring {wiring.source.label} to {wiring.target}"))
    feed = feed_of(wiring.source)
    watched = has(client, feed)
    before = client.triggers.find(wiring.name)
    going = before is not None and watched and _goes_on(before, wiring.source)
    if before is not None and not going:
        end(client, before)
    _drop(client, set(route.possible) - {one.name for one in route.generated})
    notes = {NOTE: note(wiring.source), **({"feed": feed} if watched else {})}
    trigger = client.triggers.put(wiring.name, annotations=notes, overwrite=True)
    client.rules.put(wiring.rule, EntityName(wiring.name), ActionName.parse(route.first), overwrite=True)
    client.rules.enable(wiring.rule)
    if watched:
        # The rule is there: nothing that happens from now on finds nobody.
        if going:
            _go_on(client, trigger, wiring.source)
        else:
            _begin(client, trigger, wiring)
    return Wired(wiring, watched, _instead(before, wiring.source))


def _begin(client: Client, trigger: Trigger, wiring: Wiring) -> None:
    try:
        client.feeds.tell(trigger, "CREATE", wiring.source.to_json())
    except BaseException:
        unwire(client, wiring.name)
        raise


def _goes_on(before: Trigger, source: Source) -> bool:
    """True where the trigger's feed watches the same store, or fires at the same times: what waits is not lost."""
    kept, now = before.annotations.get(NOTE), note(source)
    if before.feed is None or not isinstance(kept, dict) or kept.get("kind") != now["kind"]:
        return False
    return kept == now or (
        isinstance(source, Storage) and kept.get("parameters", {}).get("store") == now["parameters"]["store"]
    )


def _go_on(client: Client, trigger: Trigger, source: Source) -> None:
    """Tell the feed what is different now, and to go on where it had stopped."""
    told = client.feeds.tell(trigger, "READ")
    before = told["config"] if isinstance(told, dict) else {}
    if isinstance(source, Storage):
        wanted = {**dict.fromkeys(OPTIONAL), **source.to_json()}
        if any(before.get(name) != value for name, value in wanted.items()):
            client.feeds.tell(trigger, "UPDATE", wanted)
    if isinstance(told, dict) and not told["status"]["active"]:
        client.feeds.tell(trigger, "UNPAUSE")


def _instead(before: Trigger | None, source: Source) -> str:
    """What the trigger was for until now, where that is something else."""
    kept = before.annotations.get(NOTE) if before else None
    label = str(kept.get("label", "")) if isinstance(kept, dict) else ""
    return "" if label == source.label else label


def _drop(client: Client, names: Iterable[str]) -> None:
    """Take actions away that may be there."""
    for name in names:
        if client.actions.find(ActionName.parse(name)) is not None:
            client.actions.delete(ActionName.parse(name))


def unwire(client: Client, name: str) -> None:
    """Take a wiring away: feed, trigger, rule and what was generated. What is not there is no fault."""
    trigger = client.triggers.find(name)
    if trigger is not None:
        end(client, trigger)
        client.triggers.delete(name)
    if client.rules.find(f"{name}-rule") is not None:
        client.rules.delete(f"{name}-rule")
    _drop(client, Route(name, "").possible)


def end(client: Client, trigger: Trigger) -> None:
    """End the trigger's feed, where it has one."""
    if trigger.feed is not None:
        try:
            client.feeds.tell(trigger, "DELETE")
        except Missing:
            return


def spec(made: Generated) -> ActionSpec | Packed:
    """The action of our files: the same zip for every order."""
    path = packed_once(
        _members(made.module), places.cache() / "generated" / f"{made.module}-{_digest(made.module)}.zip"
    )
    return cell.from_path(ActionName.parse(made.name), path, Wishes())


def settings(made: Generated) -> Settings:
    """Its order as an init parameter, which nothing shows."""
    secrets = (Secret(made.variable, made.order),)
    return Settings(limits=LONG, secrets=secrets, annotations=made.annotations)


def _members(module: str) -> Iterable[Member]:
    root = resources.files("fnkit")
    files = {name: root.joinpath(name.removeprefix("fnkit/")).read_bytes() for name in FILES}
    files["__main__.py"] = root.joinpath(f"events/{module}.py").read_bytes()
    return [Member(name, content) for name, content in sorted(files.items())]


def _digest(module: str) -> str:
    return sha256(b"".join(bytes(member.content) for member in _members(module)))[:16]


def _check_target(client: Client, wiring: Wiring) -> None:
    target = ActionName.parse(wiring.target)
    if target.namespace == "_" and client.actions.find(target) is None:
        advice = f"Deploy it first: fnkit deploy {target} FILE."
        raise Missing(f"Wiring {wiring.name}", f"there is no action {target}.", advice, 404)


def has(client: Client, feed: str) -> bool:
    """Whether the platform has that feed; who may not look at it has not."""
    try:
        return client.actions.find(ActionName.parse(feed)) is not None
    except Refused as refusal:
        if refusal.status in (401, 403):
            return False
        raise
