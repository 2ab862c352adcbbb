"""GET /work_orders."""

from __future__ import annotations

import datetime
from typing import Any
from urllib.parse import quote

import pytest
from django.utils import timezone

from accounts.models import Membership, PermissionGroup
from maintenance.api.kit.query import parse_moment
from maintenance.api.work.work_orders import DATES
from maintenance.models import Personnel, WorkOrder, WorkOrderTask
from maintenance.tokens import mint_user_token
from tests.maintenance.callers import Api, refused, refused_field, token_of


def all_rows(api: Api, **parameters: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while rows := api.rows("work_orders", start=len(found), **parameters):
        found += rows
    return found


def test_one_row_for_each_task_newest_order_first(admin: Api) -> None:
    rows = admin.rows("work_orders")
    assert [row["creation_date"] for row in rows] == sorted(
        (row["creation_date"] for row in rows), reverse=True
    )
    assert len({row["id_work_orders_tasks"] for row in rows}) == 100
    assert len({row["wo_folio"] for row in rows}) < 100
    for row in rows:
        same_order = [other for other in rows if other["id_work_order"] == row["id_work_order"]]
        assert len({other["duration"] for other in same_order}) == 1
    assert admin.total("work_orders") == WorkOrderTask.objects.filter(company__slug="demo").count()


def test_an_order_by_folio(admin: Api) -> None:
    several = next(
        folio
        for folio in WorkOrder.objects.filter(company__slug="demo").values_list("folio", flat=True)
        if WorkOrderTask.objects.filter(work_order__folio=folio).count() > 2
    )
    rows = admin.rows("work_orders", folio=several)
    assert len(rows) > 2
    assert {row["wo_folio"] for row in rows} == {several}
    assert admin.rows(f"work_orders/{several}") == rows
    assert admin.rows(f"work_orders/{several}/") == rows
    refused(admin.get("work_orders/NOPE"), 404)
    assert admin.total("work_orders", folio="NOPE") == 0


def test_a_folio_may_hold_spaces_and_slashes(admin: Api, stranger: Api) -> None:
    (row, *_) = stranger.rows("work_orders")
    assert row["wo_folio"].startswith("OS - ")
    assert stranger.rows(f"work_orders/{quote(row['wo_folio'])}")[0]["wo_folio"] == row["wo_folio"]
    refused(admin.get(f"work_orders/{quote(row['wo_folio'])}"), 404)
    WorkOrder.objects.filter(company__slug="demo", folio="OT-1").update(folio="OT/2026 ñ/1")
    assert admin.rows(f"work_orders/{quote('OT/2026 ñ/1', safe='')}")[0]["wo_folio"] == "OT/2026 ñ/1"


@pytest.mark.parametrize("status", [1, 2, 3, 4])
def test_a_status(admin: Api, status: int) -> None:
    rows = admin.rows("work_orders", ot_status=status)
    assert rows
    assert {row["id_status_work_order"] for row in rows} == {status}


def test_the_statuses_are_all_there_are(admin: Api) -> None:
    by_status = sum(admin.total("work_orders", ot_status=status) for status in (1, 2, 3, 4))
    assert by_status == admin.total("work_orders")


def test_an_asset_and_a_location(admin: Api) -> None:
    rows = all_rows(admin, code_asset="CALDERA 02")
    assert rows
    assert {row["code"] for row in rows} == {"CALDERA 02"}
    inside = all_rows(admin, code_location="SALA CALDERAS")
    assert {row["id_work_orders_tasks"] for row in rows} < {row["id_work_orders_tasks"] for row in inside}
    assert all("Sala de calderas/" in row["parent_description"] for row in inside)
    assert admin.total("work_orders", code_location="SERVICIOS") > len(inside)
    assert refused_field(admin.get("work_orders", code_location="NOPE")) == "code_location"
    assert admin.total("work_orders", code_asset="NOPE") == 0


def test_one_task_and_its_stop(admin: Api) -> None:
    row = next(row for row in all_rows(admin, ot_status=3) if row["id_items_availability"])
    assert admin.rows("work_orders", id_work_order_task=row["id_work_orders_tasks"]) == [row]
    assert row in admin.rows("work_orders", id_items_availability=row["id_items_availability"])
    stops = admin.rows("items_availability", code=row["code"], since="2000-01-01")
    (stop,) = [stop for stop in stops if stop["id"] == row["id_items_availability"]]
    assert stop["out_of_service_sec"] == row["out_of_service_sec"]


def test_a_task_note(admin: Api) -> None:
    rows = admin.rows("work_orders", task_note="oem MANUAL")
    assert rows
    assert all("OEM manual" in row["task_note"] for row in rows)
    assert admin.total("work_orders", task_note="100%") == 0


@pytest.mark.parametrize("type_date", DATES)
def test_a_period_on_each_date(admin: Api, type_date: str) -> None:
    now = timezone.now()
    since, until = now - datetime.timedelta(days=120), now - datetime.timedelta(days=60)
    rows = admin.rows("work_orders", since=since.isoformat(), until=until.isoformat(), type_date=type_date)
    assert rows
    assert all(since <= parse_moment(row[type_date]) <= until for row in rows)
    assert 0 < len(rows) <= admin.total("work_orders")


def test_the_period_is_of_the_creation_date_unless_said(admin: Api) -> None:
    period = {"since": "2000-01-01", "until": (timezone.now() - datetime.timedelta(days=300)).isoformat()}
    assert admin.page("work_orders", **period) == admin.page(
        "work_orders", **period, type_date="creation_date"
    )
    assert admin.total("work_orders", **period) < admin.total("work_orders")


@pytest.mark.parametrize("alone", ["since", "until"])
def test_one_end_of_a_period_alone_is_ignored(admin: Api, alone: str) -> None:
    recent = (timezone.now() - datetime.timedelta(days=3)).isoformat()
    for type_date in ("", "final_date"):
        assert admin.total("work_orders", **{alone: recent}, type_date=type_date) == admin.total(
            "work_orders"
        )


@pytest.mark.parametrize(
    "parameters",
    [
        {"id_status_work_order": "1"},
        {"id_item": "1"},
        {"wo_folio": "OT-1", "id_company": "1"},
        {"date[gte]": "2026-01-01"},
        {"page": "2", "per_page": "5"},
        {"status": "1"},
    ],
)
def test_filters_that_the_contract_does_not_have_do_not_filter(
    admin: Api, parameters: dict[str, str]
) -> None:
    assert admin.total("work_orders", **parameters) == admin.total("work_orders")


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("ot_status", "5"),
        ("ot_status", "0"),
        ("ot_status", "open"),
        ("type_date", "date"),
        ("since", "last week"),
        ("until", "2026-01-01T00:00:00 03:00"),
        ("id_work_order_task", "x"),
        ("id_items_availability", "-4"),
        ("include_signature", "maybe"),
        ("folio", "x" * 700),
        ("task_note", "a\x00b"),
    ],
)
def test_a_filter_that_cannot_be_used_is_refused(admin: Api, parameter: str, value: str) -> None:
    assert refused_field(admin.get("work_orders", **{parameter: value})) == parameter


