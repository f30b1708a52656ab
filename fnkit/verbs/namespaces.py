"""The verbs of namespaces: `fnkit namespace list`, `limits`."""

from fnkit.context import Context
from fnkit.core.entities import Json


def namespace_list(*, context: Context | None = None) -> tuple[str, ...]:
    """Give the namespaces that your key opens."""
    return ((context or Context()).client.namespaces.own(),)


def namespace_limits(*, context: Context | None = None) -> dict[str, Json]:
    """Give what the platform allows your namespace: runs in a minute and at a time, sizes, memory."""
    return (context or Context()).client.namespaces.limits()
