"""A question about a metric: the arguments that are sent, and their meaning in seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.oracle.asking import Question


@dataclass(frozen=True)
class Asked:
    """A question. `since` and `until` are in seconds, both ends included, `until` at most now."""

    metric: str
    since: float
    until: float
    scope: str = "company"
    code: str | None = None
    group_by: str = "none"
    days: int | None = None
    hours_per_week: float | None = None
    components: bool = False
    words: tuple[tuple[str, Any], ...] = ()
    top: int | None = 200
    compare_with: str = "none"

    @property
    def question(self) -> Question:
        named: dict[str, Any] = {"metric": self.metric, "scope": self.scope, **dict(self.words)}
        if self.code is not None:
            named["code"] = self.code
        if self.group_by != "none":
            named["group_by"] = self.group_by
        if self.components:
            named["components"] = True
        if self.top is not None:
            named["top"] = self.top
        if self.days is not None:
            named["days"] = self.days
        if self.hours_per_week is not None:
            named["hours_per_week"] = self.hours_per_week
        if self.compare_with != "none":
            named["compare_with"] = self.compare_with
        return Question("get_maintenance_metrics", named)


@dataclass
class Figures:
    """The expected answer: `overall`, and the rows in order if there are groups."""

    overall: dict[str, float | int | None]
    rows: list[dict[str, Any]] | None = None
    rows_used: int | None = None

    @property
    def cells(self) -> int:
        return len(self.overall) + sum(map(len, self.rows or ()))
