"""What stands around an inline function in another language, which runs as an action of its own. Ships alone."""

from fnkit.compose.moves import Json, Object


def wrapped(params: Object, variables: Object) -> Object:
    """What the action gets: the input, and the variables around."""
    return {"params": params, "variables": variables}


def unwrapped(params: Object, variables: Object) -> Json:
    """The function's result; what it set is set."""
    variables.update(params["variables"])
    return params["result"]
