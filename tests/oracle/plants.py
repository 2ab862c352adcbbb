"""A plant as plain rows: a list of dictionaries per table, with the ids of the tables."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.oracle.calendars import Calendar
from tests.oracle.dice import Dice

Row = dict[str, Any]


@dataclass
class Plant:
    """`rows` are by model name. A row's id is its position in the list, counted from 1."""

    calendar: Calendar
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))

    def add(self, model: str, **columns: Any) -> Row:
        row = {"id": len(self.rows[model]) + 1, **columns}
        self.rows[model].append(row)
        return row

    def __getitem__(self, model: str) -> list[Row]:
        return self.rows[model]

    def by_id(self, model: str, number: int | None) -> Row | None:
        return None if number is None else self.rows[model][number - 1]

    def passed_last(self, meter: int, task: int) -> Row | None:
        """Return the step of the task that the meter passed last, if known."""
        return next(
            (row for row in self["LastStep"] if row["meter_id"] == meter and row["task_id"] == task), None
        )

    def __repr__(self) -> str:
        """Describe a failing plant for hypothesis: the values that are set, limited in length."""
        shown = [f"Plant {self.calendar.zone}, now {self.calendar.now.isoformat()}"]
        shown += [
            f"  {model} { ({name: _short(value) for name, value in row.items() if value is not None}) }"
            for model, rows in self.rows.items()
            for row in rows
        ]
        return "\n".join(shown)[:20_000]

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))


def _short(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.datetime) else value


def maybe(dice: Dice, options: Iterable[Any]) -> Any:
    """Draw one of them or None, equally often."""
    listed = [*options]
    return dice.of(listed) if listed and not dice.once_in(2) else None
