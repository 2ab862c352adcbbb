"""Plans, pending tasks, and the orders created from them."""

from __future__ import annotations

import datetime
from typing import Any
from urllib.parse import quote

import pytest
from django.utils import timezone

from maintenance.api.kit.query import parse_moment
from maintenance.models import (
    Item,
    PendingTask,
    RequestStatus,
    TaskTrigger,
    Transaction,
    TriggerType,
    WorkOrder,
    WorkOrderStatus,
    WorkRequest,
)
from tests.maintenance.callers import Api, refused, refused_field

WHO = {"account_code": "ADM-01", "responsible_code": "TEC-01"}


def pending(api: Api, **parameters: Any) -> list[dict[str, Any]]:
    return api.rows("tasks_todo", limit=100, **parameters)


def made(response: Any) -> dict[str, Any]:
    assert response.status_code == 200, response.content
    data: dict[str, Any] = response.json()["data"]
    return data


def tasks_of(api: Api, folio: str) -> list[dict[str, Any]]:
    return api.rows(f"work_orders/{quote(folio, safe='')}")


def asked(**lookup: Any) -> WorkRequest:
    found = WorkRequest.objects.filter(company__slug="demo", item__isnull=False, **lookup).first()
    assert found is not None
    return found


class TestCatalogue:
    def test_tasks_of_a_plan_and_their_triggers(self, admin: Api) -> None:
        plan = Item.objects.get(code="CMP-01", company__slug="demo").task_plan_id
        rows = admin.rows("tasks", id_group_task=plan)
        assert rows
        assert {row["id_group_task"] for row in rows} == {plan}
        for row in rows:
            (trigger,) = admin.rows("tasks_triggers", id_task=row["id"])
            assert trigger["id_task_trigger_type"] in (1, 3)
            (labour, *_) = admin.rows("tasks_resources_hourly_rates", id_task=row["id"])
            assert labour["total_cost"] == round(labour["qty"] * labour["unit_cost"], 2)

    def test_a_plan_counts_its_tasks_and_assets(self, admin: Api) -> None:
        plan = Item.objects.get(code="CMP-01", company__slug="demo").task_plan_id
        rows = [row for row in admin.rows("groups_tasks_details", limit=100) if row["id"] == plan]
        assert len(rows) == rows[0]["task_number"]
        assert rows[0]["assets_number"] == Item.objects.filter(task_plan_id=plan).count()

    def test_types_of_tasks(self, admin: Api) -> None:
        words = {row["tasks_types_main_description"] for row in admin.rows("tasks/types")}
        assert {"Preventiva", "Correctiva"} <= words