def test_what_a_failure_says(admin: Api) -> None:
    row = next(
        row
        for row in all_rows(admin, ot_status=3)
        if row["types_description"] and row["id_items_availability"]
    )
    assert row["tasks_log_task_type_main"] == "Correctiva"
    assert row["trigger_description"] == "NO_SCHEDULE_TASK"
    assert row["severiry_description"] in {"VERY_LOW", "LOW", "MEDIUM", "HIGH", "VERY_HIGH"}
    assert row["damages_types_description"] in {
        "NEITHER", "ENVIRONMENT", "FACILITIES", "INTERNAL_STAFF", "THIRD_PARTIES", "OTHER",
    }  # fmt: skip
    assert row["causes_description"]
    assert row["detection_method_description"]
    assert row["event_date"]
    assert row["done"] is True
    assert row["task_status"] == "DONE"
    assert row["id_status_work_order_task"] == 3
    parts = (row["resources_inventory"], row["resources_human_resources"], row["resources_services"])
    assert row["total_cost_task"] == pytest.approx(sum(parts))
    assert row["total_cost_task"] > 0


def test_numbers_and_constants_agree(admin: Api) -> None:
    priorities = {1: "VERY_HIGH", 2: "HIGH", 3: "MEDIUM", 4: "LOW", 5: "VERY_LOW"}
    tasks = {0: "NO_STARTED", 1: "IN_PROGRESS", 2: "PAUSED", 3: "DONE"}
    rows = all_rows(admin)
    for row in rows:
        assert priorities[row["id_priorities"]] == row["priorities_description"]
        assert tasks[row["id_status_work_order_task"]] == row["task_status"]
        assert row["done"] == (row["task_status"] == "DONE")
    assert {row["task_status"] for row in rows} == set(tasks.values())
    assert {row["trigger_description"].split("$")[0] for row in rows} == {
        "NO_SCHEDULE_TASK", "DATE", "EVENT", "READING",
    }  # fmt: skip


