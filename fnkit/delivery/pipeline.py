"""The line of a deploy: build, plan, rehearse, apply, check on the platform.

`build` makes bytes and sends nothing. `plan` reads the action (one GET) and decides. `rehearse` runs the
bytes alone and sends nothing; meanwhile the platform is asked which layers it lacks, if there is something to
send. `apply` carries them (one PUT). The check calls the platform with the test's input: a differing answer puts
the previous version back.
What is unchanged and has passed its test ends after the plan; what later stages need is imported when they come.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from fnkit.action import target
from fnkit.action.build import build
from fnkit.action.memory import note, recalled
from fnkit.action.spec import ActionSpec, Packed
from fnkit.core.entities import Json
from fnkit.core.errors import CheckFailed, FnkitError, Refused
from fnkit.delivery import arguments
from fnkit.delivery.aside import begun
from fnkit.delivery.order import Settings, Test
from fnkit.delivery.plan import Plan, Wanted, plan
from fnkit.delivery.progress import Stages, Step, Tell, quiet
from fnkit.delivery.receipt import Receipt
from fnkit.delivery.secrets import masked, masked_lines
from fnkit.delivery.trial import Trial, ready, rehearsed
from fnkit.whisk.client import Client
from fnkit.whisk.documents import Action

if TYPE_CHECKING:
    from fnkit.action.rehearse import Rehearsal
    from fnkit.delivery.invocation import Invocation


def preview(client: Client, spec: ActionSpec | Packed, settings: Settings, tell: Tell = quiet) -> Plan:
    """What `deploy` would do: builds, and asks the platform what it is and what it has; sends nothing."""
    return _planned(client, spec, settings, Stages(tell))[0]


def deploy(
    client: Client,
    spec: ActionSpec | Packed,
    settings: Settings,
    test: Test | None = None,
    tell: Tell = quiet,
) -> Receipt:
    """Make the platform have this action, tested. Raises BadArgument, CheckFailed, TooLarge, Refused."""
    stages = Stages(tell)
    test = ready(spec, test) if test else None  # a misspelt name is told before anything takes time
    planned, there = _planned(client, spec, settings, stages)
    trial = Trial(planned.wanted, test) if test else None
    if there and planned.change == "unchanged" and (trial is None or recalled(trial.mark(client.props, there))):
        done = Receipt(planned, there.namespace, there.version, stages.seconds, notes=planned.notes)
        return replace(done, passed_before=trial is not None, web=_web(client, planned, there))
    from fnkit.delivery.apply import apply, carrier

    kept, bundle = there if planned.change == "unchanged" else None, planned.wanted.bundle
    # The platform looks for the layers while the file is rehearsed: both take long for libraries that are new.
    lacking = None if kept else begun(lambda: carrier(client).lacking(bundle), "layers")
    with stages.stage("rehearse", f"Rehearsing {spec.name} in a clean process"):
        alone = trial.rehearse() if trial else rehearsed(planned.wanted, None)
    # The way back is fetched only where it may be needed.
    before = client.actions.get(spec.name) if trial and planned.change == "update" else None
    with stages.stage("upload", f"Sending {spec.name}"):
        sent = arguments.carry(client, trial.test.arguments, settings.annotations) if trial else {}
        now = kept or apply(client, planned, lacking.result() if lacking else (), tell)
    notes = (*planned.notes, *(alone.logs if alone.status == "not checked" else ()))
    url = _web(client, planned, now)
    receipt = Receipt(planned, now.namespace, now.version, stages.seconds, notes=notes, web=url)
    if trial is None:
        return receipt
    with (
        stages.stage("check", f"Checking {spec.name} on {planned.host}"),
        _or_back(client, planned, before, now, tell),
    ):
        checked = _check(client, planned, trial, sent, alone)
    note(trial.mark(client.props, now), True)
    return replace(receipt, check=checked)


def rehearse(
    client: Client,
    spec: ActionSpec | Packed,
    settings: Settings,
    test: Test | None = None,
    tell: Tell = quiet,
) -> "Rehearsal":
    """The action file tried on the test, alone in a clean process; where there is no test it is imported only.

    Builds, and asks the platform what it is; sends nothing. Raises BadArgument, CheckFailed, TooLarge.
    """
    stages = Stages(tell)
    test = ready(spec, test) if test else None
    wanted = _built(client, spec, settings, stages)
    with stages.stage("rehearse", f"Rehearsing {spec.name} in a clean process"):
        alone = Trial(wanted, test).rehearse() if test else rehearsed(wanted, None)
    return replace(alone, result=masked(alone.result, settings.secrets))


def _planned(
    client: Client, spec: ActionSpec | Packed, settings: Settings, stages: Stages
) -> tuple[Plan, Action | None]:
    wanted = _built(client, spec, settings, stages)
    with stages.stage("plan", f"Looking at {spec.name} on {client.props.host}"):
        there = client.actions.find(spec.name)
        return plan(wanted, there, client.props.host), there


def _built(client: Client, spec: ActionSpec | Packed, settings: Settings, stages: Stages) -> Wanted:
    with stages.stage("build", f"Building {spec.name}"):
        facts = client.embedded.info if client.embedded else None
        place = target.embedded(facts) if facts is not None else target.remote(settings.kind)
        return Wanted(
            name=spec.name,
            bundle=build(spec, place, model=settings.model),
            settings=replace(settings, parameters=arguments.bound(settings.parameters)),
            notebook=getattr(spec, "notebook", None),
        )


def _web(client: Client, planned: Plan, action: Action) -> str:
    """The URL of a web action, empty for any other."""
    if planned.wanted.settings.annotations.get("web-export") is not True:
        return ""
    from fnkit.whisk import web

    return web.url(client.props.apihost, action.namespace, planned.name)


def _check(
    client: Client, planned: Plan, trial: Trial, sent: Mapping[str, Json], alone: "Rehearsal"
) -> "Invocation":
    """The platform's answer to the test. Raises CheckFailed where it is another one."""
    from fnkit.delivery.calls import Calls

    tried = f"Checking {planned.name} on {planned.host}"
    calls = Calls(client, str(planned.name), planned.wanted.bundle.origins)
    invocation = calls.run(planned.name, sent, planned.wanted.settings.limits.timeout)
    if invocation.activation is None:
        raise CheckFailed(tried, f"activation {invocation.id} is {invocation.status}, without an answer.")
    logs = masked_lines(invocation.logs, planned.wanted.settings.secrets)
    seen = replace(invocation.activation, result=trial.hide(invocation.result), logs=logs)
    if failure := replace(invocation, activation=seen).failure:
        raise CheckFailed(tried, failure.found, failure.advice)
    if trial.test.function or (alone.success and not planned.wanted.conducts):
        trial.compare(alone.result, invocation.result, tried)
    return invocation


@contextmanager
def _or_back(client: Client, planned: Plan, before: Action | None, now: Action, tell: Tell) -> Iterator[None]:
    """Where anything goes wrong inside, the platform has again what it had before."""
    try:
        yield
    except BaseException as error:
        back = "What is there was not changed."
        if planned.change != "unchanged":
            from fnkit.delivery.apply import put_back

            tell(Step("restore", f"Putting back what was there before {planned.name} {now.version}"))
            try:
                back = put_back(client, planned.name, before, now)
            except Refused as refusal:
                back = f"What was there before could not be put back: {refusal}"
        if not isinstance(error, FnkitError):
            error.add_note(back)
            raise
        tried = f"Checking {planned.name} on {planned.host}"
        found = error.found if isinstance(error, CheckFailed) else f"it could not be checked: {error}"
        raise CheckFailed(tried, found, f"{back} {error.advice}".strip()) from error
