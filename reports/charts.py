"""The chart of a metric: the figure that it is asked for, for each row."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from activity.charts import Chart, Colour, Series
from mcp_gateway.calls.field_labels import label
from reports.tables import Cell, Table
from reports.words import Words

MOST_BARS = 24
# The first of these that the rows have, with the factor by which it is shown as a whole number.
FIGURES: Mapping[str, int] = {
    "downtime_hours": 1, "total": 1, "hours": 1, "missing": 1, "buy": 1, "stock_value": 1, "monthly_use": 1,
    "share": 100, "failures": 1, "requests": 1, "days": 1, "tasks": 1, "orders": 1,
}  # fmt: skip


def chart_of(table: Table, words: Words) -> Chart | None:
    """Return bars of the first rows, None where there is nothing to compare."""
    figure = next((name for name in FIGURES if name in table.columns), None)
    if figure is None or len(table.rows) < 2:
        return None
    shown = table.rows[:MOST_BARS]
    values = [_whole(row.get(figure), FIGURES[figure]) for row in shown]
    name = f"{label(figure)} (%)" if FIGURES[figure] == 100 else label(figure)
    return Chart(
        key="metric",
        title=name,
        description=_("Bars of the first %(count)d rows; the table has every figure.")
        % {"count": len(shown)},
        labels=[_name(row, words) for row in shown],
        series=[Series(name, Colour.FIRST, values)],
    )


def _name(row: Mapping[str, Cell], words: Words) -> str:
    key = str(row.get("key") or "–")
    return str(row.get("name") or words.get(("key", key), key))


def _whole(value: object, factor: int) -> int | None:
    return round(value * factor) if isinstance(value, int | float) else None
