"""What an action's name means to a caller: the action with its package resolved, ready to be called."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from fnkit.core.entities import Json, Limits
from fnkit.local import parameters
from fnkit.local.entities import Entities, Entity
from fnkit.local.jobs import Executable, Job
from fnkit.local.records import Imprint, imprint, new_id
from fnkit.local.rejected import bad_request
from fnkit.local.users import Identity

CACHED_CODE = 256 * 1024 * 1024
"""Characters of code kept in memory for actions that were called."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One call of an action."""

    caller: Identity
    transaction_id: str
    received_ms: int
    arguments: Json
    """An object; from one step to the next also an array."""
    wait: float | None = None
    """Seconds that the caller waits for the end; None does not wait."""
    again: bool = False
    """True where the run is begun again after a restart, if the server ends before it does."""
    id: str | None = None
    """Of the activation, where it is known already: then it runs once, however often it is asked for."""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Invocable:
    """An action with its package resolved: all that a call needs, worked out once per version."""

    executable: Executable
    arguments: Mapping[str, Json]
    """The parameters of package, binding and action, merged, without init parameters."""
    environment: Mapping[str, str]
    """The init parameters as environment variables."""
    final: frozenset[str]
    """Names that a call may not set."""
    takes_key: bool
    """True where the action gets the caller's key."""
    annotations: Mapping[str, Json]
    """The action's own: nothing of its package."""
    imprint: Imprint
    """What its records have in common."""
    binding: str | None
    """`namespace/package` of the binding that it is called through."""
    components: tuple[str, ...]
    """`/namespace/…` of each step of a sequence; none where it has code."""
    conductor: bool
    """True where its answers say what runs next."""
    _standing: dict[str, Job] = field(default_factory=dict, compare=False, repr=False)
    """By the namespace of who calls: a job without a run."""

    @property
    def path(self) -> str:
        """`/namespace/…` as the caller names it: of the binding where it is called through one."""
        name = self.executable.name
        return (
            f"/{self.binding}/{name.rpartition('/')[2]}"
            if self.binding
            else f"/{self.executable.namespace}/{name}"
        )

    def check_final(self, arguments: Mapping[str, Json]) -> None:
        """Raises Rejected 400 where a call sets what is final."""
        if self.final and not self.final.isdisjoint(arguments):
            raise bad_request("Request defines parameters that are not allowed (e.g., reserved properties).")

    def standing(self, namespace: str, api_host: str) -> Job:
        """What an instance is started for before the owner of a namespace calls: no run in particular."""
        job = self._standing.get(namespace)
        if job is None:
            job = Job("", "", namespace, self.executable, {}, self.environment, api_host=api_host)
            self._standing[namespace] = job
        return job

    def job(self, ask: Ask, api_host: str) -> Job:
        """A run of it, under a fresh id."""
        arguments = ask.arguments
        if isinstance(arguments, dict):
            arguments = {**self.arguments, **arguments}
            for name in self.environment:
                arguments.pop(name, None)
        return Job(
            activation_id=ask.id or new_id(),
            transaction_id=ask.transaction_id,
            namespace=ask.caller.namespace,
            executable=self.executable,
            arguments=arguments,
            environment=self.environment,
            api_key=ask.caller.auth if self.takes_key else None,
            api_host=api_host,
            received_ms=ask.received_ms,
        )


class Invocables:
    """What was called lately, by name, as long as no entity changes."""

    def __init__(self, entities: Entities, most: int = CACHED_CODE) -> None:
        """`most`: characters of code."""
        self._entities = entities
        self._most = most
        self._known: dict[tuple[str, str, str | None], Invocable] = {}
        self._met: dict[tuple[str, str], Invocable] = {}
        self._generation = -1

    def get(self, namespace: str, name: str, binding: Entity | None = None) -> Invocable:
        """The action `name` of a namespace, called through `binding` if given. Raises Rejected 404 or 409."""
        self._fresh()
        key = (namespace, name, binding.path if binding else None)
        found = self._known.get(key)
        if found is None:
            found = _invocable(self._entities, namespace, name, binding)
            if sum(len(one.executable.code) for one in self._known.values()) > self._most:
                self._known.clear()
                self._met.clear()
            self._known[key] = found
        return found

    def at(self, path: str) -> Invocable:
        """The action at `/namespace/[package/]name`, be it a binding's. Raises Rejected 404 or 409."""
        return self.get(*place_of(self._entities, path))

    def called(self, namespace: str, path: str) -> Invocable | None:
        """As `at`, where the owner of a namespace may call it and did so lately: `met` told of it."""
        self._fresh()
        return self._met.get((namespace, path))

    def met(self, namespace: str, path: str) -> Invocable:
        """As `at`, for an owner of a namespace who may call it."""
        found = self._met[namespace, path] = self.at(path)
        return found

    def _fresh(self) -> None:
        """Nothing is known any more where an entity has changed."""
        if self._generation != self._entities.generation:
            self._generation = self._entities.generation
            self._known.clear()
            self._met.clear()


def place_of(entities: Entities, path: str) -> tuple[str, str, Entity | None]:
    """Where the action of a path lies, and the binding that leads there. Raises Rejected 404 or 409."""
    _, namespace, *names = path.split("/")
    if len(names) == 1:
        return namespace, names[0], None
    package = entities.get(namespace, names[0], "package")
    bound = package.document["binding"]
    if not bound:
        return namespace, "/".join(names), None
    return bound["namespace"], f"{bound['name']}/{names[1]}", package


def _invocable(entities: Entities, namespace: str, name: str, binding: Entity | None) -> Invocable:
    action = entities.get(namespace, name, "action")
    pairs = list(action.document["parameters"])
    if action.package:
        package = entities.get(namespace, action.package, "package")
        inherited = package.document["parameters"]
        if binding:
            inherited = parameters.merge(inherited, binding.document["parameters"])
        pairs = parameters.merge(inherited, pairs)
    notes = {pair["key"]: pair["value"] for pair in action.document["annotations"]}
    arguments = {pair["key"]: pair["value"] for pair in pairs if not pair.get("init")}
    environment = {pair["key"]: parameters.as_environment(pair["value"]) for pair in pairs if pair.get("init")}
    defined = frozenset(pair["key"] for pair in pairs if pair["value"] is not None)
    executable = _executable(action, entities.code(action), notes)
    components = tuple(action.document["exec"].get("components", ()))
    return Invocable(
        executable=executable,
        arguments=arguments,
        environment=environment,
        final=defined if notes.get("final") is True else frozenset(),
        takes_key=parameters.truthy(notes.get("provide-api-key", True)),
        annotations=notes,
        imprint=imprint(executable, binding.path if binding else None),
        binding=binding.path if binding else None,
        components=components,
        conductor=not components and parameters.truthy(notes.get("conductor")),
    )


def _executable(action: Entity, code: str, notes: Mapping[str, Json]) -> Executable:
    document = action.document
    limits = {key: value for key, value in document["limits"].items() if key != "instances"}
    return Executable(
        namespace=action.namespace,
        name=action.name,
        version=document["version"],
        revision=action.revision,
        kind=document["exec"]["kind"],
        code=code,
        binary=document["exec"].get("binary", False),
        main=document["exec"].get("main") or "main",
        limits=replace(Limits(), **limits),
        network=notes.get("fnkit-network") is not False,
        image=document["exec"].get("image", ""),
        template=notes.get("fnkit-template") is not False,
        keep=_seconds(notes.get("fnkit-keep-alive")),
    )


def _seconds(value: Json) -> float | None:
    """A time of 0 or more; None for whatever else an annotation may hold."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if number and 0 <= value < float("inf") else None
