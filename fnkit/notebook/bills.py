"""How a bill looks: what each action ran, and the sum below."""

from dataclasses import asdict

from fnkit.delivery.bill import Bill, Item
from fnkit.notebook.markup import View, card, grid, text, title


def bill(found: Bill) -> View:
    """By action, the dearest first."""
    rows = [_row(one) for one in (*found.items, found.total)]
    head = ("", "runs", "cold", "warm", "failed", "seconds", "GB s")
    said = card(title("bill", text(f"{found.total.cost:,.1f} GB s, {found.money:.4f} $")), grid(head, rows))
    data = {"items": [asdict(one) for one in found.items], "total": asdict(found.total), "money": found.money}
    return View(str(found), said, "bill", data)


def _row(one: Item) -> tuple[object, ...]:
    counts = (f"{count:,}" for count in (one.runs, one.cold, one.warm, one.failed))
    return one.action, *counts, f"{one.seconds:,.1f}", f"{one.cost:,.2f}"
