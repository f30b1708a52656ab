"""The few pieces of HTML that every view is made of. It follows the page's theme and runs nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pprint import pformat
from typing import Any

from fnkit.core.entities import Json

FONT = "var(--jp-ui-font-family, system-ui, sans-serif)"
INK = "var(--jp-ui-font-color1, #1f1f1f)"
FAINT = "var(--jp-ui-font-color2, #6b6b6b)"
LINE = "var(--jp-border-color2, #d0d0d0)"
CODE = "font-family:var(--jp-code-font-family, monospace);font-size:12px"

TONES = {"good": "#1a7f4b", "bad": "#c5221f", "cold": "#1967d2", "warm": "#b3540a", "quiet": "#6b7075"}
LONGEST = 4000
"""Characters of a value that are shown."""


@dataclass(frozen=True, slots=True)
class View:
    """What a front end may show of a result, from the plainest to the richest."""

    line: str
    html: str
    kind: str
    """The last part of `application/vnd.fnkit.…+json`."""
    data: Json

    def bundle(self) -> dict[str, Json]:
        """By MIME type. Never `application/json`: JupyterLab would prefer it to all else."""
        return {
            "text/plain": self.line,
            "text/html": self.html,
            f"application/vnd.fnkit.{self.kind}+json": self.data,
        }

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Json]:
        return self.bundle()


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


def text(value: object) -> str:
    """`value` as markup: escaped, unless it is markup."""
    return value if isinstance(value, Html) else escape(str(value))


def pill(word: str, tone: str) -> Html:
    """A word on a coloured ground: `cold`, `success`."""
    return Html(
        f'<span style="background:{TONES[tone]};color:#fff;border-radius:9px;padding:1px 8px;'
        f'font-size:11px;font-weight:600;white-space:nowrap">{escape(word)}</span>'
    )


def lines(values: Iterable[object]) -> Html:
    """One under the other."""
    return Html("<br>".join(map(text, values)))


def title(*parts: object) -> Html:
    """The first line of a view: its name in bold, then what there is to say."""
    first, *rest = parts
    said = " ".join(map(text, rest))
    return Html(f'<div style="margin:2px 0 4px"><b style="font-size:14px">{text(first)}</b> {said}</div>')


def faint(value: object) -> Html:
    """Said more quietly."""
    return Html(f'<span style="color:{FAINT}">{text(value)}</span>')


def code(value: object) -> Html:
    """An id, a digest, a file's name."""
    return Html(f'<code style="{CODE};background:none;color:inherit;padding:0">{text(value)}</code>')


def block(said: str, longest: int = LONGEST) -> Html:
    """Several lines as they are, cut where they are very long."""
    short = said if len(said) <= longest else said[:longest] + f"\n… ({len(said):,} characters)"
    return Html(
        f'<pre style="{CODE};margin:0;white-space:pre-wrap;overflow-wrap:anywhere;word-break:normal;'
        f'background:none;color:inherit">{escape(short)}</pre>'
    )


def value(result: Json) -> Html:
    """A value as Python writes it, as compact as can be read; what is long scrolls."""
    written = pformat(result, width=104, compact=True, sort_dicts=False)
    return Html(f'<div style="max-height:230px;overflow:auto">{block(written)}</div>')


def details(summary: str, body: Html, opened: bool = False) -> Html:
    """`body` behind a triangle."""
    return Html(
        f"<details{' open' if opened else ''}><summary style='cursor:pointer;color:{FAINT}'>{escape(summary)}"
        f"</summary>{body}</details>"
    )


def facts(rows: Iterable[tuple[str, object]]) -> Html:
    """Two columns: what it is, and what it is here. Rows without a value are left out."""
    cell = "padding:2px 14px 2px 0;text-align:left;vertical-align:top;border:none;background:none"
    body = "".join(
        f'<tr style="background:none"><th style="{cell};font-weight:normal;color:{FAINT};white-space:nowrap">'
        f'{text(name)}</th><td style="{cell}">{text(found)}</td></tr>'
        for name, found in rows
        if found not in (None, "", ())
    )
    return _table(body)


def grid(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Html:
    """Rows under a head."""
    cell = "padding:3px 14px 3px 0;text-align:left;vertical-align:top;background:none;border:none"
    top = "".join(f'<th style="{cell};color:{FAINT};font-weight:normal">{text(name)}</th>' for name in head)
    body = "".join(
        f'<tr style="background:none;border-top:1px solid {LINE}">'
        + "".join(f'<td style="{cell}">{text(found)}</td>' for found in row)
        + "</tr>"
        for row in rows
    )
    return _table(f'<tr style="background:none">{top}</tr>{body}')


def card(*parts: str) -> str:
    """A whole view."""
    return f'<div style="font-family:{FONT};font-size:13px;color:{INK};max-width:760px">{"".join(parts)}</div>'


def _table(body: str) -> Html:
    return Html(
        f'<table style="border-collapse:collapse;margin:2px 0 8px;border:none"><tbody>{body}</tbody></table>'
    )
