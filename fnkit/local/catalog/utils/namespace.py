"""Returns the namespace of the authorization key used to invoke this action."""

import os
from typing import Any


def main(args: dict[str, Any]) -> dict[str, Any]:
    """The caller's namespace."""
    return {"namespace": os.environ["__OW_NAMESPACE"]}
