"""Every tool applies or refuses each argument; none is ignored.

In reads, the argument changes the answer. In writes, it changes the request to Fracttal One, which is
recorded and refused, so that each call finds the same plant. Otherwise the call is refused with a reason.
arguments.py must have a row for each argument of each tool.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from mcp_gateway.protocol.schemas import input_schema
from mcp_gateway.tools.catalogue import CATALOGUE
from mcp_gateway.tools.kit.listing import ListAnswer
from tests.gateway.tools.arguments import READS, WRITES, Row
from tests.gateway.tools.conftest import Person, embedded_only
from tests.gateway.tools.outcomes import called, identified, outcome, with_value
from tests.gateway.tools.sent_writes import Sent

# Arguments of every list and every write; tested below and in tests/gateway/calls/test_writes.py.
SHARED = {"cursor", "idempotency_key"}
# It has an effect only above sixty calls, which this plant never needs: tests/gateway/tools/test_limits.py.
ELSEWHERE = {("get_maintenance_metrics", "allow_calls")}


def names(schema: Mapping[str, Any], above: str = "") -> Iterator[str]:
    for choice in schema.get("anyOf", [schema]):
        for name, inner in choice.get("properties", {}).items():
            yield above + name
            yield from names(inner, f"{above}{name}.")
        if choice.get("type") == "array":
            yield from names(choice["items"], above)


def test_each_argument_of_each_tool_has_a_row() -> None:
    arguments = {
        (tool.name, name)
        for tool in CATALOGUE.tools.values()
        for name in names(input_schema(tool.input))
        if name not in SHARED
    }
    assert {(row.tool, row.argument) for row in READS + WRITES} | ELSEWHERE == arguments
    for tool in CATALOGUE.tools.values():
        given = set(names(input_schema(tool.input)))
        assert ("idempotency_key" in given) is not tool.read_only


def is_said(error: Mapping[str, Any], argument: str) -> bool:
    fields = {str(entry["field"]) for entry in error.get("fields", ())}
    return argument in fields or argument.rpartition(".")[2] in str(error["message"])


@embedded_only
@pytest.mark.parametrize("row", READS, ids=identified)
def test_a_read_is_another_one_with_the_argument(admin: Person, row: Row) -> None:
    base = {name: called(value) for name, value in row.base.items()}
    without = outcome(admin, row.tool, base)
    given = with_value(row.base, row.argument, row.value)
    assert given != base
    found = outcome(admin, row.tool, given)
    assert found != without
    if found[0] == "refused":
        assert is_said(found[1], row.argument), found


@embedded_only
@pytest.mark.parametrize("row", WRITES, ids=identified)
def test_a_write_is_another_one_with_the_argument(admin: Person, sent: Sent, row: Row) -> None:
    base = {name: value for name, each in row.base.items() if (value := called(each)) is not None}
    without = (outcome(admin, row.tool, base), list(sent))
    assert sent or without[0][1]["code"] == "looks_like_a_duplicate" or "unusual" in row.argument, without
    sent.clear()
    given = {
        name: value
        for name, value in with_value(row.base, row.argument, row.value).items()
        if value is not None
    }
    assert given != base
    found = (outcome(admin, row.tool, given), list(sent))
    if sent:
        assert sent != without[1]
    else:
        assert is_said(found[0][1], row.argument) or found[0] != without[0], found


CONDITIONAL = [
    (
        "create_work_order",
        {
            "source": "unplanned",
            "asset": "CMP-03",
            "title": "Cambiar sello",
            "task_type": "Correctiva",
            "responsible": "TEC-01",
            "scheduled_at": "2026-12-24T10:00",
        },
        "scheduled_at goes with request",
    ),
    *[
        (
            "create_work_order",
            {"source": "pending", "pending_tasks": [1], "responsible": "TEC-01", **extra},
            told,
        )
        for extra, told in (
            ({"title": "Cambiar sello"}, "title goes with unplanned"),
            ({"asset": "CMP-03"}, "asset goes with unplanned or event"),
            ({"minutes": 5}, "minutes goes with unplanned or request"),
            ({"requested_by": "Zoe"}, "requested_by goes with unplanned or event"),
        )
    ],
    *[
        (
            "create_work_order",
            {"source": "request", "request": 1, "task_type": "Correctiva", "responsible": "TEC-01", **extra},
            told,
        )
        for extra, told in (
            ({"title": "Cambiar sello"}, "title goes with unplanned"),
            ({"asset": "CMP-03"}, "asset goes with"),
            ({"even_if_similar": True}, "even_if_similar goes with unplanned"),
        )
    ],
    ("list_task_plans", {"kind": "plans", "resource": "parts"}, "resource goes with resources"),
    ("list_assets", {"whole_tree": False}, "whole_tree means nothing without location"),
    ("list_work_orders", {"date_kind": "closed"}, "date_kind means nothing without since or until"),
    ("list_work_requests", {"date_kind": "solved"}, "date_kind means nothing without since or until"),
    (
        "add_work_order_resource",
        {"folio": "OT-1", "task": 1, "kind": "labour", "quantity": 1, "person": "TEC-01", "item": "X"},
        "item goes with part",
    ),
    (
        "add_work_order_resource",
        {
            "folio": "OT-1",
            "task": 1,
            "kind": "part",
            "quantity": 1,
            "item": "X",
            "warehouse": "B",
            "unit_cost": 5,
        },
        "unit_cost goes with what is in no catalogue",
    ),
    (
        "register_warehouse_issue",
        {
            "warehouse": "B",
            "kind": "general",
            "document": "V",
            "requisition": 1,
            "items": [{"item": "X", "quantity": 1}],
        },
        "requisition goes with work_order",
    ),
    ("get_maintenance_metrics", {"metric": "cost", "days": 5}, "days"),
    ("get_maintenance_metrics", {"metric": "cost", "hours_per_week": 5}, "hours_per_week"),
]


@embedded_only
@pytest.mark.parametrize(("tool", "arguments", "told"), CONDITIONAL)
def test_what_a_choice_does_not_use_is_refused(
    admin: Person, sent: Sent, tool: str, arguments: dict[str, Any], told: str
) -> None:
    refused = admin.refused(tool, **arguments)
    assert refused["code"] == "invalid_arguments"
    assert told in refused["message"]
    assert not sent


@embedded_only
def test_a_default_that_is_said_is_no_argument(admin: Person) -> None:
    """Some clients send each argument with its default."""
    plain = admin.ask("list_work_orders", limit=3)
    every = {"date_kind": "created", "limit": 3, "since": None, "asset": None}
    assert admin.ask("list_work_orders", **every)["work_orders"] == plain["work_orders"]
    assert admin.ask("list_task_plans", kind="plans", resource="labour", limit=2)["returned"] == 2


LISTS = [tool.name for tool in CATALOGUE.tools.values() if "cursor" in input_schema(tool.input)["properties"]]
NEEDED: dict[str, dict[str, Any]] = {
    "list_meter_readings": {"asset": "CMP-02"},
    "list_warehouse_documents": {"kind": "requisitions"},
}


OF_EACH_LIST = {
    *ListAnswer.model_fields, "kind", "asset_code", "stock",
}  # fmt: skip


@embedded_only
@pytest.mark.parametrize("tool", LISTS)
def test_a_cursor_goes_on_where_the_page_ended(admin: Person, tool: str) -> None:
    plural = next(
        name
        for name in (CATALOGUE.tools[tool].output or ListAnswer).model_fields
        if name
        not in {
            "returned",
            "total",
            "has_more",
            "partial",
            "next_cursor",
            "all_rows_url",
            "notes",
            "kind",
            "asset_code",
            "stock",
        }
    )
    needed = NEEDED.get(tool, {})
    two = admin.ask(tool, limit=2, **needed)[plural]
    first = admin.ask(tool, limit=1, **needed)
    second = admin.ask(tool, limit=1, cursor=first["next_cursor"], **needed)
    assert first[plural] + second[plural] == two
    assert len(two) == 2
