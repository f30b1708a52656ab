"""What a namespace may start. Source: UserLimits in Identity.scala; standalone.conf for the numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fnkit.core.entities import Json
from fnkit.core.errors import BadArgument, did_you_mean

NO_LIMIT = 2**31 - 1
"""The largest number that OpenWhisk can say: a machine of one's own is not throttled."""
QUEUE = 1000
"""Activations at a time of a namespace, running or waiting for memory."""
ALL = 2 * QUEUE
"""The same of all namespaces together: one of them alone does not shut out the others."""
OF_ONE_ACTION = QUEUE // 2
"""Activations of one action of a namespace that may wait: it does not shut out the others."""


@dataclass(frozen=True, slots=True)
class UserLimits:
    """What a namespace may start. 0 lets it start nothing."""

    invocations_per_minute: int = NO_LIMIT
    fires_per_minute: int = NO_LIMIT
    concurrent_invocations: int = QUEUE

    def to_json(self) -> dict[str, int]:
        """By OpenWhisk's names: `invocationsPerMinute`, …"""
        return {spelled: getattr(self, name) for spelled, name in _NAMES.items()}

    def changed(self, given: Mapping[str, Json]) -> "UserLimits":
        """These with some of another value, by OpenWhisk's names. Raises BadArgument."""
        for key, value in given.items():
            if key not in _NAMES:
                advice = did_you_mean(key, list(_NAMES))
                raise BadArgument(f"Setting the limit {key!r}", "there is no such limit.", advice)
            if type(value) is not int or not 0 <= value <= NO_LIMIT:
                found = f"{value!r} is no whole number from 0 to {NO_LIMIT}."
                raise BadArgument(f"Setting the limit {key}", found)
        return replace(self, **{_NAMES[key]: value for key, value in given.items()})


_NAMES = {
    "invocationsPerMinute": "invocations_per_minute",
    "firesPerMinute": "fires_per_minute",
    "concurrentInvocations": "concurrent_invocations",
}
UNLIMITED = UserLimits()
OPENWHISK = UserLimits(60, 60, 30)
"""What OpenWhisk standalone sets."""
PRESETS: Mapping[str, UserLimits] = {"none": UNLIMITED, "openwhisk": OPENWHISK}
"""What `--limits` may say."""
