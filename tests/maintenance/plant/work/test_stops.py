"""A stop reported with a request or an event lasts until the resulting task ends it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from maintenance.models import RequestStatus, TaskTrigger, TriggerType, WorkRequest
from tests.maintenance.callers import Api

WHO = {"account_code": "ADM-01", "responsible_code": "ADM-01"}
CANCEL = {"user_code": "ADM-01", "work_orders_status_cancel": "Duplicada", "note": "x"}
CODE = "STOP-1"


def hours_ago(hours: float) -> str:
    return (timezone.now() - dt.timedelta(hours=hours)).isoformat()


def made(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.content
    data = answer.json()["data"]
    found: dict[str, Any] = data[0] if isinstance(data, list) else data
    return found


def lasting() -> list[int]:
    """Return the ids of the asset's open stops, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.id FROM maintenance_outofservice s JOIN maintenance_item i ON i.id = s.item_id"
            " WHERE i.code = %s AND s.final_date IS NULL ORDER BY s.initial_date",
            [CODE],
        )
        return [number for (number,) in cursor.fetchall()]


@pytest.fixture
def machine(admin: Api) -> str:
    made(admin.post("items", {"id_type_item": 2, "code": CODE, "field_1": "Torno"}))
    return CODE


def asset(api: Api) -> dict[str, Any]:
    (row,) = api.rows("items", code=CODE)
    return row


def pending_of_request(api: Api, since: str | None = None) -> int:
    sent = {"description": "No arranca", "user_code": "ADM-01", "date_incident": hours_ago(1),
            "requested_by": "x", "is_urgent": True, "code": CODE}  # fmt: skip
    number = made(api.post("work_requests", sent))["id"]
    body = {"id_request": number, "task_type_main": "Correctiva", "account_code": "ADM-01"}
    if since is not None:
        body |= {"asset_out_of_service": True, "date_asset_out_of_service": since}
    return int(made(api.post("tasks_from_work_request", body))["id_todo"])


def order_of(api: Api, *pending: int) -> str:
    body = {"type": 1, **WHO, "tasks_todo": [{"tasks_todo_id": number} for number in pending]}
    return str(made(api.post("work_orders", body))["wo_folio"])


def task_of(api: Api, folio: str) -> dict[str, Any]:
    (row,) = api.rows(f"work_orders/{folio}")
    return row


def finish(api: Api, folio: str, since: str | None = None) -> None:
    body: dict[str, Any] = {
        "id_work_order_task": task_of(api, folio)["id_work_orders_tasks"], "code_account": "ADM-01",
        "initial_date": hours_ago(0.5), "final_date": hours_ago(0.25), "is_done": True,
    }  # fmt: skip
    if since is not None:
        body |= {"asset_out_of_service": True, "date_asset_out_of_service": since}
    made(api.put("work_orders_tasks", body))


def test_each_task_ends_the_stop_that_was_reported_with_it(admin: Api, machine: str) -> None:
    old, new = hours_ago(60), hours_ago(5)
    first = order_of(admin, pending_of_request(admin, old))
    second = order_of(admin, pending_of_request(admin, new))
    stops = lasting()
    assert [task_of(admin, folio)["id_items_availability"] for folio in (first, second)] == stops
    finish(admin, second, new)
    assert lasting() == stops[:1]
    row = asset(admin)
    assert row["available"] is False
    assert row["initial_date_out_of_service"][:16] == old[:16]
    finish(admin, first, old)
    assert lasting() == []
    assert (asset(admin)["available"], asset(admin)["initial_date_out_of_service"]) == (True, None)


def test_a_task_that_is_done_without_a_word_can_be_sent_again_to_end_its_stop(
    admin: Api, machine: str
) -> None:
    since = hours_ago(5)
    folio = order_of(admin, pending_of_request(admin, since))
    finish(admin, folio)
    assert len(lasting()) == 1
    assert asset(admin)["available"] is False
    finish(admin, folio, since)
    assert lasting() == []
    assert task_of(admin, folio)["out_of_service_sec"] in range(int(4.7 * 3600), int(4.8 * 3600))


