"""What is drawn, against the figures: heights, lines, the limit, and the table of the same figures."""

from __future__ import annotations

import re

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from activity.charts import HEIGHT, WIDTH, Chart, Colour, Series, round_up


def chart(*values: list[int | None], lines: bool = False, limit: int | None = None) -> Chart:
    series = [Series(f"s{index}", Colour.FIRST, each) for index, each in enumerate(values)]
    labels = [f"day {index}" for index in range(len(values[0]))]
    return Chart("key", "Title", "Description", labels, series, lines=lines, limit=limit, limit_name="limit")


def test_bars_are_stacked_in_proportion() -> None:
    drawn = chart([10, 0, 30], [10, 5, 20])
    assert drawn.top == 50
    assert [(bar.height, bar.y) for bar in drawn.bars] == [(20, 80), (20, 60), (10, 90), (60, 40), (40, 0)]
    assert all(0 <= bar.x < bar.x + bar.width <= WIDTH for bar in drawn.bars)
    assert len({bar.x for bar in drawn.bars}) == 3, "one place for each span"


def test_lines_are_broken_where_nothing_was_measured() -> None:
    drawn = chart([0, None, 50, 100], lines=True)
    assert drawn.top == 100
    ((_colour, path),) = drawn.paths
    assert path == "M75.0 100.0L75.0 100.0M375.0 50.0L375.0 50.0L525.0 0.0"


def test_the_limit_is_in_the_picture() -> None:
    drawn = chart([10, 20], limit=200)
    assert drawn.top == 200
    assert drawn.limit_y == 0
    assert drawn.bars[-1].height == HEIGHT / 10


@pytest.mark.parametrize(
    ("value", "top"), [(0, 1), (1, 1), (2, 2), (3, 5), (6, 10), (10, 10), (11, 20), (200, 200), (201, 500)]
)
def test_the_scale_ends_at_a_round_number(value: int, top: int) -> None:
    assert round_up(value) == top


def test_the_page_has_the_same_figures_as_a_table() -> None:
    page = render_to_string("activity/chart.html", {"chart": chart([1, 2], [3, None], lines=True)})
    cells = re.findall(r"<t[hd] (?:scope=\"row\"|class=\"number\")>(.*?)</t", page)
    assert cells == ["day 0", "1", "3", "day 1", "2", "–"]
    assert "<title id=" in page
    assert "<desc id=" in page
    assert "style=" not in page


def test_nothing_to_draw_is_said() -> None:
    page = render_to_string("activity/chart.html", {"chart": chart([0, 0])})
    assert "Nothing in this period." in page
    assert "<svg" not in page


def test_numbers_in_a_drawing_are_those_of_svg() -> None:
    """A decimal comma of the reader's language would break the drawing."""
    with translation.override("es"):
        page = render_to_string("activity/chart.html", {"chart": chart([1, 2, 3, 4, 5, 6, 7])})
    assert re.search(r'x="8\.57"', page)
    assert not re.search(r'(x|y|width|height)="\d+,', page)
