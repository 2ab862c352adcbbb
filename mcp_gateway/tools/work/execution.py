"""Tools of the set `execution`: what is recorded while an order is worked on."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, FiniteFloat, WithJsonSchema, model_validator

from mcp_gateway.calls.errors import InvalidArguments, NotFound
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.kit.codes import ANSWER, QUESTION, RESOURCE, ResourceKind, number_of, word_of
from mcp_gateway.tools.kit.conditions import goes_with
from mcp_gateway.tools.kit.datetimes import EARLIEST, LATEST
from mcp_gateway.tools.kit.identifiers import GivenCode
from mcp_gateway.tools.kit.listing import Arguments, IdempotencyKey
from mcp_gateway.tools.kit.parameters import Folio, Number, ShortDescription
from mcp_gateway.tools.kit.resolving import PersonName, person_with_code
from mcp_gateway.tools.kit.saving import Saved, in_our_names
from mcp_gateway.tools.kit.text import UntrustedLongText, UntrustedText
from mcp_gateway.tools.kit.writer import writer
from mcp_gateway.tools.supply.stock_records import warehouse_named
from mcp_gateway.tools.work.order_parts import Resource, resource
from mcp_gateway.tools.work.order_records import open_order
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.resources import work_order_parts as parts
from mcp_gateway.upstream.rows import Period

# Declared as text, since many clients support no union of types; a number is accepted too.
AS_TEXT = WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 2000})
_number = re.compile(r"-?\d{1,15}(\.\d{1,15})?", re.ASCII)
_in_thousands = re.compile(r"-?[1-9]\d{0,2}\.\d{3}", re.ASCII)


class FillSubtaskInput(Arguments):
    folio: Folio
    subtask: Annotated[Number, Field(description="id of the subtask, from get_work_order(include subtasks).")]
    answer: Annotated[
        Annotated[str, Field(min_length=1, max_length=2000)] | FiniteFloat,
        Field(description="Depends on its kind: a text, a number, yes/no/not_applicable, pass/alert/fail."),
        AS_TEXT,
    ]
    idempotency_key: IdempotencyKey | None = None


class FillSubtaskOutput(BaseModel):
    subtask: int
    question: UntrustedText
    answer: UntrustedLongText
    before: UntrustedLongText | None = None
    url: str


class AddWorkOrderResourceInput(Arguments):
    folio: Folio
    task: Annotated[Number, Field(description="id of the task, from get_work_order.")]
    kind: Annotated[ResourceKind, Field(description="What it is.")]
    quantity: Annotated[
        float,
        Field(gt=0, le=1e9, allow_inf_nan=False, description="Quantity, in its unit."),
    ]
    item: Annotated[GivenCode | None, Field(description="part: its code, with warehouse.")] = None
    warehouse: Annotated[GivenCode | None, Field(description="part: code or name.")] = None
    person: Annotated[PersonName | None, Field(description="labour: code or name.")] = None
    third_party: Annotated[ShortDescription | None, Field(description="service: its name.")] = None
    description: Annotated[
        ShortDescription | None, Field(description="Free text for what is in no catalogue.")
    ] = None
    unit: Annotated[
        str | None, Field(min_length=1, max_length=40, description="Unit of what is in no catalogue.")
    ] = None
    unit_cost: Annotated[
        float | None,
        Field(
            ge=0,
            le=1e9,
            allow_inf_nan=False,
            description="In the company's currency.",
        ),
    ] = None
    note: Annotated[str | None, Field(max_length=4000, description="A note on the resource.")] = None
    idempotency_key: IdempotencyKey | None = None

    @model_validator(mode="after")
    def what_each_kind_needs(self) -> AddWorkOrderResourceInput:
        goes_with(
            self,
            self.kind,
            {"item": ("part",), "warehouse": ("part",), "person": ("labour",), "third_party": ("service",)},
        )
        if self.kind == "part" and (self.item is None) != (self.warehouse is None):
            raise ValueError("item and warehouse go together")
        named = {
            "part": self.item or self.description,
            "labour": self.person or self.description,
            "service": self.third_party,
        }[self.kind]
        if named is None:
            raise ValueError(f"a {self.kind} needs to be named")
        if self.item is not None or self.person is not None:
            own = "item" if self.item is not None else "person"
            fixed = ("description", "unit", "unit_cost") if self.item is not None else ("description", "unit")
            for name in fixed:
                if getattr(self, name) is not None:
                    raise ValueError(f"{name} goes with what is in no catalogue and not with {own}")
        return self


class UpdateWorkOrderResourceNoteInput(Arguments):
    folio: Folio
    resource: Annotated[
        Number, Field(description="id of the resource, from get_work_order(include resources).")
    ]
    note: Annotated[str, Field(max_length=4000, description="Replaces the current note.")]
    idempotency_key: IdempotencyKey | None = None


class AttachToWorkOrderInput(Arguments):
    folio: Folio
    task: Annotated[Number, Field(description="id of the task, from get_work_order.")]
    subtask: Annotated[Number | None, Field(description="id of a subtask, to attach it there.")] = None
    kind: Annotated[Literal["link", "note"], Field(description="Kind of content.")]
    content: Annotated[str, Field(min_length=1, max_length=4000, description="An https address, or a text.")]
    idempotency_key: IdempotencyKey | None = None

    @model_validator(mode="after")
    def an_address(self) -> AttachToWorkOrderInput:
        if self.kind == "link" and not self.content.startswith(("https://", "http://")):
            raise ValueError("content must be the address of a web page")
        return self


async def fill_subtask(call: Call, arguments: FillSubtaskInput) -> FillSubtaskOutput:
    upstream: Upstream = call.upstream
    await open_order(call, arguments.folio)
    everything = Period(EARLIEST, LATEST, "creation_date")
    rows = await parts.subtasks_of(upstream, arguments.folio, everything)
    found = next((row for row in rows if row.id_work_orders_tasks_form_items == arguments.subtask), None)
    if found is None:
        raise NotFound("The order has no such subtask. get_work_order(include subtasks) shows them.")
    value = stored_answer(word_of(QUESTION, found.id_task_form_item_type) or "text", arguments.answer)
    with in_our_names({"answer": "value", "subtask": "id_work_orders_tasks_form_items"}):
        await parts.fill_subtask(upstream, arguments.subtask, value)
    return FillSubtaskOutput(
        subtask=arguments.subtask,
        question=found.description or "",
        answer=str(arguments.answer),
        before=found.value or None,
        url=upstream.link("work-orders", arguments.folio),
    )


def stored_answer(kind: str, answer: str | float) -> str:
    """The value that the contract stores for an answer."""
    if kind in ANSWER:
        words = {word: value for value, word in ANSWER[kind].items()}
        word = str(answer).lower()
        if word not in words:
            raise _not_answer(f"must be one of {', '.join(words)}")
        return {"n/a": "N/A"}.get(words[word], words[word])
    if isinstance(answer, float):
        return str(int(answer)) if answer.is_integer() and abs(answer) < 2**53 else repr(answer)
    if kind in ("number", "meter"):
        if _in_thousands.fullmatch(answer):
            digits = answer.replace(".", "")
            raise _not_answer(
                f"may mean {digits} or a fraction: write {digits}, or the fraction as {answer}0"
            )
        if not _number.fullmatch(answer):
            raise _not_answer("must be a number such as 1500 or 1.5: digits, and a point before the fraction")
    return answer


def _not_answer(problem: str) -> InvalidArguments:
    return InvalidArguments(f"answer {problem}.", fields=[{"field": "answer", "problem": problem}])


RESOURCE_WIRE = {
    "task": "id_work_order_task", "kind": "type", "quantity": "qty", "item": "code_resource",
    "warehouse": "code_warehouse", "person": "code_user", "third_party": "tr_description",
    "description": "description", "unit": "unit_description", "unit_cost": "unit_cost", "note": "note",
}  # fmt: skip


async def add_work_order_resource(call: Call, arguments: AddWorkOrderResourceInput) -> Resource:
    upstream: Upstream = call.upstream
    await open_order(call, arguments.folio)
    body: dict[str, Any] = {
        "catalogued": arguments.item is not None or arguments.person is not None,
        "type": number_of(RESOURCE, arguments.kind),
        "id_work_order_task": arguments.task,
        "qty": arguments.quantity,
        "unit_cost": arguments.unit_cost,
        "description": arguments.description,
        "unit_description": arguments.unit,
        "note": arguments.note,
    }
    if arguments.kind == "part" and arguments.item is not None:
        assert arguments.warehouse is not None
        warehouse = await warehouse_named(call, arguments.warehouse)
        own = await writer(call)
        body |= {
            "code_resource": arguments.item,
            "code_warehouse": warehouse.code,
            "code_account": own.code,
        }
    elif arguments.kind == "labour":
        body |= {"rh_description": arguments.description}
        if arguments.person is not None:
            body["code_user"] = (await person_with_code(call, arguments.person, "person")).code
    elif arguments.kind == "service":
        body |= {"tr_description": arguments.third_party}
    with in_our_names(RESOURCE_WIRE):
        row = await parts.add_resource(
            upstream, arguments.folio, {name: value for name, value in body.items() if value is not None}
        )
    return resource(row)


async def update_work_order_resource_note(call: Call, arguments: UpdateWorkOrderResourceNoteInput) -> Saved:
    upstream: Upstream = call.upstream
    await open_order(call, arguments.folio)
    rows = await parts.resources_of(upstream, arguments.folio, Period(EARLIEST, LATEST, "date_create"))
    if arguments.resource not in {row.id_wo_resource for row in rows}:
        raise NotFound("The order has no such resource. get_work_order(include resources) shows them.")
    await parts.set_resource_note(upstream, arguments.resource, arguments.note)
    return Saved(
        done="updated",
        id=arguments.resource,
        changed=["note"],
        url=upstream.link("work-orders", arguments.folio),
    )


async def attach_to_work_order(call: Call, arguments: AttachToWorkOrderInput) -> Saved:
    upstream: Upstream = call.upstream
    rows = await open_order(call, arguments.folio)
    if arguments.task not in {row.id_work_orders_tasks for row in rows}:
        raise NotFound("The order has no such task. get_work_order shows its tasks.")
    body: dict[str, Any] = {
        "id_work_order_task": arguments.task,
        "type": 2 if arguments.kind == "link" else 3,
        "value": arguments.content,
    }
    if arguments.subtask is not None:
        body["id_work_orders_tasks_form_items"] = arguments.subtask
    with in_our_names({"task": "id_work_order_task", "content": "value", "kind": "type"}):
        await parts.attach(upstream, body)
    return Saved(
        done="created",
        id=arguments.task,
        changed=[arguments.kind],
        url=upstream.link("work-orders", arguments.folio),
    )


RIGHTS = frozenset({"work_orders:view", "work_orders:edit"})
TOOLS = (
    Tool(
        name="fill_subtask",
        title="Answer a subtask",
        description="Answers one question of a task's checklist and replaces any earlier answer.",
        rights=RIGHTS,
        input=FillSubtaskInput,
        output=FillSubtaskOutput,
        run=fill_subtask,
        read_only=False,
        destructive=True,
        toolset="execution",
    ),
    Tool(
        name="add_work_order_resource",
        title="Add a resource",
        description=(
            "Adds a part, hours of labour or a service to a task of an open order. A part from stock "
            "is requested from its warehouse by a requisition."
        ),
        rights=RIGHTS,
        input=AddWorkOrderResourceInput,
        output=Resource,
        run=add_work_order_resource,
        read_only=False,
        idempotent=False,
        toolset="execution",
    ),
    Tool(
        name="update_work_order_resource_note",
        title="Note on a resource",
        description="Replaces the note of a resource of an open order.",
        rights=RIGHTS,
        input=UpdateWorkOrderResourceNoteInput,
        output=Saved,
        run=update_work_order_resource_note,
        read_only=False,
        destructive=True,
        toolset="execution",
    ),
    Tool(
        name="attach_to_work_order",
        title="Attach a note or link",
        description="Attaches a note or a web address to a task of an open order. Files cannot be sent.",
        rights=RIGHTS,
        input=AttachToWorkOrderInput,
        output=Saved,
        run=attach_to_work_order,
        read_only=False,
        idempotent=False,
        toolset="execution",
    ),
)
