"""Questions that end in a write; the result is checked in the database."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from maintenance.models import (
    Document,
    Item,
    PendingTask,
    Personnel,
    StockLevel,
    TaskResource,
    ThirdPartyService,
    WorkOrder,
    WorkOrderTask,
    WorkRequest,
)
from tests.acceptance.conftest import Ask

DEMO = {"company__slug": "demo"}


def test_14_a_corrective_order_for_somebody(ask: Ask) -> None:
    """Abra uma OS corretiva para o elevador 4 e atribua a um técnico pelo nome."""
    someone = Personnel.objects.filter(code__startswith="TEC", active=True, **DEMO)[1]
    person = ask()
    found = person.ask("list_assets", text="ascensor", limit=5)["assets"]
    wanted = {
        "source": "unplanned", "asset": found[0]["code"], "title": "Porta não fecha no 3º andar",
        "task_type": "Correctiva", "responsible": someone.full_name,
    }  # fmt: skip
    # An open order in Spanish is about a door that does not close, too: the person wants another one.
    assert person.refused("create_work_order", **wanted)["candidates"]
    made = person.ask("create_work_order", **wanted, even_if_similar=True)
    order = WorkOrder.objects.get(folio=made["folio"], **DEMO)
    assert order.responsible == someone
    assert order.tasks.get().item.code == found[0]["code"]


def test_25_to_move_an_inspection(ask: Ask) -> None:
    """Reprograma la inspección de extintores al viernes y avisa al planificador."""
    person = ask()
    found = person.ask("list_work_orders", text="extintores", status=["in_process"], limit=5)
    pending = person.ask("list_pending_tasks", text="extintores", until="2099-01-01", limit=5)
    expected = PendingTask.objects.filter(description__icontains="extintores", order_task=None, **DEMO)
    assert pending["returned"] == min(5, expected.count())
    # The contract cannot move a date, so the answer offers the record and its page.
    for order in found["work_orders"]:
        assert order["url"].endswith(order["folio"])


def test_26_the_plan_of_an_asset_that_stands_still(ask: Ask) -> None:
    """Pause as preventivas do forno enquanto ele estiver fora de operação."""
    person = ask()
    still = Item.objects.filter(available=False, task_plan_id__isnull=False, **DEMO).first()
    assert still is not None
    shown = person.ask("get_asset", code=still.code, include=["plan", "downtime"])
    assert shown["available"] is False
    assert shown["plan"]
    pending = person.ask("list_pending_tasks", asset=still.code, until="2099-01-01")
    expected = PendingTask.objects.filter(item=still, order_task=None, is_removed=False)
    assert {row["id"] for row in pending["pending_tasks"]} == set(expected.values_list("pk", flat=True))


def test_27_an_order_is_finished_with_notes_and_hours(ask: Ask) -> None:
    """Close the task of an order with these notes and 2.5 h for Ana."""
    order = WorkOrder.objects.filter(status=1, tasks__final_date=None, **DEMO).distinct()[3]
    task = order.tasks.filter(final_date=None)[0]
    person = ask()
    end = timezone.now().replace(microsecond=0)
    done = {
        "id": task.pk, "started_at": (end - dt.timedelta(hours=3)).isoformat(),
        "finished_at": end.isoformat(), "done": True, "worked_minutes": 150,
    }  # fmt: skip
    person.ask("update_work_order", folio=order.folio, task=done)
    person.ask("update_work_order", folio=order.folio, note="Cambio de sello, prueba sin fugas.")
    person.ask(
        "add_work_order_resource",
        folio=order.folio,
        task=task.pk,
        kind="labour",
        quantity=2.5,
        person="ADM-01",
    )
    person.ask("update_work_order", folio=order.folio, status="review")
    task.refresh_from_db()
    order.refresh_from_db()
    assert (task.status, task.real_duration, order.status) == (3, 9000, 2)
    assert TaskResource.objects.filter(task=task, qty=2.5, type=2).exists()


def test_32_critical_assets_without_a_plan(ask: Ask) -> None:
    """Quais ativos críticos não têm plano de manutenção?"""
    page = ask().ask("list_assets", type="equipment", has_plan=False, priority=["very_high"], limit=100)
    expected = Item.objects.filter(type=2, task_plan_id=None, priority=1, **DEMO)
    assert {row["code"] for row in page["assets"]} == set(expected.values_list("code", flat=True))


def test_34_a_procedure_of_a_pump(ask: Ask) -> None:
    """Busca el procedimiento de bloqueo y etiquetado de la bomba."""
    owner = Document.objects.filter(name__icontains="LOTO", item__isnull=False, **DEMO)[0].item
    assert owner is not None
    shown = ask().ask("get_asset", code=owner.code, include=["documents"])
    assert any("LOTO" in document["name"] for document in shown["documents"])


def test_own_14_what_is_late_and_has_no_order(ask: Ask) -> None:
    """¿Qué tareas pendientes están atrasadas y aún no tienen orden?"""
    page = ask().ask("list_pending_tasks", late=True, limit=100)
    late = PendingTask.objects.filter(
        order_task=None, is_removed=False, cal_date_maintenance__lt=timezone.now(), **DEMO
    )
    assert {row["id"] for row in page["pending_tasks"]} == set(late.values_list("pk", flat=True))


def test_own_15_an_order_of_the_late_ones(ask: Ask) -> None:
    """Make one work order of the three oldest pending tasks and give it to TEC-02."""
    person = ask()
    tasks = person.ask("list_pending_tasks", limit=3)["pending_tasks"]
    made = person.ask(
        "create_work_order",
        source="pending",
        pending_tasks=[task["id"] for task in tasks],
        responsible="TEC-02",
    )
    assert WorkOrder.objects.get(folio=made["folio"], **DEMO).tasks.count() == 3


def test_own_16_a_request_becomes_an_order(ask: Ask) -> None:
    """Transforme a solicitação em ordem de serviço corretiva para o TEC-01."""
    request = WorkRequest.objects.filter(status=1, item__isnull=False, **DEMO)[1]
    made = ask().ask(
        "create_work_order",
        source="request",
        request=request.pk,
        task_type="Correctiva",
        responsible="TEC-01",
    )
    request.refresh_from_db()
    assert (request.status, request.folio) == (3, made["folio"])


def test_own_17_where_a_part_lies(ask: Ask) -> None:
    """¿Dónde hay rodamientos 6204 y cuántos?"""
    person = ask()
    page = person.ask("list_stock", text="rodamiento 6204")
    expected = StockLevel.objects.filter(item__field_1="Rodamiento 6204", **DEMO)
    assert {(row["warehouse"], row["stock"]) for row in page["stock"]} == {
        (level.warehouse.code, level.stock) for level in expected.select_related("warehouse")
    }


def test_own_18_who_repairs_boilers_and_for_how_much(ask: Ask) -> None:
    """Quem presta serviço de caldeiras e quanto custa?"""
    (party,) = ask().ask("list_third_parties", text="calderas", include=["services"])["third_parties"]
    expected = ThirdPartyService.objects.filter(third_party__code=party["code"], **DEMO)
    assert {row["name"] for row in party["services"]} == set(expected.values_list("description", flat=True))


def test_own_19_what_was_answered_in_a_check_list(ask: Ask) -> None:
    """What was answered in the check list of the last inspection?"""
    task = WorkOrderTask.objects.filter(subtasks__isnull=False, status=3, **DEMO).order_by("-final_date")[0]
    shown = ask().ask("get_work_order", folio=task.work_order.folio, include=["subtasks"])
    answers = {row["id"] for row in shown["subtasks"] if row.get("answer")}
    assert answers >= set(task.subtasks.exclude(value=None).values_list("pk", flat=True))


def test_own_20_who_changed_what(ask: Ask) -> None:
    """Who changed something in the warehouses this month?"""
    person = ask()
    page = person.ask("list_transactions", module="warehouses", since="2015-01-01", limit=50)
    assert all(row["module"] == "warehouses" for row in page["transactions"])