class TestPending:
    def test_a_month_ahead_soonest_first(self, admin: Api) -> None:
        rows = pending(admin)
        dates = [parse_moment(row["cal_date_maintenance"]) for row in rows]
        assert dates == sorted(dates)
        assert dates[-1] <= timezone.now() + datetime.timedelta(days=31)
        assert any(row["delay"] > 0 for row in rows)
        further = admin.total("tasks_todo", until="2100-01-01")
        assert further > admin.total("tasks_todo")
        inside = pending(admin, code_location="SERVICIOS", until="2100-01-01")
        assert inside
        assert all("Servicios" in row["parent_description"] for row in inside)

    def test_of_a_request(self, admin: Api) -> None:
        request = asked(status=RequestStatus.OPEN_STATUS)
        body = {
            "id_request": request.pk, "task_type_main": "Correctiva", "account_code": "ADM-01",
            "date_maintenance": timezone.now().isoformat(),
        }  # fmt: skip
        data = made(admin.post("tasks_from_work_request", body))
        (row,) = [row for row in pending(admin) if row["id"] == data["id_todo"]]
        assert (row["id_request"], row["description"]) == (request.pk, request.description)
        (state,) = admin.rows("work_requests", code=request.pk)
        assert state["id_status"] == RequestStatus.REQUEST_TODO
        assert admin.rows("work_requests_status", code=request.pk)[0]["id_status"] == 7
        refused(admin.post("tasks_from_work_request", body), 400)
        other = asked(status=RequestStatus.PROCESS_STATUS)
        assert (
            refused_field(
                admin.post(
                    "tasks_from_work_request", {**body, "id_request": other.pk, "task_type_main": "Nope"}
                )
            )
            == "task_type_main"
        )

    def test_of_an_event(self, admin: Api) -> None:
        trigger = TaskTrigger.objects.filter(company__slug="demo", type=TriggerType.EVENT)[0]
        body = {
            "item_code": "CMP-01", "account_code": "ADM-01", "requested_by": "Turno 2",
            "id_task": trigger.task_id, "tasks_triggers_id": trigger.pk,
            "id_group_task": trigger.task.plan_id,
            "asset_out_of_service": True, "date_asset_out_of_service": timezone.now().isoformat(),
        }  # fmt: skip
        data = made(admin.post("tasks_nonscheduled", body))
        (row,) = [row for row in pending(admin) if row["id"] == data["id_todo"]]
        assert row["trigger_description"] == f"EVENT${trigger.event}"
        assert admin.rows("items", code="CMP-01")[0]["available"] is False
        wrong = {**body, "tasks_triggers_id": trigger.pk + 1000}
        assert refused_field(admin.post("tasks_nonscheduled", wrong)) == "tasks_triggers_id"

    def test_a_reading_makes_a_task_due(self, admin: Api) -> None:
        from maintenance.models import Meter

        meter = Meter.objects.filter(
            company__slug="demo", is_counter=True, serial__isnull=False, item__code__startswith="CMP",
            unit_code="HRS", active=True,
        )[0]  # fmt: skip
        assert meter.last_value is not None
        body = {
            "date": timezone.now().isoformat(),
            "value": meter.last_value + 100_000,
            "serial": meter.serial,
        }
        fired = made(admin.put(f"meter_reading/{meter.item.code}", body))["tasks"]
        assert fired
        assert PendingTask.objects.get(pk=fired[0]["id_todo"]).trigger.startswith("READING$EACH$")
        (newest,) = admin.rows("meters_reading", code=meter.item.code, serial=meter.serial, limit=1)
        assert newest["trigger_run"] is True
        assert made(admin.put(f"meter_reading/{meter.item.code}", body))["is_duplicate"] is True


