"""The line of a deploy: build, rehearse, plan, apply, check on the platform.

`build` makes bytes and sends nothing. `rehearse` runs them alone and sends nothing. `plan` reads the action (one
GET). `apply` carries (one PUT). The check invokes; a differing answer puts the previous version back.
"""

from fnkit.action.spec import ActionSpec
from fnkit.delivery.order import Settings, Test
from fnkit.delivery.plan import Plan
from fnkit.delivery.progress import Tell, quiet
from fnkit.delivery.receipt import Receipt
from fnkit.whisk.client import Client


def preview(client: Client, spec: ActionSpec, settings: Settings, tell: Tell = quiet) -> Plan:
    """What `deploy` would do; sends nothing but GETs."""
    raise NotImplementedError


def deploy(
    client: Client, spec: ActionSpec, settings: Settings, test: Test | None = None, tell: Tell = quiet
) -> Receipt:
    """Make the platform have this action. Raises CheckFailed, TooLarge, ActionFailed, Refused."""
    raise NotImplementedError
