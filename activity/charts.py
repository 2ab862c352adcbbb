"""Geometry of the charts. templates/activity/chart.html draws them as SVG; colours are classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT = 600, 100  # the drawing is stretched to its box; texts stand beside it
GAP = 0.2  # between bars, as a part of a bar's place
_STEPS = (1, 2, 5)
Text = str | Promise


class Colour(StrEnum):
    """A class of the stylesheet."""

    FIRST = "first"
    SECOND = "second"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Series:
    name: Text
    colour: Colour
    values: Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Bar:
    colour: Colour
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Series over the same spans: stacked bars, or lines. `limit` is drawn as a line across."""

    key: str
    title: Text
    description: Text
    labels: Sequence[str]
    series: Sequence[Series]
    lines: bool = False
    limit: int | None = None
    limit_name: Text = ""
    top: int = field(init=False)

    def __post_init__(self) -> None:
        columns = zip(*(series.values for series in self.series), strict=True)
        heights = [
            max((value or 0 for value in column), default=0)
            if self.lines
            else sum(value or 0 for value in column)
            for column in columns
        ]
        object.__setattr__(self, "top", round_up(max([*heights, self.limit or 0], default=0)))

    @property
    def is_empty(self) -> bool:
        return not any(value for series in self.series for value in series.values)

    @property
    def viewbox(self) -> str:
        return f"0 0 {WIDTH} {HEIGHT}"

    @property
    def limit_y(self) -> float | None:
        return None if self.limit is None else self._y(self.limit)

    @property
    def bars(self) -> list[Bar]:
        if self.lines:
            return []
        place = WIDTH / max(1, len(self.labels))
        drawn = []
        for index in range(len(self.labels)):
            below = 0
            for series in self.series:
                value = series.values[index] or 0
                if value:
                    y = self._y(below + value)
                    height = round(self._y(below) - y, 2)
                    x, width = place * (index + GAP / 2), place * (1 - GAP)
                    drawn.append(Bar(series.colour, round(x, 2), y, round(width, 2), height))
                below += value
        return drawn

    @property
    def drawn_bars(self) -> SafeString:
        """Return the bars as SVG: hundreds of elements, which a template draws slowly."""
        return format_html_join(
            "",
            '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>',
            ((bar.colour, bar.x, bar.y, bar.width, bar.height) for bar in self.bars),
        )

    @property
    def paths(self) -> list[tuple[Colour, str]]:
        """Return a path for each line. A line is broken where there is no value."""
        return [(series.colour, self._path(series)) for series in self.series] if self.lines else []

    def _path(self, series: Series) -> str:
        place, steps, pen_is_down = WIDTH / max(1, len(self.labels)), [], False
        for index, value in enumerate(series.values):
            if value is None:
                pen_is_down = False
                continue
            point = f"{round(place * (index + 0.5), 2)} {self._y(value)}"
            # A point without neighbours is a line of no length, which a round cap makes visible.
            steps.append(f"L{point}" if pen_is_down else f"M{point}L{point}")
            pen_is_down = True
        return "".join(steps)

    def _y(self, value: int) -> float:
        return round(HEIGHT - HEIGHT * value / self.top, 2)

    @property
    def table(self) -> list[tuple[str, list[int | None]]]:
        """Return the same figures by span."""
        return [
            (label, [series.values[index] for series in self.series])
            for index, label in enumerate(self.labels)
        ]


def round_up(value: int) -> int:
    """Return the next 1, 2 or 5 with zeros, at least 1."""
    unit = 1
    while True:
        for step in _STEPS:
            if step * unit >= value:
                return step * unit
        unit *= 10
