"""Fetch trained models into the user's cache, where demo, tests and notebooks find them: models.py [NAME…]."""

import sys

from steps import say, step

from fnkit.models import catalogue, once

FETCH = "import sys, fnkit.models; fnkit.models.fetch(sys.argv[1])"


def main(names: list[str]) -> None:
    """Those that are named, else all of the catalogue; what is there already is left alone."""
    wanted = names or list(catalogue.known())
    missing = [name for name in wanted if once.find(catalogue.find(name).model.sha256) is None]
    if not missing:
        say(f"Models: {', '.join(wanted)} {'is' if len(wanted) == 1 else 'are'} in the cache")
    for name in missing:
        step(f"Models: fetching {name}", [sys.executable, "-c", FETCH, name])


if __name__ == "__main__":
    main(sys.argv[1:])
