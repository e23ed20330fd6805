"""Bars for the numbers of the desk, as SVG without text: words and scales stand in HTML around it.

A plot is 100 high and STEP wide for each group; the page stretches it to the room there is.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

HEIGHT, STEP, GAP = 100, 10, 2
NICE = (1, 1.2, 1.6, 2, 3, 4, 6, 8, 10)


@dataclass(frozen=True)
class Bar:
    """A rectangle, its top-left corner at (x, y), of a series counted from 1."""

    series: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Plot:
    """Bars with their scale: `top` is the value at the upper edge."""

    bars: list[Bar]
    width: int
    top: int

    @property
    def middle(self) -> int:
        return self.top // 2


def beside(groups: list[tuple]) -> Plot:
    """The values of a group next to each other."""
    return _plot(groups, lambda number, count: ((STEP - GAP) / count * number, count))


def within(groups: list[tuple]) -> Plot:
    """The values of a group one in front of the other; the later ones should be smaller."""
    return _plot(groups, lambda number, count: (0, 1))


def _plot(groups: list[tuple], place) -> Plot:
    top = nice(value or 0 for group in groups for value in group)
    bars = []
    for position, group in enumerate(groups):
        for number, value in enumerate(group):
            offset, parts = place(number, len(group))
            height = HEIGHT * (value or 0) / top
            if height:
                bars.append(
                    Bar(
                        series=number + 1,
                        x=round(position * STEP + GAP / 2 + offset, 2),
                        y=round(HEIGHT - height, 2),
                        width=round((STEP - GAP) / parts, 2),
                        height=round(height, 2),
                    )
                )
    return Plot(bars, STEP * len(groups), top)


def nice(values: Iterable[float]) -> int:
    """The least even round number that is not below any value; at least 2."""
    greatest = max([2, *values])
    power = 10 ** math.floor(math.log10(greatest))
    steps = (round(step * power, 1) for step in NICE if step * power >= greatest)
    return next(int(step) for step in steps if step % 2 == 0)