def test_costs_need_the_right_to_see_metrics(admin: Api, technician: Api) -> None:
    costs = (
        "total_cost_task",
        "resources_inventory",
        "resources_human_resources",
        "resources_services",
    )
    (row, *_) = technician.rows("work_orders", ot_status=3)
    assert all(row[cost] is None for cost in costs)
    (same,) = admin.rows("work_orders", id_work_order_task=row["id_work_orders_tasks"])
    assert all(same[cost] is not None for cost in costs)
    assert {**same, **dict.fromkeys(costs)} == row


def test_children_show_on_the_parent(admin: Api) -> None:
    parent, child = WorkOrder.objects.filter(company__slug="demo")[:2]
    WorkOrder.objects.filter(pk=child.pk).update(parent=parent)
    assert admin.rows(f"work_orders/{parent.folio}")[0]["has_children"] is True
    row = admin.rows(f"work_orders/{child.folio}")[0]
    assert row["has_children"] is False
    assert row["id_parent_wo"] == parent.pk


class TestOwnOnly:
    def test_a_technician_sees_the_orders_that_the_person_answers_for(
        self, admin: Api, technician: Api
    ) -> None:
        mine = technician.page("work_orders")
        assert 200 < mine["total"] < admin.total("work_orders") / 2
        assert {row["code_responsible"] for row in all_rows(technician)} == {"TEC-01"}
        for status in (1, 2, 3):
            assert technician.total("work_orders", ot_status=status) > 0

    def test_no_filter_opens_the_others(self, admin: Api, technician: Api) -> None:
        other = next(row for row in admin.rows("work_orders") if row["code_responsible"] != "TEC-01")
        refused(technician.get(f"work_orders/{other['wo_folio']}"), 404)
        assert technician.total("work_orders", folio=other["wo_folio"]) == 0
        assert technician.total("work_orders", id_work_order_task=other["id_work_orders_tasks"]) == 0
        everything = {"since": "2000-01-01", "until": "2100-01-01"}
        assert technician.total("work_orders", **everything) == technician.total("work_orders")

    def test_a_person_without_a_record_sees_none(self, technician: Api) -> None:
        Personnel.objects.filter(account_email="technician@demo.example").update(account_email=None)
        assert technician.total("work_orders") == 0

    def test_a_record_that_is_not_active_sees_none(self, technician: Api) -> None:
        Personnel.objects.filter(account_email="technician@demo.example").update(active=False)
        assert technician.total("work_orders") == 0

    def test_a_program_with_such_a_group_sees_none(self, technician: Api) -> None:
        group = PermissionGroup.objects.get(company__slug="demo", name="Técnicos")
        program = Api(token_of("technician@demo.example", group_id=group.pk))
        assert program.total("work_orders") == technician.total("work_orders")
        company_wide = mint_user_token(company_id=group.company_id, user_id=None, group_id=group.pk)
        assert Api(company_wide).total("work_orders") == 0

    def test_a_consumer_narrows_an_administrator_to_own_orders(self, admin: Api) -> None:
        group = PermissionGroup.objects.get(company__slug="demo", name="Técnicos")
        membership = Membership.objects.get(user__email="admin@demo.example")
        assert membership.permission_group_id != group.pk
        narrowed = Api(token_of("admin@demo.example", group_id=group.pk))
        assert narrowed.total("work_orders") == 0
        seen = narrowed.get("personnel").json()["data"]  # without people:view only the person's own record
        assert [person["email"] for person in seen] == ["admin@demo.example"]
