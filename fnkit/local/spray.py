"""JSON bodies read as OpenWhisk reads them, with spray-json's words for what is wrong.

Source: spray.json.JsonParser (1.3), whose grammar and messages the fault finder follows step by step. It reads
1000 levels of arrays and objects (JsonParserSettings.maxDepth), we half of them (`records.DEEPEST`).
"""

import json
import math
from collections.abc import Callable
from typing import NoReturn

from fnkit.core.entities import Json
from fnkit.local.records import DEEPEST, TooDeep, reader

TOO_DEEP = f"JSON input nested too deeply: arrays and objects lie more than {DEEPEST} deep within each other"
_END = ""


class Malformed(ValueError):
    """The text is not JSON; the message is spray's, on four lines."""


def parse(body: bytes) -> Json:
    """The value of a JSON text. Raises Malformed. NaN is no JSON; a lone surrogate becomes `?` as in Java."""
    text = body.decode("utf-8", "replace")
    try:
        value = _loads(text)
    except TooDeep:
        raise Malformed(TOO_DEEP) from None
    except ValueError:
        _Faults(text).find()
        raise Malformed("JSON Value expected") from None
    if "\\ud" in text or "\\uD" in text:
        value = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(digits)
    return number


_loads = reader(json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite))


class _Faults:
    """Walks over a text that is not JSON until it meets the first fault."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def find(self) -> None:
        """Raise Malformed where spray would."""
        try:
            self._space()
            self._value()
        except RecursionError:
            raise Malformed(TOO_DEEP) from None
        if self.at < len(self.text):
            self._fail("end-of-input")

    @property
    def _char(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else _END

    def _space(self) -> None:
        while self._char and self._char in " \t\r\n":
            self.at += 1

    def _take(self, sign: str) -> bool:
        if self._char == sign:
            self.at += 1
            return True
        return False

    def _require(self, sign: str) -> None:
        if not self._take(sign):
            self._fail(f"'{sign}'")

    def _value(self) -> None:
        char, mark = self._char, self.at
        if char in ("f", "n", "t"):
            word = {"f": "false", "n": "null", "t": "true"}[char]
            if not all(self._take(sign) for sign in word):
                self._fail("JSON Value", mark)
        elif char == "{":
            self.at += 1
            self._members("}", self._member)
        elif char == "[":
            self.at += 1
            self._members("]", self._value)
        elif char and char in "-0123456789":
            self._number()
        elif char == '"':
            self._string()
        else:
            self._fail("JSON Value")
        self._space()

    def _members(self, close: str, one: Callable[[], None]) -> None:
        self._space()
        if self._take(close):
            return
        while True:
            one()
            if not self._take(","):
                break
            self._space()
        self._require(close)

    def _member(self) -> None:
        self._string()
        self._space()
        self._require(":")
        self._space()
        self._value()

    def _number(self) -> None:
        self._take("-")
        if not self._take("0"):
            self._digits()
        if self._take("."):
            self._digits()
        if self._take("e") or self._take("E"):
            _ = self._take("-") or self._take("+")
            self._digits()

    def _digits(self) -> None:
        if not ("0" <= self._char <= "9" and self._char):
            self._fail("DIGIT")
        while self._char and "0" <= self._char <= "9":
            self.at += 1

    def _string(self) -> None:
        self._require('"')
        while (char := self._char) and char != '"' and char >= " ":
            self.at += 1
            if char == "\\":
                self._escape()
        self._require('"')

    def _escape(self) -> None:
        if self._char == "u":
            self.at += 1
            for _ in range(4):
                if not self._char or self._char not in "0123456789abcdefABCDEF":
                    self._fail("hex digit")
                self.at += 1
        elif self._char and self._char in '"/\\bfnrt':
            self.at += 1
        else:
            self._fail("JSON escape sequence")

    def _fail(self, expected: str, mark: int | None = None) -> NoReturn:
        found = _shown(self._char) if self._char else "end-of-input"
        at = self.at if mark is None else mark
        before = self.text[:at]
        start = before.rfind("\n") + 1
        line = self.text[start:].split("\n", 1)[0]
        column = at - start + 1
        shown = "".join("?" if _control(char) else char for char in line)
        raise Malformed(
            f"Unexpected {found} at input index {at} (line {before.count(chr(10)) + 1}, position {column}),"
            f" expected {expected}:\n{shown}\n{' ' * (column - 1)}^\n"
        )


def _shown(char: str) -> str:
    return f"character '\\u{ord(char):04x}'" if _control(char) else f"character '{char}'"


def _control(char: str) -> bool:
    return ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0
