"""The parts of a running platform, put together once and handed to every route."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from fnkit.core.entities import Json
from fnkit.events.allowed import Allowed
from fnkit.events.feeds import Feeds
from fnkit.local.activations import Activations
from fnkit.local.controller import Controller
from fnkit.local.documents import Bound
from fnkit.local.entities import Entities
from fnkit.local.express import Express
from fnkit.local.keys import Keys
from fnkit.local.kinds import Kinds
from fnkit.local.layers import Layers
from fnkit.local.objects import Objects
from fnkit.local.permitted import Permitted
from fnkit.local.sandbox.ladder import Choice
from fnkit.local.sources import SourceView, TroubleView
from fnkit.local.throttles import Throttles
from fnkit.local.users import Users, random_key
from fnkit.local.views import Snapshot


@dataclass(frozen=True, slots=True)
class Platform:
    """What the routes work with."""

    url: str
    users: Users
    keys: Keys
    throttles: Throttles
    bounds: tuple[Bound, ...]
    """What an action's limits may be."""
    entities: Entities
    activations: Activations
    controller: Controller
    express: Express
    """What was called before, past all that was decided then."""
    layers: Layers
    objects: Objects
    feeds: Feeds
    """What fires triggers. They work once they are started with their host."""
    allowed: Allowed
    """What they may watch for whoever has a key."""
    permits: Permitted
    """What else single ones may watch."""
    kinds: Kinds
    sandbox: Choice
    packages: Callable[[], Mapping[str, str]]
    """Distributions that every action may import: name → version."""
    common: Callable[[], Mapping[str, str]]
    """Family of kinds → whether what upstream's images bring is there, in words."""
    snapshot: Callable[[], Snapshot]
    """The pool now."""
    lives: Callable[[str, int], Sequence[Json]]
    """Of a namespace, since a moment in ms: what became of its instances."""
    sources: Callable[[], Sequence[SourceView]]
    """What instances are forked from now."""
    troubles: Callable[[], Sequence[TroubleView]]
    """What they are not forked from, and why."""
    operator: str = field(default_factory=random_key, repr=False)
    """The key that administers users."""
