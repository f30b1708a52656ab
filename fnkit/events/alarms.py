"""`/whisk.system/alarms`: alarm, interval and once, with the parameters and the words of OpenWhisk's package.

Source: apache/openwhisk-package-alarms, README and action/*.js. `catch_up` is ours.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, cast

from fnkit.core.entities import Json
from fnkit.core.errors import BadArgument
from fnkit.events.schedule import CatchUp, Cron, Interval, Once, Schedule

Kind = Literal["alarm", "interval", "once"]
KINDS: tuple[Kind, ...] = ("alarm", "interval", "once")
PACKAGE = "/whisk.system/alarms"
_COMMON = ("trigger_payload", "catch_up")
PARAMETERS: Mapping[Kind, tuple[str, ...]] = {
    "alarm": ("cron", "timezone", "startDate", "stopDate", "strict", "maxTriggers", *_COMMON),
    "interval": ("minutes", "startDate", "stopDate", *_COMMON),
    "once": ("date", "deleteAfterFire", *_COMMON),
}
SOON = timedelta(seconds=30)
"""After which an interval begins that names no start."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """When a trigger is fired, with what, and what goes after the last time."""

    schedule: Schedule
    payload: Mapping[str, Json]
    delete_after: Literal["false", "true", "rules"] = "false"


def settled(
    kind: Kind, given: Mapping[str, Json], now: datetime, name: str = "", before: Mapping[str, Json] | None = None
) -> dict[str, Json]:
    """The parameters as they are kept, dates as ms since 1970; `before` are those that an update leaves.

    Raises BadArgument in upstream's words.
    """
    fresh = {key: given[key] for key in PARAMETERS[kind] if given.get(key) is not None}
    for key in ("startDate", "stopDate", "date"):
        if key in fresh:
            fresh[key] = _date(key, fresh[key], now)
    kept = {**(before or {}), **fresh}
    if kind == "interval":
        kept.setdefault("startDate", _ms(now + SOON))
    if "stopDate" in kept and kept["stopDate"] <= kept.get("startDate", 0):
        raise _wrong(
            f"stopDate parameter '{given.get('stopDate', kept['stopDate'])}' must be greater than the startDate"
        )
    payload = kept.get("trigger_payload", {})
    kept["trigger_payload"] = payload if isinstance(payload, dict) else {"payload": payload}
    alarm = read(kind, kept, name)
    if isinstance(alarm.schedule.times, Cron):
        alarm.schedule.times.check()
    return kept


def read(kind: Kind, kept: Mapping[str, Json], name: str = "") -> Alarm:
    """The alarm of kept parameters; `name` is the trigger's, which its delay comes from. Raises BadArgument."""
    needed = {"alarm": "cron", "interval": "minutes", "once": "date"}[kind]
    if needed not in kept:
        raise _wrong(f"{'alarms' if kind == 'alarm' else kind} trigger feed is missing the {needed} parameter")
    catch_up = kept.get("catch_up", "one" if kind == "once" else "none")
    if catch_up not in ("none", "one", "all"):
        raise _wrong(f"catch_up parameter must be one of [none, one, all], not {catch_up!r}")
    after = str(kept.get("deleteAfterFire", "false")).lower()
    if after not in ("false", "true", "rules"):
        raise _wrong("deleteAfterFire parameter must be one of [false, true, rules].")
    start = _moment(kept["startDate"]) if "startDate" in kept else None
    stop = _moment(kept["stopDate"]) if "stopDate" in kept else None
    schedule = Schedule(_times(kind, kept, name), start, stop, cast(CatchUp, catch_up))
    return Alarm(schedule, kept.get("trigger_payload", {}), cast(Literal["false", "true", "rules"], after))


def _times(kind: Kind, kept: Mapping[str, Json], name: str) -> Cron | Interval | Once:
    if kind == "once":
        return Once(_moment(kept["date"]))
    if kind == "interval":
        minutes = kept["minutes"]
        if isinstance(minutes, str) and minutes.isdigit():
            minutes = int(minutes)
        if isinstance(minutes, bool) or not isinstance(minutes, int):
            raise _wrong("the minutes parameter must be an integer")
        if minutes <= 0:
            raise _wrong("the minutes parameter must be an integer greater than zero")
        return Interval(minutes, _moment(kept["startDate"]))
    expression, zone, strict = kept["cron"], kept.get("timezone", "UTC"), kept.get("strict", True)
    if not isinstance(expression, str) or not isinstance(zone, str):
        raise _wrong(f"cron pattern '{expression}' is not valid")
    if strict not in (True, False, "true", "false"):
        raise _wrong("the strict parameter must be true or false")
    spread = strict in (False, "false") and len(expression.split()) == 5
    delay = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) % 60 if spread else 0
    return Cron(expression, zone, delay)


def _date(key: str, value: Json, now: datetime) -> int:
    try:
        text = str(value)
        moment = _moment(int(text)) if text.lstrip("-").isdigit() else datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        raise _wrong(f"{key} parameter '{value}' is not a valid Date") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment <= now:
        raise _wrong(f"{key} parameter '{value}' must be in the future")
    return _ms(moment)


def _moment(ms: Json) -> datetime:
    return datetime.fromtimestamp(int(ms) / 1000, UTC)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _wrong(found: str) -> BadArgument:
    return BadArgument("Setting the alarm", found)
