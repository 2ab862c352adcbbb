"""Fracttal One gives unplanned work its time of creation as the scheduled date.

Nobody planned to finish it by then; docs/metrics.md says when it becomes overdue.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mcp_gateway.tools.work.task_facts import is_overdue
from mcp_gateway.upstream.resources.work_orders import TaskLine
from tests.conftest import World
from tests.gateway.upstream.conftest import Scripted
from tests.gateway.upstream.rows import Rows, resources, told

BOGOTA = ZoneInfo("America/Bogota")  # UTC-5


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=BOGOTA)


@pytest.mark.parametrize(
    ("scheduled", "now", "overdue"),
    [
        ("2026-03-04T14:00:00", "2026-03-04T14:00:01", False),
        ("2026-03-04T14:00:03", "2026-03-04T23:59:59", False),  # 04:59 of the next day in UTC
        ("2026-03-04T14:00:03", "2026-03-05T00:00:00", True),
        ("2026-03-04T13:59:01", "2026-03-04T15:00:00", False),
        ("2026-03-04T13:59:00", "2026-03-04T15:00:00", True),  # a minute off, so somebody planned it
        ("2026-03-04T14:30:00", "2026-03-04T14:29:59", False),
        ("2026-03-04T14:30:00", "2026-03-04T14:30:01", True),
        # from a plan, and overdue before it was ordered
        ("2026-03-01T00:00:00", "2026-03-04T14:00:01", True),
    ],
)
def test_from_when_on_work_is_overdue(scheduled: str, now: str, overdue: bool) -> None:
    row = TaskLine(
        wo_folio="OT-1",
        id_status_work_order=1,
        creation_date=at("2026-03-04T14:00:00"),
        date_maintenance=at(scheduled),
    )
    assert is_overdue(row, at(now), BOGOTA) is overdue
    row.id_status_work_order_task = 3
    assert is_overdue(row, at(now), BOGOTA) is False


@pytest.mark.django_db(transaction=True)
async def test_an_order_that_was_just_made_there_is_not_overdue(scripted: Scripted, company: World) -> None:
    def made(folio: str, ago: dt.timedelta) -> dict[str, Any]:
        moment = (dt.datetime.now(dt.UTC) - ago).isoformat()
        return {
            "wo_folio": folio, "id_work_orders_tasks": int(folio[3:]), "id_status_work_order": 1,
            "creation_date": moment, "date_maintenance": moment, "trigger_description": "NO_SCHEDULE_TASK",
        }  # fmt: skip

    rows: Rows = [made("OT-2", dt.timedelta()), made("OT-1", dt.timedelta(days=2))]
    scripted.script = [resources({"work_orders": rows})]
    late = await told(company, "list_work_orders", overdue=True)
    assert [order["folio"] for order in late["work_orders"]] == ["OT-1"]
    both = await told(company, "list_work_orders")
    assert [(order["folio"], order.get("overdue", False)) for order in both["work_orders"]] == [
        ("OT-2", False),
        ("OT-1", True),
    ]
    summary = await told(company, "get_maintenance_metrics", metric="summary")
    assert summary["overall"]["late_in_process_tasks"] == 1
