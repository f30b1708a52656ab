"""The credentials of a namespace, as a value that cannot be printed by accident."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Key:
    """`uuid:key` as OpenWhisk's Basic authentication wants it; `str` and `repr` mask it.

    >>> Key("23bc46b1-71f6-4ed5-8c54-816aa4f8c502:123zO3xZCLrMN6v2BKK1dXYFpXlPkccOF")
    Key('23bc…ccOF')
    """

    text: str = field(repr=False)

    @property
    def pair(self) -> tuple[str, str]:
        """User and password of Basic authentication."""
        user, _, password = self.text.partition(":")
        return user, password

    def hide(self, text: str) -> str:
        """`text` without this key or its password in it."""
        for secret in (self.text, self.pair[1]):
            text = text.replace(secret, "•••") if secret else text
        return text

    def __str__(self) -> str:
        return f"{self.text[:4]}…{self.text[-4:]}" if len(self.text) > 32 else "•••"

    def __repr__(self) -> str:
        return f"Key('{self}')"