class TestOrders:
    def test_of_pending_tasks(self, admin: Api) -> None:
        first, second = pending(admin)[:2]
        refs = [{"tasks_todo_id": first["id"]}, {"tasks_todo_id": second["id"]}]
        body = {"type": 1, **WHO, "tasks_todo": refs}
        folio = made(admin.post("work_orders", body))["wo_folio"]
        rows = tasks_of(admin, folio)
        assert {row["description"] for row in rows} == {first["description"], second["description"]}
        assert {row["code_responsible"] for row in rows} == {"TEC-01"}
        assert {first["id"], second["id"]}.isdisjoint({row["id"] for row in pending(admin)})
        before = WorkOrder.objects.count()
        refused(admin.post("work_orders", body), 400)
        assert WorkOrder.objects.count() == before

    def test_folios_go_on(self, admin: Api, stranger: Api) -> None:
        free = {"type": 2, **WHO, "item_code": "CMP-01", "requested_by": "x", "task_descripcion": "Revisar",
                "task_type_main": "Correctiva", "duration": "1800"}  # fmt: skip
        folios = [made(admin.post("work_orders", free))["wo_folio"] for _ in range(2)]
        numbers = [int(folio.removeprefix("OT-")) for folio in folios]
        assert numbers[1] == numbers[0] + 1
        (row,) = tasks_of(admin, folios[0])
        assert (row["tasks_duration"], row["trigger_description"]) == (1800, "NO_SCHEDULE_TASK")

    def test_of_a_request_by_the_detour(self, admin: Api) -> None:
        request = asked(status=RequestStatus.OPEN_STATUS)
        todo = made(
            admin.post(
                "tasks_from_work_request",
                {
                    "id_request": request.pk, "task_type_main": "Correctiva", "account_code": "ADM-01",
                    "date_maintenance": timezone.now().isoformat(),
                },
            )
        )["id_todo"]  # fmt: skip
        order = {"type": 1, **WHO, "tasks_todo": [{"tasks_todo_id": todo}]}
        folio = made(admin.post("work_orders", order))["wo_folio"]
        (state,) = admin.rows("work_requests", code=request.pk)
        assert (state["id_status"], state["wo_folio"]) == (RequestStatus.OT_IN_PROCESS, folio)
        cancel = {"user_code": "ADM-01", "work_orders_status_cancel": "Duplicada", "note": "x"}
        made(admin.put(f"work_order_cancel?folio={quote(folio)}", cancel))
        (state,) = admin.rows("work_requests", code=request.pk)
        assert state["id_status"] == RequestStatus.AGAIN_REQUEST_TODO
        said = [row["status_description"] for row in admin.rows(f"work_requests_status/{request.pk}")]
        assert said[:2] == ["AGAIN_REQUEST_TODO", "OT_CANCEL"]
        assert todo in {row["id"] for row in pending(admin)}

    def test_of_an_event(self, admin: Api) -> None:
        trigger = TaskTrigger.objects.filter(company__slug="demo", type=TriggerType.EVENT)[0]
        body = {
            "type": 3, **WHO, "item_code": "CMP-01", "requested_by": "x", "id_task": trigger.task_id,
            "tasks_triggers_id": trigger.pk, "id_group_task": trigger.task.plan_id,
        }  # fmt: skip
        (row,) = tasks_of(admin, made(admin.post("work_orders", body))["wo_folio"])
        assert row["trigger_description"] == f"EVENT${trigger.event}"

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"type": 4}, "type"),
            ({"responsible_code": "NOPE"}, "responsible_code"),
            ({"responsible_code": ""}, "responsible_code"),
            ({"account_code": ""}, "account_code"),
            ({"account_code": "TEC-01"}, "account_code"),
            ({"item_code": "NOPE"}, "item_code"),
            ({"item_code": "REP-0101-A"}, "item_code"),
            ({"task_type_main": "Nope"}, "task_type_main"),
            ({"task_descripcion": ""}, "task_descripcion"),
        ],
    )
    def test_what_does_not_fit_makes_nothing(self, admin: Api, change: dict[str, Any], field: str) -> None:
        free = {"type": 2, **WHO, "item_code": "CMP-01", "requested_by": "x", "task_descripcion": "Revisar",
                "task_type_main": "Correctiva"}  # fmt: skip
        before = (WorkOrder.objects.count(), PendingTask.objects.count(), Transaction.objects.count())
        assert refused_field(admin.post("work_orders", {**free, **change})) == field
        assert (WorkOrder.objects.count(), PendingTask.objects.count(), Transaction.objects.count()) == before

    def test_a_third_party_can_answer_for_it(self, admin: Api) -> None:
        (contact, *_) = admin.rows("third_parties_contacts/PRV-003")
        name = contact["contact_name"]
        body = {
            "type": 2, "account_code": "ADM-01", "third_party_code": "PRV-003", "third_party_contact": name,
            "item_code": "CMP-01", "requested_by": "x", "task_descripcion": "x",
            "task_type_main": "Correctiva",
        }  # fmt: skip
        (row,) = tasks_of(admin, made(admin.post("work_orders", body))["wo_folio"])
        assert row["personnel_description"] == name
        assert row["id_contact"] is not None

    def test_cancelling_needs_a_reason_and_an_open_order(self, admin: Api, technician: Api) -> None:
        order = WorkOrder.objects.filter(company__slug="demo", status=WorkOrderStatus.IN_PROCESS)[0]
        path = f"work_order_cancel/{order.folio}"
        cancel = {"user_code": "ADM-01", "work_orders_status_cancel": "Duplicada", "note": "x"}
        wrong = {**cancel, "work_orders_status_cancel": "porque sí"}
        assert refused_field(admin.put(path, wrong)) == "work_orders_status_cancel"
        made(admin.put(path, cancel))
        (row, *_) = tasks_of(admin, order.folio)
        assert (row["id_status_work_order"], row["work_orders_status_custom_description"]) == (4, "Duplicada")
        refused(admin.put(path, cancel), 400)
        foreign = WorkOrder.objects.filter(company__slug="demo", status=1).exclude(
            responsible__code="TEC-01"
        )[0]
        refused(technician.put(f"work_order_cancel/{foreign.folio}", {**cancel, "user_code": "TEC-01"}), 404)


