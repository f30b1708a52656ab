"""How a bill looks in a shell."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fnkit.cli.layout import Columns, table
from fnkit.delivery.bill import Bill, Item

_ITEMS: Columns = {
    "action": lambda item: item.action,
    "runs": lambda item: item.runs,
    "cold": lambda item: item.cold,
    "warm": lambda item: item.warm,
    "failed": lambda item: item.failed,
    "seconds": lambda item: f"{item.seconds:,.1f}",
    "GB s": lambda item: f"{item.cost:,.2f}",
}


def _bill(bill: Bill) -> Iterable[str]:
    return [*table(_ITEMS, bill.items), str(bill)] if bill.items else [str(bill)]


LINES: Mapping[type, Callable[[Any], Iterable[str]]] = {Bill: _bill}
TABLES: Mapping[type, Columns] = {Item: _ITEMS}
