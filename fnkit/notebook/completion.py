"""Tab in a magic's line: verbs, options, action names, kinds, models."""

import re
import time
from collections.abc import Callable, Sequence
from typing import Any

from fnkit.core.errors import FnkitError
from fnkit.notebook.parse import options
from fnkit.verbs.table import Verb

FRESH = 2.0
"""Seconds for which the platform is not asked again."""
KINDS = ("python:3", "python:3.11", "python:default")
_LINE = re.compile(r"^\s*(?:\w+\s*=\s*)?(%%deploy_action|%fnkit)(?:\s+(.*))?$", re.DOTALL)


class Names:
    """The names that `ask` gives, kept for two seconds; none where the platform does not answer."""

    def __init__(self, ask: Callable[[], Sequence[str]], clock: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._clock = clock
        self._known: tuple[float, Sequence[str]] | None = None

    def __call__(self) -> Sequence[str]:
        """The names."""
        now = self._clock()
        if self._known is None or now - self._known[0] > FRESH:
            try:
                self._known = (now, self._ask())
            except FnkitError:
                self._known = (now, ())
        return self._known[1]


class Matcher:
    """What can stand at the cursor, for IPython's completer (API version 2)."""

    def __init__(self, verbs: Sequence[Verb], cell_verb: Verb, names: Callable[[], Sequence[str]]) -> None:
        self._verbs = {verb.name: verb for verb in verbs}
        self._cell_verb = cell_verb
        self._names = names

    def candidates(self, line: str) -> list[str]:
        """What may come at the end of `line`, a magic's line up to the cursor; nothing for any other line."""
        found = _LINE.match(line)
        if found is None:
            return []
        words = (found[2] or "").split()
        if found[2] is None:
            return []
        typed = "" if not words or line[-1].isspace() else words.pop()
        return sorted(word for word in self._next(found[1], words) if word.startswith(typed))

    def _next(self, magic: str, words: list[str]) -> Sequence[str]:
        verb, given = (self._cell_verb, words) if magic == "%%deploy_action" else self._verb(words)
        if verb is None:
            after = [name.split()[len(words)] for name in self._verbs if name.split()[: len(words)] == words]
            return list(dict.fromkeys(after))
        last = given[-1] if given else ""
        parameter = next((one for one in verb.parameters if last and last == one.option), None)
        if parameter is not None and parameter.shape != "flag":
            return KINDS if parameter.name == "kind" else ()
        names = self._names() if not given and _takes_action(verb) else ()
        return [*names, *options(verb)]

    def _verb(self, words: list[str]) -> tuple[Verb | None, list[str]]:
        for length in (2, 1):
            if verb := self._verbs.get(" ".join(words[:length])):
                return verb, words[length:]
        return None, words


def matcher(source: Matcher) -> Any:
    """`source` as a function that IPython's completer calls."""
    from IPython.core.completer import SimpleCompletion, context_matcher

    @context_matcher(identifier="fnkit")  # type: ignore[untyped-decorator]
    def fnkit_matcher(context: Any) -> dict[str, Any]:
        found = source.candidates(context.text_until_cursor)
        return {
            "completions": [SimpleCompletion(text=word, type="magic") for word in found],
            "matched_fragment": re.split(r"\s", context.text_until_cursor)[-1],
            "suppress": bool(found),
        }

    return fnkit_matcher


def _takes_action(verb: Verb) -> bool:
    return len(verb.words) == 1 and any(not one.option and one.name == "name" for one in verb.parameters)