class TestDetails:
    def an_open_order(self) -> WorkOrder:
        return WorkOrder.objects.filter(company__slug="demo", status=WorkOrderStatus.IN_PROCESS)[0]

    @pytest.mark.parametrize(
        ("kind", "good", "bad"),
        [
            (2, [True, "false", "N/A"], ["yes", 3, "", None, []]),
            (3, [12.5, "7"], ["abc", "", "NaN", "1e999", None]),
            (4, [1, "3"], [0, 4, "pass"]),
            (1, ["ok"], ["", "a\x00b", {}, "x" * 2001]),
        ],
    )
    def test_an_answer_is_of_its_type(self, admin: Api, kind: int, good: list[Any], bad: list[Any]) -> None:
        from maintenance.models import Subtask

        subtask = Subtask.objects.filter(
            company__slug="demo", task__work_order__status__in=(1, 2), type=kind
        ).first() or Subtask.objects.create(
            company=self.an_open_order().company, task=self.an_open_order().tasks.all()[0], type=kind
        )
        number = subtask.pk
        for value in good:
            body = {"id_work_orders_tasks_form_items": number, "value": value}
            made(admin.put("work_orders_subtasks", body))
        kept = admin.rows("work_orders_subtasks", folio=subtask.task.work_order.folio, limit=100)
        (row,) = [row for row in kept if row["id_work_orders_tasks_form_items"] == number]
        assert row["value"] is not None
        for value in bad:
            refusal = admin.put(
                "work_orders_subtasks", {"id_work_orders_tasks_form_items": number, "value": value}
            )
            assert refused_field(refusal) == "value"

    def test_a_part_of_the_catalogue_is_asked_of_the_warehouse(self, admin: Api) -> None:
        order = self.an_open_order()
        task = order.tasks.all()[0]
        body = {
            "catalogued": True, "type": 1, "id_work_order_task": task.pk, "code_resource": "REP-0101-A",
            "code_warehouse": "ALM-CENTRAL", "qty": 3, "code_account": "ADM-01",
        }  # fmt: skip
        row = made(admin.post(f"wo_resources/{order.folio}", body))
        assert (row["type_description"], row["code"], row["qty_delivered"]) == ("INVENTORY", "REP-0101-A", 0)
        asked_for = admin.rows("work_orders_movements", folio=order.folio)
        assert any(line["code"] == "REP-0101-A" for paper in asked_for for line in paper["list_items"])
        wrong = {**body, "code_resource": "NOPE"}
        assert refused_field(admin.post(f"wo_resources/{order.folio}", wrong)) == "code_resource"
        noted = made(admin.put(f"wo_resources/{row['id_wo_resource']}", {"note": "urgente"}))
        assert noted["note"] == "urgente"

    def test_labour_and_services(self, admin: Api, technician: Api) -> None:
        order = self.an_open_order()
        task = order.tasks.all()[0]
        hours = {"catalogued": True, "type": 2, "id_work_order_task": task.pk, "code_user": "TEC-01",
                 "qty": 2, "unit_cost": 15}  # fmt: skip
        assert made(admin.post(f"wo_resources/{order.folio}", hours))["total_cost"] == 30
        service = {"catalogued": False, "type": 3, "id_work_order_task": task.pk, "qty": 1, "total_cost": 500,
                   "tr_description": "Calderas y Vapor Ltda.", "description": "Prueba"}  # fmt: skip
        assert made(admin.post(f"wo_resources/{order.folio}", service))["source_code"] == "PRV-003"
        rows = admin.rows("wo_resources", folio=order.folio, type=3)
        assert {row["type_description"] for row in rows} == {"SERVICES"}
        mine = technician.rows("wo_resources", since="2015-01-01", until="2100-01-01", limit=5)
        assert all(row["total_cost"] is None for row in mine), "no right to see costs"

    def test_what_tasks_cost_is_what_they_took(self, admin: Api) -> None:
        order = WorkOrder.objects.filter(
            company__slug="demo", status=3, tasks__inventory_cost__gt=0, tasks__labour_cost__gt=0
        )[0]
        rows = tasks_of(admin, order.folio)
        took = admin.rows("wo_resources", folio=order.folio, limit=100)
        total = sum(float(row["total_cost_task"]) for row in rows)
        assert sum(row["total_cost"] for row in took) == pytest.approx(total)

    def test_notes_and_links(self, admin: Api) -> None:
        order = self.an_open_order()
        task = order.tasks.select_related("item")[0]
        note = {"folio": order.folio, "item_code": task.item.code, "type": 3, "value": "listo"}
        made(admin.post("work_orders_tasks_files", note))
        link = {"id_work_order_task": task.pk, "type": 2, "value": "https://example.com/a"}
        made(admin.post("work_orders_tasks_files", link))
        values = {row["value"] for row in admin.rows(f"work_orders_attachments/{order.folio}")}
        assert {"listo", "https://example.com/a"} <= values
        for wrong in ("javascript:alert(1)", "nope"):
            refusal = admin.post("work_orders_tasks_files", {**link, "value": wrong})
            assert refused_field(refusal) == "value"

    def test_the_address_of_an_order(self, admin: Api, stranger: Api) -> None:
        folio = self.an_open_order().folio
        (row,) = admin.rows(f"work_orders_shared_url/{folio}")
        assert row["url"].endswith(f"/records/work-orders/{folio}")
        refused(admin.get("work_orders_shared_url/NOPE"), 404)


