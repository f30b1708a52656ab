"""How the conductors round a target end. Ships alone, with `router` and `destination`."""

from typing import Any

STATE = "$fnkit"
"""Under this name a conductor keeps its own between two turns."""
NEXT = ("action", "params", "state")
"""What a conductor says of its next step: in a target's error these are the target's own."""


def ended(answer: dict[str, Any]) -> dict[str, Any]:
    """The target's answer as the conductor's last: only what that answers with an error itself counts as one."""
    if "error" in answer:
        return {name: value for name, value in answer.items() if name not in NEXT}
    return {"params": answer}
