"""What a model is told about invalid arguments: in our words, with what to do."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mcp_gateway.calls.arguments.problems import refused
from mcp_gateway.tools.catalogue import CATALOGUE

FOLIO = {"folio": "OT-1"}
TASK = {"id": 1, "done": True, "started_at": "2026-11-01", "finished_at": "2026-11-02"}


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("list_work_orders", {"status": "review"}, 'status must be a list, such as ["in_process"].'),
        (
            "list_work_orders",
            {"status": ["open"]},
            "status.0 must be 'in_process', 'review', 'completed' or 'cancelled'.",
        ),
        (
            "list_work_orders",
            {"responsable": "Ana"},
            'responsable is unknown: responsible may be meant, such as "responsible": "text".',
        ),
        ("get_work_order", FOLIO | {"xyz": 1}, "xyz is unknown: the tool takes folio, include."),
        ("whoami", {"of": 1}, "of is unknown: the tool takes module."),
        ("list_stock", {"limit": 101, "item": ""}, "limit must be at most 100; item must not be empty."),
        ("list_work_orders", {"limit": "ten"}, "limit must be a whole number and not a text, such as 25."),
        ("list_work_orders", {"overdue": "often"}, "overdue must be true or false, without quotes."),
        ("list_assets", {"text": "a"}, "text must have at least 2 characters."),
        ("get_work_order", {}, 'folio is required, such as "OT-1000".'),
        ("get_work_order", {"folio": 7}, 'folio must be text in quotes, such as "OT-1000".'),
        ("get_work_order", {"folio": "x" * 65}, "folio must have at most 64 characters."),
        (
            "add_meter_reading",
            {"asset": "A", "value": "much"},
            "value must be a number and not a text: 1500 or 1.5, with nothing between thousands.",
        ),
        (
            "update_work_order",
            FOLIO | {"task": 5},
            'task must be an object, such as {"id":1,"started_at":"2026-07-01","finished_at":"2026-07-01",'
            '"done":true}.',
        ),
        (
            "update_work_order",
            FOLIO | {"task": TASK | {"fin": 1}},
            "task.fin is unknown: the fields here are id, started_at, finished_at, done, worked_minutes, "
            "failure, out_of_service_since.",
        ),
        (
            "update_work_order",
            FOLIO,
            "give exactly one of note, status and task: each is a separate change.",
        ),
    ],
)  # fmt: skip
def test_what_is_told(tool: str, arguments: dict[str, Any], told: str) -> None:
    model = CATALOGUE.tools[tool].input
    with pytest.raises(ValidationError) as caught:
        model.model_validate(arguments)
    error = refused(model, caught.value)
    assert str(error) == f"Change the arguments and call again: {told}"
    assert all(field["field"] and field["problem"] for field in error.details["fields"])
