"""Marks on an axis: how far apart they are, and what they say."""


def step(end: int) -> int:
    """The distance of two marks: 1, 2 or 5 of some power of ten; about five to eight of them come up to `end`."""
    power = 1
    while True:
        for digit in (1, 2, 5):
            if end / (digit * power) <= 8:
                return digit * power
        power *= 10


def label(ms: int) -> str:
    """A time as it stands at its mark: `200 ms`, `1.5 s`, `2 min`."""
    if ms >= 60_000 and ms % 60_000 == 0:
        return f"{ms // 60_000} min"
    return f"{ms / 1000:g} s" if ms >= 1000 else f"{ms} ms"
