"""A load like that of a large provider, made from the quantiles that were published about it. The same for a seed.

Of the applications, 45 % are called once an hour or less and 81 % once a minute or less; a fifth are called like a
clock and 40 % in bursts (coefficient of variation of the times between calls above 1); runs take log-normal times
(log mean -0.38, sigma 2.36); half of the applications need 170 MB or less, 90 % 400 MB or less.
Source: Shahrad et al., Serverless in the Wild, USENIX ATC 2020, section 3.

What was not published is assumed here and said where it stands: the ends of the rates, how far a burst goes, and
how long a start takes. Rates, bursts, times and sizes are independent of each other. Rates and patterns are drawn
evenly over their quantiles, so that a few dozen applications are like many.
"""

import heapq
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

DAY = 86_400.0
RATES = ((0.0, 1 / 7), (0.45, 24.0), (0.81, 1440.0), (1.0, 14_400.0))
"""(share of the applications, calls a day at most). Both ends are assumed: once a week, ten times a minute."""
CLOCKS, BURSTS = 0.2, 0.4
"""The shares of applications that are called like a clock, and in bursts."""
LONGEST_BURST = 8.0
"""The largest coefficient of variation. Assumed."""
LONGEST_RUN = 300.0
"""Seconds: OpenWhisk's limit."""
LEAST_MEMORY, MOST_MEMORY = 128, 512
"""MB: OpenWhisk's limits."""
GOLDEN = (math.sqrt(5) - 1) / 2
"""Multiples of it fill the places between 0 and 1 evenly, whatever the order of the others."""
START = (0.5, 1.0)
"""Median and log sigma of the seconds that a start takes. Assumed."""


@dataclass(frozen=True, slots=True)
class App:
    """One application of the load."""

    name: str
    gap: float
    """Mean seconds between calls."""
    variation: float
    """The coefficient of variation of the gaps."""
    run: float
    """Seconds."""
    start: float
    """Seconds that a new instance needs."""
    memory: int
    """MB."""

    def calls(self, dice: random.Random, until: float) -> Iterator[float]:
        """The times of its calls, in seconds from 0, from a random beginning."""
        now = dice.uniform(0, self.gap)
        while now < until:
            yield now
            now += self._gap(dice)

    def _gap(self, dice: random.Random) -> float:
        """A clock's are all alike, up to a variation of 1 they are gamma-distributed, beyond in two kinds.

        Those are short and long gaps, each exponential and each half of the time in all (balanced means).
        """
        square = self.variation**2
        if not square:
            return self.gap
        if square <= 1:
            return dice.gammavariate(1 / square, self.gap * square)
        short = (1 + math.sqrt((square - 1) / (square + 1))) / 2
        share = short if dice.random() < short else 1 - short
        return dice.expovariate(2 * share / self.gap)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the load."""

    at: float
    app: App


def apps(count: int, seed: int, most: float = RATES[-1][1]) -> tuple[App, ...]:
    """So many applications; none is called more often than `most` times a day."""
    dice = random.Random(seed)
    offset = dice.random()
    places = (((number + dice.random()) / count, (number * GOLDEN + offset) % 1) for number in range(count))
    return tuple(_app(f"app-{number}", place, dice, most) for number, place in enumerate(places))


def calls(apps: tuple[App, ...], seconds: float, seed: int) -> Iterator[Call]:
    """The calls of all of them, in order of time."""

    def of(app: App) -> Iterator[tuple[float, str, App]]:
        return ((at, app.name, app) for at in app.calls(random.Random(f"{seed} {app.name}"), seconds))

    return (Call(at, app) for at, _, app in heapq.merge(*map(of, apps), key=lambda call: call[:2]))


def _app(name: str, place: tuple[float, float], dice: random.Random, most: float) -> App:
    """`place`: its share among the rates, and among the patterns."""
    rate, pattern = min(_rate(place[0]), most), place[1]
    if pattern < CLOCKS:
        variation = 0.0
    elif pattern < CLOCKS + BURSTS:
        variation = math.exp(dice.uniform(0, math.log(LONGEST_BURST)))
    else:
        variation = dice.uniform(0.05, 1.0)
    memory = round(dice.lognormvariate(math.log(170), math.log(400 / 170) / 1.2816))
    return App(
        name=name,
        gap=DAY / rate,
        variation=variation,
        run=min(dice.lognormvariate(-0.38, 2.36), LONGEST_RUN),
        start=dice.lognormvariate(math.log(START[0]), START[1]),
        memory=max(LEAST_MEMORY, min(memory, MOST_MEMORY)),
    )


def _rate(share: float) -> float:
    """Calls a day of the application at this share: between the published points, straight in the logarithm."""
    for (low, least), (high, most) in pairwise(RATES):
        if share <= high:
            return least * math.pow(most / least, ((share - low) / (high - low)))
    return RATES[-1][1]
