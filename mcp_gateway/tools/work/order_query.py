"""The query of list_work_orders: its arguments, and the codes of what they name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from mcp_gateway.calls.cursors import Position
from mcp_gateway.calls.text_matching import contains
from mcp_gateway.calls.tool import Call
from mcp_gateway.tools.kit.codes import ORDER_STATUS, OrderStatus, Priority, number_of
from mcp_gateway.tools.kit.conditions import needs
from mcp_gateway.tools.kit.datetimes import IsoInput, period
from mcp_gateway.tools.kit.identifiers import bare
from mcp_gateway.tools.kit.listing import ListArguments
from mcp_gateway.tools.kit.resolving import (
    AssetName,
    LocationName,
    PersonName,
    asset_code,
    asset_to_filter_by,
    responsible_person,
)
from mcp_gateway.tools.work.order_shapes import highest_priority, order_texts
from mcp_gateway.tools.work.task_facts import OPEN, order_is_overdue
from mcp_gateway.upstream.resources.work_orders import TaskLine
from mcp_gateway.upstream.rows import Period

DATE_KINDS = {
    "created": "creation_date",
    "scheduled": "date_maintenance",
    "started": "initial_date",
    "finished": "final_date",
    "in_review": "review_date",
    "closed": "wo_final_date",
}


DATES_OF_TASKS = ("scheduled", "started", "finished")  # the other dates belong to the order


class ListWorkOrdersInput(ListArguments):
    status: Annotated[
        list[OrderStatus] | None,
        Field(min_length=1, max_length=4, description="Any of these; default all."),
    ] = None
    asset: AssetName | None = None
    location: Annotated[
        LocationName | None, Field(description="Everything in it, at any depth: code or part of the name.")
    ] = None
    since: Annotated[IsoInput | None, Field(description="Start of the period, ISO date or timestamp.")] = None
    until: Annotated[IsoInput | None, Field(description="End of the period, ISO date or timestamp.")] = None
    date_kind: Annotated[
        Literal["created", "scheduled", "started", "finished", "in_review", "closed"],
        Field(description="The date that since and until apply to."),
    ] = "created"
    responsible: Annotated[
        PersonName | None, Field(description="Person responsible: code, or part of the name.")
    ] = None
    priority: Annotated[
        list[Priority] | None, Field(min_length=1, max_length=5, description="Any of these.")
    ] = None
    overdue: Annotated[
        bool | None, Field(description="True: only open orders with a task whose scheduled date has passed.")
    ] = None
    details: Annotated[bool, Field(description="Also notes, cost and worked minutes.")] = False
    text: Annotated[
        str | None,
        Field(min_length=2, max_length=120, description="Words in the folio, tasks, assets or notes."),
    ] = None

    @model_validator(mode="after")
    def what_goes_together(self) -> ListWorkOrdersInput:
        needs(self, "date_kind", "since", "until")
        return self

    @property
    def looks_through(self) -> bool:
        """Say whether we have to filter ourselves, because the upstream has no such filter."""
        return any(value is not None for value in (self.responsible, self.priority, self.overdue, self.text))

    @property
    def has_period(self) -> bool:
        return self.since is not None or self.until is not None

    @property
    def narrows(self) -> bool:
        """Say whether the upstream may return only some of an order's tasks."""
        of_tasks = self.has_period and self.date_kind in DATES_OF_TASKS
        return self.asset is not None or self.location is not None or of_tasks

    @property
    def statuses(self) -> list[int | None]:
        """Return the statuses to request one after another; [None] requests all at once."""
        wanted = (
            set(ORDER_STATUS)
            if self.status is None
            else {number_of(ORDER_STATUS, word) for word in self.status}
        )
        if self.overdue:
            wanted &= set(OPEN)
        return [None] if wanted == set(ORDER_STATUS) else [*sorted(wanted)]

    @model_validator(mode="after")
    def overdue_orders_are_open(self) -> Self:
        if not self.statuses:
            raise ValueError(
                "overdue orders are open: with overdue true, status must be in_process or review"
            )
        return self


@dataclass(frozen=True, slots=True)
class Where:
    """The codes that the arguments name; `named` is the full name of a person without a code."""

    asset: str | None
    location: str | None
    responsible: str | None
    named: str | None

    @property
    def is_nobody_known(self) -> bool:
        return self.responsible is None and self.named is None


async def resolve(call: Call, arguments: ListWorkOrdersInput, position: Position) -> tuple[Where, list[str]]:
    """Resolve names for the first page. From then on the cursor carries their codes."""
    if position:
        remembered = (position.get(name) for name in ("asset", "place", "who", "named"))
        return Where(*(None if value is None else str(value) for value in remembered)), []
    code, notes = await asset_to_filter_by(call, arguments.asset)
    location = await asset_code(call, arguments.location, location=True)
    words = arguments.responsible
    person = None if words is None else await responsible_person(call, words)
    if person is None:
        return Where(code, location, None, None), notes
    return Where(code, location, person.code, None if person.code else person.full_name), notes


@dataclass(frozen=True, slots=True)
class OrderQuery:
    """A query for work orders. Orders created after `made_by` are left out.

    They would shift all rows between two pages. `made_by` is None if the period is about another date, since
    the upstream accepts one period only.
    """

    call: Call
    arguments: ListWorkOrdersInput
    where: Where
    made_by: dt.datetime | None
    now: dt.datetime
    zone: dt.tzinfo

    @property
    def period(self) -> Period | None:
        arguments = self.arguments
        return period(self.call.caller, arguments.since, arguments.until, DATE_KINDS[arguments.date_kind])

    def may_fit(self, first: TaskLine) -> bool:
        """Say whether the order's responsible person is the requested one. Any row of the order shows it."""
        words = self.arguments.responsible
        if words is None:
            return True
        own = (first.code_responsible or "").casefold()
        if self.where.responsible is not None:
            return own == self.where.responsible.casefold()
        if self.where.named is not None:
            return not own and bare(first.personnel_description or "") == bare(self.where.named)
        return own == words.casefold() or contains(words, first.personnel_description)

    def fits(self, order: Sequence[TaskLine]) -> bool:
        """Say whether the order, judged by all its tasks, matches."""
        arguments = self.arguments
        if arguments.priority is not None and highest_priority(order) not in arguments.priority:
            return False
        if (
            arguments.overdue is not None
            and order_is_overdue(order, self.now, self.zone) != arguments.overdue
        ):
            return False
        return arguments.text is None or contains(arguments.text, *order_texts(order))
