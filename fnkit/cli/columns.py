"""Which columns a list has in a shell, by the type of its rows."""

import json
from collections.abc import Mapping

from fnkit.cli.entities import status
from fnkit.cli.layout import Columns, moment, size, span
from fnkit.compose.session import Session
from fnkit.delivery.bill import Item
from fnkit.delivery.wired import Row
from fnkit.verbs.answers import KnownModel, Setting
from fnkit.whisk.activations import Summary
from fnkit.whisk.documents import Action, Package
from fnkit.whisk.lives import Life
from fnkit.whisk.rules import Rule
from fnkit.whisk.triggers import Trigger
from fnkit.whisk.users import User

TABLES: Mapping[type, Columns] = {
    Row: {
        "trigger": lambda row: row.wire.trigger,
        "source": lambda row: row.wire.source,
        "rule": lambda row: row.way and row.way.rule,
        "pattern": lambda row: row.way and row.way.pattern and json.dumps(row.way.pattern),
        "action": lambda row: row.way and row.way.target,
        "destinations": lambda row: row.places or None,
        "state": lambda row: row.state,
        "fired": lambda row: row.wire.fired,
        "last": lambda row: moment(row.wire.last),
        "pending": lambda row: row.wire.pending,
        "failed": lambda row: row.wire.failed,
    },
    Action: {
        "name": lambda action: action.path,
        "version": lambda action: action.version,
        "kind": lambda action: action.kind,
        "memory": lambda action: f"{action.limits.memory} MB",
        "updated": lambda action: moment(action.updated),
    },
    Summary: {
        "id": lambda one: one.id,
        "action": lambda one: one.path.partition("/")[2],
        "version": lambda one: one.version,
        "status": lambda one: one.status,
        "began": lambda one: moment(one.start),
        "wait": lambda one: span(one.wait_time),
        "init": lambda one: span(one.init_time),
        "duration": lambda one: span(one.duration),
    },
    Item: {
        "action": lambda item: item.action,
        "runs": lambda item: item.runs,
        "cold": lambda item: item.cold,
        "warm": lambda item: item.warm,
        "failed": lambda item: item.failed,
        "seconds": lambda item: f"{item.seconds:,.1f}",
        "GB s": lambda item: f"{item.cost:,.2f}",
    },
    Life: {
        "id": lambda life: life.id,
        "action": lambda life: life.action.split("/", 2)[2],
        "state": lambda life: life.state,
        "began": lambda life: life.began,
        "allocated": lambda life: moment(life.allocated),
        "start": lambda life: None if life.started is None else span(life.started - life.allocated),
        "init": lambda life: None if life.ready is None else span(life.ready - life.started),
        "calls": lambda life: len(life.runs),
        "gone": lambda life: life.why and f"{moment(life.released)} ({life.why})",
    },
    Session: {
        "id": lambda one: one.id,
        "flow": lambda one: one.name or None,
        "state": lambda one: one.state,
        "started": lambda one: moment(one.started),
        "duration": lambda one: span(one.duration),
        "steps": lambda one: len(one.steps),
        "cold": lambda one: one.cold,
        "GB s": lambda one: f"{one.cost:.3f}",
    },
    Package: {
        "name": lambda package: package.name,
        "version": lambda package: package.version,
        "shared": lambda package: "yes" if package.publish else "no",
        "bound to": lambda package: f"/{package.binding}" if package.binding else None,
    },
    Trigger: {
        "name": lambda trigger: trigger.name,
        "version": lambda trigger: trigger.version,
        "feed": lambda trigger: trigger.feed,
        "updated": lambda trigger: moment(trigger.updated),
    },
    Rule: {
        "name": lambda rule: rule.name,
        "version": lambda rule: rule.version,
        "status": lambda rule: status(rule.active),
        "trigger": lambda rule: f"/{rule.trigger}",
        "action": lambda rule: f"/{rule.action}",
    },
    KnownModel: {
        "name": lambda model: model.name,
        "task": lambda model: model.task,
        "size": lambda model: size(model.size),
        "licence": lambda model: model.licence,
        "here": lambda model: "yes" if model.path else "no",
    },
    User: {
        "name": lambda user: user.name,
        "blocked": lambda user: "yes" if user.blocked else "no",
        "limits": lambda user: ", ".join(f"{key} {value}" for key, value in user.limits.items()),
        "props": lambda user: user.props,
    },
    Setting: {
        "setting": lambda setting: setting.name,
        "value": lambda setting: setting.value,
        "source": lambda setting: setting.source,
    },
}