def test_an_event_has_its_stop_too(admin: Api, machine: str) -> None:
    trigger = TaskTrigger.objects.filter(company__slug="demo", type=TriggerType.EVENT, task__resources=None)[
        0
    ]
    body = {
        "type": 3, **WHO, "item_code": CODE, "requested_by": "x", "id_task": trigger.task_id,
        "tasks_triggers_id": trigger.pk, "id_group_task": trigger.task.plan_id,
        "asset_out_of_service": True, "date_asset_out_of_service": hours_ago(3),
    }  # fmt: skip
    folio = str(made(admin.post("work_orders", body))["wo_folio"])
    assert task_of(admin, folio)["id_items_availability"] == lasting()[0]


def test_after_a_cancel_the_stop_waits_with_the_task(admin: Api, machine: str) -> None:
    since = hours_ago(5)
    number = pending_of_request(admin, since)
    folio = order_of(admin, number)
    body = {
        "id_work_order_task": task_of(admin, folio)["id_work_orders_tasks"], "code_account": "ADM-01",
        "initial_date": hours_ago(0.5), "final_date": hours_ago(0.25), "is_done": False,
    }  # fmt: skip
    made(admin.put("work_orders_tasks", body))
    made(admin.put(f"work_order_cancel/{folio}", CANCEL))
    assert len(lasting()) == 1
    pending_of_request(admin, hours_ago(1))  # a newer stop of the same asset
    again = order_of(admin, number)
    assert task_of(admin, again)["id_items_availability"] == lasting()[0]
    finish(admin, again, since)
    assert len(lasting()) == 1


class TestCancel:
    def test_what_was_asked_for_waits_for_another_order(self, admin: Api, machine: str) -> None:
        number = pending_of_request(admin)
        made(admin.put(f"work_order_cancel/{order_of(admin, number)}", CANCEL))
        asked = WorkRequest.objects.get(pending_tasks=number)
        assert asked.status == RequestStatus.AGAIN_REQUEST_TODO
        order_of(admin, number)
        asked.refresh_from_db()
        assert asked.status == RequestStatus.OT_IN_PROCESS

    def test_what_was_unplanned_is_over(self, admin: Api, machine: str) -> None:
        def waiting() -> int:
            return sum(row["code"] == CODE for row in admin.rows("tasks_todo", until="2100-01-01", limit=100))

        body = {"type": 2, **WHO, "item_code": CODE, "requested_by": "x", "task_descripcion": "Limpiar",
                "task_type_main": "Correctiva"}  # fmt: skip
        folio = str(made(admin.post("work_orders", body))["wo_folio"])
        before = waiting()
        made(admin.put(f"work_order_cancel/{folio}", CANCEL))
        assert waiting() == before == 0


class TestWithoutADate:
    """Work without a date is due at the end of the day in the company's time zone."""

    def expected(self) -> str:
        zone = dt.timezone(dt.timedelta(hours=-5))  # America/Bogota, all year
        today = dt.datetime.now(zone).date()
        return dt.datetime.combine(today, dt.time(23, 59, 59), zone).astimezone(dt.UTC).isoformat()[:19]

    def test_an_unplanned_order(self, admin: Api, machine: str) -> None:
        body = {"type": 2, **WHO, "item_code": CODE, "requested_by": "x", "task_descripcion": "Limpiar",
                "task_type_main": "Correctiva"}  # fmt: skip
        row = task_of(admin, str(made(admin.post("work_orders", body))["wo_folio"]))
        assert row["date_maintenance"][:19] == row["cal_date_maintenance"][:19] == self.expected()

    def test_a_request(self, admin: Api, machine: str) -> None:
        row = task_of(admin, order_of(admin, pending_of_request(admin)))
        assert row["date_maintenance"][:19] == self.expected()

    def test_an_event(self, admin: Api, machine: str) -> None:
        trigger = TaskTrigger.objects.filter(
            company__slug="demo", type=TriggerType.EVENT, task__resources=None
        )[0]
        body = {
            "type": 3, **WHO, "item_code": CODE, "requested_by": "x", "id_task": trigger.task_id,
            "tasks_triggers_id": trigger.pk, "id_group_task": trigger.task.plan_id,
        }  # fmt: skip
        row = task_of(admin, str(made(admin.post("work_orders", body))["wo_folio"]))
        assert row["date_maintenance"][:19] == self.expected()
