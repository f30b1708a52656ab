"""A module of a user's, whose functions are deployed from Python."""

PUNCTUATION = "!"


def greet(name: str = "world") -> dict:
    """A greeting."""
    return {"greeting": f"Hello, {name}{PUNCTUATION}"}


def weigh(image: str) -> dict:
    """How long the text of a photo's URL is, and how it begins."""
    return {"length": len(image), "head": image[:22]}


def fail(number: int) -> dict:
    """Fails where there is no number to divide by."""
    return {"value": 1 // number}
