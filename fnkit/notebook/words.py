"""The words of a magic's line, some of which are the notebook's own objects.

Quotes work as in a shell, on every system: in double quotes and bare, a whole `$name` or `{expression}` is the
notebook's own object; in single quotes everything is text. ` #` starts a comment, `http://host/#part` does not.
"""

import io
import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from IPython.core.error import UsageError

from fnkit.core.errors import did_you_mean

_VALUE = re.compile(r"((?:--[\w-]+|\w+)=)?(\$[A-Za-z_]\w*|\{.*\})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a line; `literal` where single quotes keep it from being read as a variable."""

    text: str
    literal: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """An object of the notebook that stands on a line, with the expression that named it."""

    expression: str
    value: Any

    def __repr__(self) -> str:
        return self.expression


def read(line: str, namespace: Mapping[str, Any]) -> list[Any]:
    """The words of `line`, with the objects that it names. Raises UsageError."""
    return evaluated(split(line), namespace)


def split(line: str) -> list[Word]:
    """The words of `line`, unquoted, up to a comment; a `;` at its end only silences the output.

    Raises UsageError where a quote is not closed.
    """
    line = line.rstrip().removesuffix(";")
    stream = io.StringIO(line)
    lexer = shlex.shlex(stream, posix=True)
    lexer.whitespace_split, lexer.commenters, lexer.escape = True, "", ""
    words: list[Word] = []
    while True:
        start = stream.tell()
        if line[start:].lstrip().startswith("#"):
            return words
        try:
            text = lexer.get_token()
        except ValueError:
            raise UsageError(f"A quote is not closed: {line[start:].strip()}") from None
        if text is None:
            return words
        raw = line[start : stream.tell()]
        words.append(Word(text, literal="'" in re.sub(r'"[^"]*"', "", raw)))


def evaluated(words: Sequence[Word], namespace: Mapping[str, Any]) -> list[Any]:
    """The words, with every whole `$name` and `{expression}` as `Held`; `key=$name` gives `{key: Held}`.

    Raises UsageError where there is no such variable or the expression fails.
    """
    line: list[Any] = []
    for word in words:
        match = None if word.literal else _VALUE.fullmatch(word.text)
        if match is None or _is_json(match[2]):
            line.append(word.text)
            continue
        before, held = match[1] or "", _evaluate(match[2], namespace)
        if before.startswith("--"):
            line += [before[:-1], held]
        else:
            line.append({before[:-1]: held} if before else held)
    return line


def _is_json(text: str) -> bool:
    """True for `{}` and `{"a": 1}`, which are objects written out, not an expression in braces."""
    if not text.startswith("{"):
        return False
    try:
        compile(text[1:-1].strip(), "", "eval")
    except SyntaxError:
        try:
            json.loads(text)
        except ValueError:
            return False
        return True
    return False


def _evaluate(word: str, namespace: Mapping[str, Any]) -> Held:
    expression = word[1:] if word.startswith("$") else word[1:-1].strip()
    if word.startswith("$") and expression not in namespace:
        known = [name for name in namespace if not name.startswith("_")]
        near = did_you_mean(expression, known)
        raise UsageError(
            f"{word}: this notebook has no variable {expression}. {near if near.startswith('Did') else ''}".strip()
        )
    try:
        return Held(expression, eval(expression, dict(namespace)))
    except Exception as error:  # noqa: BLE001  it is the notebook's expression: anything may come of it
        hint = (
            "" if word.startswith("$") else " JSON stands in single quotes, 'key={\"a\": 1}', an object as $name."
        )
        raise UsageError(f"{word}: {type(error).__name__}: {error}.{hint}") from None
