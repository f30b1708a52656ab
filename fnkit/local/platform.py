"""The parts of a running platform, put together once and handed to every route."""

from collections.abc import Mapping
from dataclasses import dataclass

from fnkit.local.activations import Activations
from fnkit.local.controller import Controller
from fnkit.local.entities import Entities
from fnkit.local.users import Users


@dataclass(frozen=True, slots=True)
class Platform:
    """What the routes work with."""

    users: Users
    entities: Entities
    activations: Activations
    controller: Controller
    kinds: Mapping[str, str]
    """Each name of a kind → the concrete kind: `python:default` → `python:3.11`."""