def test_a_plan_is_assigned_once(admin: Api) -> None:
    plan = Item.objects.exclude(task_plan_id=None).filter(company__slug="demo", group="Bomba")[0].task_plan_id
    item = Item.objects.filter(company__slug="demo", task_plan_id=None, type=2)[0]
    body = {"id_tasks_plan": plan, "code_user": "ADM-01", "last_date_maintenance": "2026-01-05"}
    path = f"items_associate_tasks_plan/{quote(item.code, safe='')}"
    answer = admin.put(path, body)
    if answer.status_code == 400:  # a plan with a form cannot be assigned
        assert "subtasks" in answer.json()["message"]
    without = Item.objects.filter(company__slug="demo", group="Montacargas")[0].task_plan_id
    refused(admin.put(path, {**body, "id_tasks_plan": without}), 400)
    assert refused_field(admin.put(path, {**body, "id_tasks_plan": 10**6})) == "id_tasks_plan"
    chosen = next(
        row["id"]
        for row in admin.rows("groups_tasks_details", limit=100)
        if not any(
            other["task_form_items"] or any(t["id_task_trigger_type"] != 1 for t in other["tasks_triggers"])
            for other in admin.rows("groups_tasks_details", limit=100)
            if other["id"] == row["id"]
        )
    )
    data = made(admin.put(path, {**body, "id_tasks_plan": chosen}))
    assert data["id_group_task"] == chosen
    assert PendingTask.objects.filter(item=item, order_task=None).exists()
    refused(admin.put(path, {**body, "id_tasks_plan": chosen}), 400)


def test_images_of_a_request(admin: Api) -> None:
    request = WorkRequest.objects.filter(company__slug="demo", attachments__isnull=False)[0]
    (row, *_) = admin.rows(f"work_requests_attachments/{request.pk}")
    assert row["id_request"] == request.pk
    refused(admin.get("work_requests_attachments/99999999"), 404)
