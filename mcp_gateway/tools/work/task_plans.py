"""list_task_plans: plans, their tasks, triggers and resources."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, model_validator

from mcp_gateway.calls.text_matching import contains
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.kit.codes import PRIORITY, QUESTION, Priority, QuestionKind, word_of
from mcp_gateway.tools.kit.conditions import goes_with
from mcp_gateway.tools.kit.counting import Filtered
from mcp_gateway.tools.kit.datetimes import Minutes, minutes
from mcp_gateway.tools.kit.listing import (
    ListAnswer,
    ListArguments,
    ending,
    listed,
    position_of,
)
from mcp_gateway.tools.kit.locations import path
from mcp_gateway.tools.kit.parameters import Number
from mcp_gateway.tools.kit.positions import in_order
from mcp_gateway.tools.kit.text import UntrustedName, UntrustedText
from mcp_gateway.upstream.resources import planning

Kind = Literal["plans", "tasks", "triggers", "resources", "task_types"]
Trigger = Literal["date", "meter_when", "meter_every", "event"]
TRIGGER: dict[int, Trigger] = {1: "date", 2: "meter_when", 3: "meter_every", 4: "event"}


class Question(BaseModel):
    question: UntrustedText
    kind: QuestionKind | None = None
    required: bool | None = None


class Entry(BaseModel):
    """One entry of the requested kind; `id` is its own."""

    id: int | None = None
    name: UntrustedText | None = None
    plan: int | None = None
    plan_name: UntrustedText | None = None
    task: int | None = None
    task_name: UntrustedText | None = None
    active: bool | None = None
    tasks: Annotated[int | None, Field(description="Number of tasks in the plan.")] = None
    assets: Annotated[int | None, Field(description="Number of assets with the plan.")] = None
    location: UntrustedText | None = None
    type: UntrustedName | None = None
    classification_1: UntrustedName | None = None
    classification_2: UntrustedName | None = None
    priority: Priority | None = None
    estimated_minutes: Minutes | None = None
    stops_asset: bool | None = None
    note: UntrustedText | None = None
    questions: list[Question] | None = None
    trigger: Trigger | None = None
    every: Annotated[float | None, Field(description="Number of periods or units.")] = None
    until: float | None = None
    fixed: bool | None = None
    period: UntrustedName | None = None
    unit: UntrustedName | None = None
    operator: UntrustedName | None = None
    event: UntrustedName | None = None
    resource: planning.PlannedResource | None = None
    quantity: float | None = None
    unit_cost: float | None = None
    total_cost: float | None = None


class ListTaskPlansOutput(ListAnswer):
    kind: Kind
    entries: list[Entry]


class ListTaskPlansInput(ListArguments):
    kind: Annotated[
        Kind,
        Field(
            description=(
                "plans: each task of each plan, with its questions; tasks: all tasks, unplanned ones "
                "too; triggers: dates, meters, events; resources: of tasks; task_types."
            )
        ),
    ] = "plans"
    plan: Annotated[Number | None, Field(description="plans, tasks: id of a plan.")] = None
    task: Annotated[Number | None, Field(description="triggers, resources: id of a task.")] = None
    resource: Annotated[planning.PlannedResource, Field(description="resources: one of the three kinds.")] = (
        "labour"
    )
    text: Annotated[str | None, Field(min_length=2, max_length=120, description="Words in the names.")] = None

    @model_validator(mode="after")
    def what_fits_together(self) -> ListTaskPlansInput:
        goes_with(
            self,
            self.kind,
            {"plan": ("plans", "tasks"), "task": ("triggers", "resources"), "resource": ("resources",)},
        )
        return self


def plan_entry(row: planning.PlanRow) -> Entry:
    questions = [
        Question(
            question=item.description or "",
            kind=word_of(QUESTION, item.id_task_form_item_type),
            required=item.is_required,
        )
        for item in row.task_form_items or ()
    ]
    return Entry(
        id=row.id,
        plan=row.id,
        plan_name=row.description,
        name=row.task_description,
        task=row.id_task,
        task_name=row.task_description,
        active=row.task_is_active,
        tasks=row.task_number,
        assets=row.assets_number,
        location=path(row.parent_description),
        priority=word_of(PRIORITY, row.tasks_id_priorities),
        estimated_minutes=minutes(row.tasks_duration),
        questions=questions or None,
    )


def task_entry(row: planning.TaskRow) -> Entry:
    return Entry(
        id=row.id,
        name=row.description,
        plan=row.id_group_task,
        plan_name=row.groups_tasks_description,
        active=row.is_active,
        type=row.tasks_types_main_description,
        classification_1=row.tasks_types_description,
        classification_2=row.tasks_types_2_description,
        priority=word_of(PRIORITY, row.id_priorities),
        estimated_minutes=minutes(row.duration),
        stops_asset=row.stop_assets,
        note=row.note or None,
    )


def trigger_entry(row: planning.TriggerRow) -> Entry:
    return Entry(
        id=row.id,
        task=row.id_task,
        trigger=word_of(TRIGGER, row.id_task_trigger_type),
        every=row.value_main,
        until=row.value_end,
        fixed=row.fixed,
        period=(row.period_date_description or "").lower() or None,
        unit=row.unit_description,
        operator=row.unit_operator,
        event=row.event_description,
    )


def type_entry(row: planning.TaskTypeRow) -> Entry:
    return Entry(id=row.id_task_type_main, name=row.tasks_types_main_description)


async def list_task_plans(call: Call, arguments: ListTaskPlansInput) -> ListTaskPlansOutput:
    upstream = call.upstream

    def resource_entry(row: planning.PlannedResourceRow) -> Entry:
        return Entry(
            id=row.id,
            task=row.id_task,
            name=row.description,
            resource=arguments.resource,
            quantity=row.qty,
            unit=row.units_description,
            unit_cost=row.unit_cost,
            total_cost=row.total_cost,
            note=row.note or None,
        )

    of_task = {"task": arguments.task}
    read_resources = partial(planning.list_planned_resources, upstream, arguments.resource)
    resources = Filtered(upstream, read_resources, of_task)
    tasks = Filtered(upstream, partial(planning.list_tasks, upstream), {"plan": arguments.plan})
    triggers = Filtered(upstream, partial(planning.list_triggers, upstream), of_task)
    plans = partial(planning.list_plan_tasks, upstream)
    types = partial(planning.list_task_types, upstream)

    ways: dict[Kind, tuple[Any, Any, Any]] = {
        "plans": (plans, plan_entry, lambda row: in_order(row.id, row.id_task)),
        "tasks": (tasks, task_entry, lambda row: in_order(row.id)),
        "triggers": (triggers, trigger_entry, lambda row: in_order(row.id)),
        "resources": (resources, resource_entry, lambda row: in_order(row.id_task, row.id)),
        "task_types": (types, type_entry, lambda row: in_order(row.id_task_type_main)),
    }
    fetch, make, key = ways[arguments.kind]

    def keep(row: Any) -> bool:
        entry: Entry = make(row)
        if arguments.kind == "plans" and arguments.plan not in (None, entry.plan):
            return False
        return arguments.text is None or contains(
            arguments.text, entry.name, entry.plan_name, entry.event, entry.unit
        )

    own_filter = arguments.text is not None or (arguments.kind == "plans" and arguments.plan is not None)
    found = await listed(
        fetch,
        make,
        position=position_of(call, "list_task_plans", arguments),
        key=key,
        limit=arguments.limit,
        keep=keep if own_filter else None,
    )
    return ListTaskPlansOutput(
        kind=arguments.kind,
        entries=found.records,
        **ending(call, "list_task_plans", arguments, found, []),
    )


TOOLS = (
    Tool(
        name="list_task_plans",
        title="List task plans",
        description=(
            "Task plans, their tasks, triggers and resources; and the types of tasks. Pausing a plan or "
            "moving a date: only a person, in Fracttal One."
        ),
        rights=frozenset({"tasks:view"}),
        input=ListTaskPlansInput,
        output=ListTaskPlansOutput,
        run=list_task_plans,
    ),
)
