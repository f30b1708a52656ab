"""How the lives of instances look: a picture, and what it comes to in one line."""

from fnkit.delivery.lives import Lives
from fnkit.notebook import sessions
from fnkit.notebook.markup import View, card, text, title


def lives(found: Lives) -> View:
    """A lane for each instance under the load."""
    body = sessions.drawn(found.timeline()) if found.lives else text("none in this time")
    html = card(title(found.name or "instances", text(found.told)), body)
    return View(str(found), html, "instances", found.to_json())
