"""Consequences of writes: stops that continue, deliveries, costs, overdue work."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.gateway.tools.conftest import Person

numbers = count(1)
ZONE = dt.timezone(dt.timedelta(hours=-5))  # America/Bogota, all year
WORK = {"task_type": "Correctiva", "responsible": "TEC-01"}


def ago(hours: float) -> str:
    return (timezone.now() - dt.timedelta(hours=hours)).isoformat(timespec="seconds")


def value(sql: str, *parameters: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        ((found,),) = cursor.fetchall()
    return found


@pytest.fixture
def machine(admin: Person) -> str:
    code = f"WRITTEN-{next(numbers)}"
    if value("SELECT COUNT(*) FROM maintenance_item WHERE code = %s", code) == 0:
        admin.ask("create_asset", code=code, type="equipment", name=f"Torno {code}")
    return code


def requested(admin: Person, machine: str) -> int:
    made = admin.ask(
        "create_work_request", title=f"No arranca {machine}", asset=machine, even_if_similar=True
    )
    return int(made["id"])


def ordered(admin: Person, pending: int) -> tuple[str, int]:
    """Create an order. Return its folio and the number of its only task."""
    made = admin.ask("create_work_order", source="pending", pending_tasks=[pending], responsible="TEC-01")
    (task,) = admin.ask("get_work_order", folio=made["folio"])["tasks"]
    return made["folio"], task["id"]


def finished(admin: Person, folio: str, task: int, **more: Any) -> list[str]:
    work = {"id": task, "started_at": ago(0.5), "finished_at": ago(0.25), "done": True, **more}
    notes: list[str] = admin.ask("update_work_order", folio=folio, task=work).get("notes", [])
    return notes


class TestStops:
    def test_one_that_goes_on_is_said_and_ended(self, admin: Person, machine: str) -> None:
        since = ago(30)
        waiting = admin.ask(
            "create_pending_task_from_request", request=requested(admin, machine), task_type="Correctiva",
            out_of_service_since=since,
        )  # fmt: skip
        assert "out of service" in waiting["notes"][0]
        folio, task = ordered(admin, waiting["pending_task"])
        said = " ".join(finished(admin, folio, task))
        assert f"{machine} is still out of service" in said
        local = dt.datetime.fromisoformat(since).astimezone(ZONE)
        assert local.isoformat(timespec="minutes") in said
        assert "out_of_service_since" in said
        assert admin.ask("get_asset", code=machine)["available"] is False
        assert finished(admin, folio, task, out_of_service_since=since) == []
        assert admin.ask("get_asset", code=machine)["available"] is True
        assert value(
            "SELECT COUNT(*) FROM maintenance_outofservice s JOIN maintenance_item i ON i.id = s.item_id"
            " WHERE i.code = %s AND s.final_date IS NULL",
            machine,
        ) == 0  # fmt: skip

    def test_what_an_order_said_stays_when_it_is_cancelled(self, admin: Person, machine: str) -> None:
        waiting = admin.ask(
            "create_pending_task_from_request", request=requested(admin, machine), task_type="Correctiva"
        )
        folio, _task = ordered(admin, waiting["pending_task"])
        admin.ask("update_work_order", folio=folio, note="Lockout key 17 is with Ana")
        done = admin.ask("cancel_work_order", folio=folio, reason="Duplicada", note="doble")
        assert done["notes"] == ["The previous note of the order was: Lockout key 17 is with Ana"]
        kept = value("SELECT note FROM maintenance_workorder WHERE folio = %s", folio)
        assert kept == "Lockout key 17 is with Ana\n\ndoble"

    def test_one_that_goes_on_after_a_cancel_is_said(self, admin: Person, machine: str) -> None:
        waiting = admin.ask(
            "create_pending_task_from_request", request=requested(admin, machine), task_type="Correctiva",
            out_of_service_since=ago(3),
        )  # fmt: skip
        folio, _task = ordered(admin, waiting["pending_task"])
        done = admin.ask("cancel_work_order", folio=folio, reason="Duplicada", note="doble")
        assert f"{machine} is still out of service" in " ".join(done["notes"])

    def test_an_asset_that_works_needs_no_word(self, admin: Person, machine: str) -> None:
        waiting = admin.ask(
            "create_pending_task_from_request", request=requested(admin, machine), task_type="Correctiva"
        )
        assert waiting.get("notes", []) == []
        assert finished(admin, *ordered(admin, waiting["pending_task"])) == []


class TestOverdue:
    def late(self, admin: Person) -> int:
        answer = admin.ask("get_maintenance_metrics", metric="summary")
        return int(answer["overall"]["late_in_process_tasks"])

    def shown(self, admin: Person, machine: str, folio: str) -> None:
        order = admin.ask("get_work_order", folio=folio)
        assert order["overdue"] is False
        (task,) = order["tasks"]
        today = dt.datetime.now(ZONE).date()
        assert task["scheduled_at"] == f"{today}T23:59:59-05:00"
        assert admin.ask("list_work_orders", asset=machine, overdue=True)["work_orders"] == []

    def test_an_unplanned_order_is_not_overdue_as_soon_as_it_is_made(
        self, admin: Person, machine: str
    ) -> None:
        before = self.late(admin)
        made = admin.ask("create_work_order", source="unplanned", asset=machine, title="Limpiar", **WORK)
        self.shown(admin, machine, made["folio"])
        assert self.late(admin) == before

    def test_an_order_of_a_request(self, admin: Person, machine: str) -> None:
        before = self.late(admin)
        made = admin.ask("create_work_order", source="request", request=requested(admin, machine), **WORK)
        self.shown(admin, machine, made["folio"])
        assert self.late(admin) == before

    def test_work_for_today_is_due_by_the_end_of_the_day(self, admin: Person, machine: str) -> None:
        today = dt.datetime.now(ZONE).date().isoformat()
        made = admin.ask(
            "create_work_order", source="request", request=requested(admin, machine), scheduled_at=today,
            **WORK,
        )  # fmt: skip
        self.shown(admin, machine, made["folio"])

    def test_a_pending_task_is_not_late_at_once(self, admin: Person, machine: str) -> None:
        admin.ask(
            "create_pending_task_from_request", request=requested(admin, machine), task_type="Correctiva"
        )
        assert len(admin.ask("list_pending_tasks", asset=machine)["pending_tasks"]) == 1
        assert admin.ask("list_pending_tasks", asset=machine, late=True)["pending_tasks"] == []


class TestParts:
    @pytest.fixture
    def order(self, admin: Person, machine: str) -> tuple[str, int]:
        made = admin.ask("create_work_order", source="unplanned", asset=machine, title="Limpiar", **WORK)
        (task,) = admin.ask("get_work_order", folio=made["folio"])["tasks"]
        return made["folio"], task["id"]

    @pytest.fixture
    def item(self, admin: Person, machine: str) -> str:
        code = f"PART-{machine}"
        if value("SELECT COUNT(*) FROM maintenance_item WHERE code = %s", code) == 0:
            admin.ask(
                "create_stock_item", code=code, name="Filtro", unit_code="UN", unit="Unidad",
                warehouse="ALM-CENTRAL",
            )  # fmt: skip
        admin.ask(
            "adjust_stock", item=code, warehouse="ALM-CENTRAL", stock=100, unit_cost=20,
            idempotency_key=f"count-{next(numbers):08d}",
        )  # fmt: skip
        return code

    def asked(self, admin: Person, order: tuple[str, int], item: str, quantity: float) -> int:
        folio, task = order
        admin.ask(
            "add_work_order_resource", folio=folio, task=task, kind="part", quantity=quantity, item=item,
            warehouse="ALM-CENTRAL",
        )  # fmt: skip
        papers = admin.ask("list_warehouse_documents", kind="requisitions", work_order=folio)["documents"]
        return int(papers[0]["id"])

    def test_what_is_added_is_what_it_costs_everywhere(
        self, admin: Person, machine: str, order: tuple[str, int], item: str
    ) -> None:
        self.asked(admin, order, item, 2)  # at 20
        provider = value("SELECT name FROM maintenance_thirdparty WHERE code = 'PRV-003'")
        admin.ask(
            "add_work_order_resource", folio=order[0], task=order[1], kind="service", quantity=1,
            third_party=provider, description="Rectificado", unit_cost=7.5,
        )  # fmt: skip
        finished(admin, *order)
        shown = admin.ask("get_work_order", folio=order[0], include=["resources"])
        assert shown["total_cost"] == 47.5
        assert shown["tasks"][0]["cost"] == 47.5
        assert sum(one["total_cost"] for one in shown["resources"]) == 47.5
        cost = admin.ask("get_maintenance_metrics", metric="cost", scope="asset", code=machine)["overall"]
        assert (cost["parts"], cost["services"], cost["total"]) == (40, 7.5, 47.5)

    def test_no_more_goes_out_than_is_asked_for(
        self, admin: Person, order: tuple[str, int], item: str
    ) -> None:
        number = self.asked(admin, order, item, 10)
        issue = {"warehouse": "ALM-CENTRAL", "kind": "work_order", "work_order": order[0]}
        several = [{"item": item, "quantity": 6}, {"item": item, "quantity": 5}]
        refused = admin.refused("register_warehouse_issue", **issue, requisition=number, items=several)
        assert "more than the requisition has pending" in refused["message"]
        assert "general" in refused["message"]
        assert refused["candidates"] == [{"item": item, "pending": 10}]
        several[1]["quantity"] = 4
        admin.ask("register_warehouse_issue", **issue, requisition=number, items=several)
        one = [{"item": item, "quantity": 1}]
        refused = admin.refused("register_warehouse_issue", **issue, requisition=number, items=one)
        assert refused["state"] == "delivered"
        assert admin.refused(
            "register_warehouse_issue", **issue, requisition=number + 10_000, items=one
        )["code"] == "not_found"  # fmt: skip
        assert value(
            "SELECT l.stock FROM maintenance_stocklevel l JOIN maintenance_item i ON i.id = l.item_id"
            " WHERE i.code = %s",
            item,
        ) == 90  # fmt: skip

    def test_nothing_is_delivered_to_a_cancelled_order_nor_bought_for_it(
        self, admin: Person, order: tuple[str, int], item: str
    ) -> None:
        number = self.asked(admin, order, item, 130)

        def to_buy() -> float:
            rows = admin.ask("get_maintenance_metrics", metric="purchase_draft")["rows"]
            return float(sum(row["buy"] for row in rows if row["key"] == item))

        assert to_buy() == 30  # of 130, 100 are there
        admin.ask("cancel_work_order", folio=order[0], reason="Duplicada", note="doble")
        assert to_buy() == 0
        (paper,) = admin.ask("list_warehouse_documents", kind="requisitions", work_order=order[0])[
            "documents"
        ]
        assert (paper["state"], paper["lines"][0]["pending"]) == ("cancelled", 0)
        refused = admin.refused(
            "register_warehouse_issue", warehouse="ALM-CENTRAL", kind="work_order", work_order=order[0],
            requisition=number, items=[{"item": item, "quantity": 1}],
        )  # fmt: skip
        assert refused["state"] == "cancelled"
        assert "general" in refused["message"]


@pytest.mark.parametrize("name", ["Bombas / Motores", "Bombas/ Motores"])
def test_a_place_with_a_slash_in_its_name_is_one_place(admin: Person, machine: str, name: str) -> None:
    place = f"NAVE-{machine}"
    admin.ask("create_asset", code=place, type="location", name=name)
    admin.ask("update_asset", asset=machine, location=place)
    assert admin.ask("get_asset", code=machine)["location"] == "Bombas / Motores"
