"""How the results of a map look in a shell."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fnkit.core.errors import ActionFailed
from fnkit.delivery.mapping import Mapped


def _mapped(results: Mapped) -> Iterable[str]:
    """A JSON line for each, as it comes. Raises ActionFailed at the end where some failed."""
    count = failed = 0
    for result in results:
        count, failed = count + 1, failed + (not result.ok)
        yield json.dumps({"number": result.number, **result.to_json()}, ensure_ascii=False)
    if failed:
        advice = "Their lines say why. With --ledger FILE a second run sends only what has no answer yet."
        raise ActionFailed(f"Mapping {results.name}", f"{failed} of {count} inputs failed.", advice)


LINES: Mapping[type, Callable[[Any], Iterable[str]]] = {Mapped: _mapped}
