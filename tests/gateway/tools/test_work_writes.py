"""Orders created, changed and cancelled; requests moved on; plans; the parts of orders."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from accounts.models import PermissionGroup
from maintenance.models import (
    Attachment,
    Item,
    PendingTask,
    RequestStatus,
    RequestStatusChange,
    Subtask,
    TaskResource,
    TaskTrigger,
    TriggerType,
    WorkOrder,
    WorkOrderStatus,
    WorkRequest,
)
from tests.gateway.tools.conftest import Person, caller_of, embedded_only

DEMO = {"company__slug": "demo"}


def an_open_order() -> WorkOrder:
    return WorkOrder.objects.filter(status=WorkOrderStatus.IN_PROCESS, **DEMO)[5]


class TestCreate:
    def test_of_pending_tasks(self, admin: Person) -> None:
        first, second = admin.ask("list_pending_tasks", limit=2)["pending_tasks"]
        made = admin.ask(
            "create_work_order", source="pending", pending_tasks=[first["id"], second["id"]],
            responsible="TEC-01",
        )  # fmt: skip
        assert made["tasks"] == 2
        order = admin.ask("get_work_order", folio=made["folio"])
        assert {task["description"] for task in order["tasks"]} == {
            first["description"],
            second["description"],
        }
        assert order["responsible_code"] == "TEC-01"
        again = admin.refused(
            "create_work_order", source="pending", pending_tasks=[first["id"]], responsible="TEC-02"
        )
        assert again["code"] == "upstream_rejected"

    def test_unplanned_looks_for_the_same_first(self, admin: Person) -> None:
        what = {"source": "unplanned", "asset": "CMP-03", "title": "Cambiar manómetro roto de la descarga",
                "task_type": "Correctiva", "responsible": "TEC-01", "minutes": 45}  # fmt: skip
        made = admin.ask("create_work_order", **what)
        order = admin.ask("get_work_order", folio=made["folio"])
        assert order["estimated_minutes"] == 45
        similar = admin.refused("create_work_order", **{**what, "title": "Cambiar manómetro roto"})
        assert similar["code"] == "looks_like_a_duplicate"
        assert made["folio"] in {row.get("folio") for row in similar["candidates"]}
        assert admin.ask("create_work_order", **{**what, "minutes": 30}, even_if_similar=True)["folio"]

    def test_of_a_request_with_its_detour(self, admin: Person) -> None:
        request = WorkRequest.objects.filter(status=RequestStatus.OPEN_STATUS, item__isnull=False, **DEMO)[0]
        made = admin.ask(
            "create_work_order", source="request", request=request.pk, task_type="Correctiva",
            responsible="TEC-01",
        )  # fmt: skip
        request.refresh_from_db()
        assert (request.status, request.folio) == (RequestStatus.OT_IN_PROCESS, made["folio"])
        assert made["pending_task"]

    def test_a_detour_that_ends_half_way_says_so(self, admin: Person) -> None:
        request = WorkRequest.objects.filter(status=RequestStatus.OPEN_STATUS, item__isnull=False, **DEMO)[0]
        refused = admin.refused(
            "create_work_order", source="request", request=request.pk, task_type="Correctiva",
            third_party="PRV-003", contact="Nadie",
        )  # fmt: skip
        assert refused["code"] == "partly_done"
        waiting = PendingTask.objects.get(pk=refused["pending_task"])
        assert waiting.request_id == request.pk
        assert str(waiting.pk) in refused["message"]

    def test_of_an_event(self, admin: Person) -> None:
        (event, *_) = admin.ask("list_task_plans", kind="triggers", text="paro")["entries"]
        trigger = TaskTrigger.objects.get(pk=event["id"])
        assert (event["trigger"], event["event"]) == ("event", trigger.event)
        made = admin.ask(
            "create_work_order", source="event", asset="CMP-01", plan=trigger.task.plan_id,
            task=trigger.task_id, responsible="TEC-01",
        )  # fmt: skip
        assert made["tasks"] == 1

    def test_what_is_missing_is_said(self, admin: Person, technician: Person) -> None:
        refused = admin.refused("create_work_order", source="unplanned", responsible="TEC-01")
        assert "asset, title, task_type" in refused["message"]
        nobody = admin.refused("create_work_order", source="pending", pending_tasks=[1])
        assert "responsible" in nobody["message"]
        wrong = admin.refused(
            "create_work_order", source="unplanned", asset="CMP-04", title="Algo nuevo", task_type="Nope",
            responsible="TEC-01",
        )  # fmt: skip
        assert wrong["fields"][0]["field"] == "task_type"
        assert (
            technician.refused(
                "create_work_order", source="pending", pending_tasks=[1], responsible="TEC-01"
            )["code"]
            == "not_permitted"
        )


class TestChange:
    def test_note_status_and_back(self, admin: Person) -> None:
        order = an_open_order()
        admin.ask("update_work_order", folio=order.folio, note="primera")
        second = admin.ask("update_work_order", folio=order.folio, note="segunda")
        assert "primera" in second["notes"][0]
        assert admin.ask("update_work_order", folio=order.folio, status="review")["status"] == "review"
        order.refresh_from_db()
        assert (order.note, order.status) == ("segunda", WorkOrderStatus.REVIEW)
        both = admin.refused("update_work_order", folio=order.folio, note="x", status="review")
        assert both["code"] == "invalid_arguments"

    def test_a_task_is_finished_with_its_failure(self, admin: Person) -> None:
        order = an_open_order()
        task = order.tasks.all()[0]
        end = timezone.now().replace(microsecond=0)
        done = {
            "id": task.pk, "started_at": (end - dt.timedelta(hours=2)).isoformat(),
            "finished_at": end.isoformat(), "done": True, "worked_minutes": 90,
            "failure": {"type": "Mecánica", "severity": "high"},
        }  # fmt: skip
        admin.ask("update_work_order", folio=order.folio, task=done)
        task.refresh_from_db()
        assert (task.status, task.real_duration, task.failure_severity) == (3, 5400, 4)
        wrong = admin.refused(
            "update_work_order", folio=order.folio, task={**done, "failure": {"type": "Nope"}}
        )
        assert wrong["fields"][0]["field"] == "task.failure.type"
        future = {**done, "finished_at": (end + dt.timedelta(days=1)).isoformat()}
        assert (
            admin.refused("update_work_order", folio=order.folio, task=future)["code"] == "invalid_arguments"
        )
        other = admin.refused("update_work_order", folio=order.folio, task={**done, "id": 1_000_000})
        assert task.pk in {row["id"] for row in other["candidates"]}

    def test_cancelling(self, admin: Person) -> None:
        order = WorkOrder.objects.filter(status=WorkOrderStatus.IN_PROCESS, **DEMO)[8]
        cancel = {"folio": order.folio, "reason": "Duplicada", "note": "ya estaba"}
        assert (
            admin.refused("cancel_work_order", **{**cancel, "reason": "x"})["fields"][0]["field"] == "reason"
        )
        assert admin.ask("cancel_work_order", **cancel)["status"] == "cancelled"
        again = admin.refused("cancel_work_order", **cancel, idempotency_key="another-try")
        assert again["status"] == "cancelled"
        order.refresh_from_db()
        assert order.custom_status == "Duplicada"

    def test_a_request_is_moved_by_hand(self, admin: Person) -> None:
        request = WorkRequest.objects.filter(status=RequestStatus.PROCESS_STATUS, **DEMO)[0]
        answer = admin.ask(
            "update_work_request", id=request.pk, status="solved_without_work_order", notes="ok"
        )
        assert (answer["before"], answer["status"]) == ("in_process", "solved_without_work_order")
        shown = admin.ask("get_work_request", id=request.pk, include=["history", "attachments"])
        expected = RequestStatusChange.objects.filter(request=request).count()
        assert len(shown["history"]) == expected
        assert shown["history"][0]["notes"] == "ok"
        again = admin.refused("update_work_request", id=request.pk, status="open")
        assert again["status"] == "solved_without_work_order"


class TestParts:
    @embedded_only
    def test_of_an_order(self, admin: Person, technician: Person) -> None:
        subtask = Subtask.objects.filter(**DEMO)[0]
        order = subtask.task.work_order
        everything = ["subtasks", "resources", "attachments", "requisitions", "public_link"]
        shown = admin.ask("get_work_order", folio=order.folio, include=everything)
        assert {row["id"] for row in shown["subtasks"]} == set(
            Subtask.objects.filter(task__work_order=order).values_list("pk", flat=True)
        )
        assert len(shown["resources"]) == TaskResource.objects.filter(task__work_order=order).count()
        assert len(shown["attachments"]) == Attachment.objects.filter(work_order=order).count()
        assert shown["public_link"].endswith(order.folio)
        mine = WorkOrder.objects.filter(responsible__code="TEC-01", **DEMO)[0]
        rights = sorted(technician.caller.rights - {"inventory:view"})
        group = PermissionGroup.objects.create(company=mine.company, name="No stock", rights=rights)
        without = Person(caller_of("technician@demo.example", narrowed_to_group_id=group.pk)).ask(
            "get_work_order", folio=mine.folio, include=["requisitions"]
        )
        group.delete()
        assert "requisitions" not in without
        assert "requisitions" in without["notes"][0]

    def test_of_an_asset(self, admin: Person) -> None:
        asset = Item.objects.get(code="CMP-01", **DEMO)
        everything = [
            "custom_fields", "location_history", "documents", "downtime", "meters", "history", "plan",
        ]  # fmt: skip
        shown = admin.ask("get_asset", code="CMP-01", include=everything)
        assert len(shown["meters"]) == asset.meters.count()
        assert shown["plan"]
        assert shown["history"]
        assert shown["custom_fields"]
        assert len(shown["downtime"]) <= asset.out_of_service.count()

    def test_readings_of_a_meter(self, admin: Person) -> None:
        asset = Item.objects.get(code="CMP-01", **DEMO)
        meter = asset.meters.get(serial="HR-1000")
        readings = admin.everything(
            "list_meter_readings", "readings", asset="CMP-01", serial="HR-1000", limit=100
        )
        assert [row["value"] for row in readings] == list(
            meter.readings.order_by("-date_reading").values_list("value", flat=True)
        )
        (with_task, *_) = admin.ask("list_meters", asset="CMP-01", serial="HR-1000", with_tasks=True)[
            "meters"
        ]
        assert with_task["task_id"]

    def test_plans_and_what_they_take(self, admin: Person) -> None:
        plan = Item.objects.get(code="CMP-01", **DEMO).task_plan_id
        entries = admin.everything("list_task_plans", "entries", kind="plans", plan=plan)
        assert {entry["plan"] for entry in entries} == {plan}
        taken = admin.ask("list_task_plans", kind="resources", task=entries[0]["task"])["entries"]
        assert taken[0]["resource"] == "labour"
        words = {entry["name"] for entry in admin.ask("list_task_plans", kind="task_types")["entries"]}
        assert "Correctiva" in words

    def test_pending_of_an_asset(self, admin: Person) -> None:
        late = admin.everything("list_pending_tasks", "pending_tasks", late=True)
        now = timezone.now()
        expected = PendingTask.objects.filter(
            order_task=None, is_removed=False, cal_date_maintenance__lt=now, **DEMO
        )
        assert {row["id"] for row in late} == set(expected.values_list("pk", flat=True))
        mine = admin.everything("list_pending_tasks", "pending_tasks", asset="CMP-02", until="2099-01-01")
        assert {row["asset_code"] for row in mine} == {"CMP-02"}


class TestSets:
    def test_answers_are_of_their_kind(self, admin: Person) -> None:
        subtask = Subtask.objects.filter(task__work_order__status=1, type=4, **DEMO)[0]
        folio = subtask.task.work_order.folio
        answer = admin.ask("fill_subtask", folio=folio, subtask=subtask.pk, answer="alert")
        subtask.refresh_from_db()
        assert (answer["answer"], subtask.value) == ("alert", "2")
        assert admin.refused("fill_subtask", folio=folio, subtask=subtask.pk, answer="maybe")["fields"]
        assert admin.refused("fill_subtask", folio=folio, subtask=1, answer="pass")["code"] == "not_found"

    def test_resources_notes_and_links(self, admin: Person) -> None:
        order = an_open_order()
        task = order.tasks.all()[0].pk
        place = {"folio": order.folio, "task": task}
        part = admin.ask(
            "add_work_order_resource",
            **place,
            kind="part",
            quantity=2,
            item="REP-0101-A",
            warehouse="almacen central",
        )
        assert part["kind"] == "part"
        hours = admin.ask("add_work_order_resource", **place, kind="labour", quantity=1.5, person="TEC-01",
                          unit_cost=12)  # fmt: skip
        assert hours["total_cost"] == 18
        service = admin.ask(
            "add_work_order_resource", **place, kind="service", quantity=1,
            third_party="Calderas y Vapor Ltda.", description="Prueba", unit_cost=300,
        )  # fmt: skip
        assert service["total_cost"] == 300
        noted = admin.ask(
            "update_work_order_resource_note", folio=order.folio, resource=hours["id"], note="turno noche"
        )
        assert noted["changed"] == ["note"]
        admin.ask("attach_to_work_order", **place, kind="link", content="https://example.com/informe")
        admin.ask("attach_to_work_order", **place, kind="note", content="listo")
        assert Attachment.objects.filter(work_order=order).count() >= 2
        bad = admin.refused("attach_to_work_order", **place, kind="link", content="javascript:alert(1)")
        assert bad["code"] == "invalid_arguments"

    def test_planning(self, admin: Person) -> None:
        request = WorkRequest.objects.filter(status=RequestStatus.OPEN_STATUS, item__isnull=False, **DEMO)[0]
        waiting = admin.ask(
            "create_pending_task_from_request", request=request.pk, task_type="Correctiva", minutes=30
        )
        assert PendingTask.objects.get(pk=waiting["pending_task"]).request_id == request.pk
        trigger = TaskTrigger.objects.filter(type=TriggerType.EVENT, **DEMO)[0]
        event = admin.ask(
            "create_pending_task", asset="CMP-02", plan=trigger.task.plan_id, task=trigger.task_id
        )
        assert event["asset_code"] == "CMP-02"
        has_one = admin.refused("assign_task_plan", asset="CMP-02", plan=trigger.task.plan_id)
        assert has_one["code"] == "upstream_rejected"
