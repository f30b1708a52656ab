"""How wide a text is before anybody draws it, and how it is made to fit."""

import re
import unicodedata

# Advance widths of DejaVu Sans in 1/1000 em, from the space to the tilde. It is the widest of the fonts that are
# used for text on screens and the one that matplotlib brings: what fits in it fits in all of them.
_ASCII = (
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337,
    636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531,
    1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787,
    603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500,
    500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612,
    635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
)  # fmt: skip
_OTHER, _WIDE = 700, 1000
DOTS = "…"


def width(text: str, size: float) -> float:
    """The width of one line in pixels at a font size of `size` pixels, rather too wide than too narrow."""
    return sum(map(_advance, text)) * size / 1000


def fitted(text: str, size: float, most: float) -> str:
    """`text` on one line of at most `most` pixels. Of too long a one the middle goes."""
    line = " ".join(text.split())
    if width(line, size) <= most + 0.01:
        return line
    left, right = (len(line) + 1) // 2, len(line) // 2
    while left + right and width(f"{line[:left]}{DOTS}{line[len(line) - right :]}", size) > most:
        left, right = (left - 1, right) if left >= right else (left, right - 1)
    return f"{line[:left].rstrip()}{DOTS}{line[len(line) - right :].lstrip()}"


def begun(text: str, size: float, most: float) -> str:
    """The same for a sentence: of too long a one the end goes."""
    line = " ".join(text.split())
    if width(line, size) <= most + 0.01:
        return line
    length = len(line)
    while length and width(line[:length] + DOTS, size) > most:
        length -= 1
    return line[:length].rstrip() + DOTS


def broken(text: str, size: float, most: float) -> tuple[str, ...]:
    """The whole text on as many lines as it takes, broken after a space, a slash, a dash, … where there is one."""
    lines = [""]
    for piece in re.findall(r"[^\s/\-_:.|,]*[\s/\-_:.|,]*", " ".join(text.split())):
        if lines[-1] and width((lines[-1] + piece).rstrip(), size) > most:
            lines.append("")
        for sign in piece:
            if lines[-1] and width((lines[-1] + sign).rstrip(), size) > most:
                lines.append("")
            lines[-1] += sign
    return tuple(line.strip() for line in lines)


def _advance(sign: str) -> int:
    place = ord(sign) - 32
    if 0 <= place < len(_ASCII):
        return _ASCII[place]
    if unicodedata.combining(sign):
        return 0
    return _WIDE if unicodedata.east_asian_width(sign) in "WF" else _OTHER
