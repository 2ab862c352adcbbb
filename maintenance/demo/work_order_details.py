"""Resources, subtasks and attachments of the work orders, and attachments of the requests."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator, Mapping

from django.db.models import QuerySet

from accounts.models import Language
from maintenance.demo.plans import LABOUR_HOUR, Plans
from maintenance.demo.plant import Plant
from maintenance.demo.wording import Text
from maintenance.models import (
    Attachment,
    AttachmentType,
    FormItem,
    FormItemType,
    Item,
    ItemType,
    RequestAttachment,
    ResourceType,
    Subtask,
    TaskResource,
    TaskStatus,
    ThirdParty,
    ThirdPartyType,
    Warehouse,
    WorkOrderTask,
    WorkRequest,
)

ANSWERED_DAYS = 120
ANSWERS: Mapping[FormItemType, tuple[str | Text, ...]] = {
    FormItemType.YES_NO: ("true", "true", "true", "false", "N/A"),
    FormItemType.VERIFICATION: ("1", "1", "1", "2", "3"),
    FormItemType.TEXT: (
        Text("Sin novedad", "Sem novidades", "Nothing to report"),
        Text("Todo en orden", "Tudo certo", "All in order"),
        Text("Se apretó un tornillo flojo", "Parafuso frouxo apertado", "Loose bolt tightened"),
        Text("Requiere pintura", "Precisa de pintura", "Needs paint"),
    ),
}
NOTES = (
    Text(
        "Foto del repuesto cambiado en el grupo de mantenimiento.",
        "Foto da peça trocada no grupo da manutenção.",
        "Photo of the replaced part in the maintenance group.",
    ),
    Text(
        "El proveedor confirmó la garantía.",
        "O fornecedor confirmou a garantia.",
        "The supplier confirmed the warranty.",
    ),
    Text(
        "Ver el informe de vibraciones del mes pasado.",
        "Ver o relatório de vibração do mês passado.",
        "See the vibration report of last month.",
    ),
)
LINKS = ("https://docs.planta.example/manuales/bombas.pdf", "https://docs.planta.example/procedimientos/loto")
IMAGES = ("IMG-0412.jpg", "IMG-0413.jpg", "VID-0038.mp4")
REPORT = Text("informe.pdf", "relatorio.pdf", "report.pdf")
MAINTENANCE_SERVICE = Text("Servicio de mantenimiento", "Serviço de manutenção", "Maintenance service")
SERVICE = Text("Servicio", "Serviço", "Service")


def add_order_details(plant: Plant, plans: Plans) -> None:
    company, rng = plant.company, plant.rng("order details")
    tasks = WorkOrderTask.objects.filter(company=company).select_related("work_order__responsible")
    _add_resources(plant, tasks.filter(status=TaskStatus.DONE).order_by("pk"), rng)
    _add_subtasks(plant, plans, tasks, rng)
    _add_attachments(plant, tasks.order_by("-order_date", "-pk"), rng)
    requests = list(WorkRequest.objects.filter(company=company).order_by("-pk")[:400])
    RequestAttachment.objects.bulk_create(
        RequestAttachment(
            company=company,
            request=request,
            description=(name := rng.choice(IMAGES)),
            path=f"/records/work-requests/{request.pk}#{name}",
        )
        for request in rng.sample(requests, min(60, len(requests)))
    )


def _add_resources(plant: Plant, tasks: QuerySet[WorkOrderTask], rng: random.Random) -> None:
    """Adds resources to each task so that they add up to its costs."""
    parts = list(Item.objects.filter(company=plant.company, type=ItemType.SPARE_PARTS).order_by("pk"))
    providers = [party for party in plant.parties if ThirdPartyType.SERVICE_PROVIDER in party.types]
    languages = plant.languages()
    batch: list[TaskResource] = []
    for task in tasks.iterator(chunk_size=2000):
        batch += _resources_of(task, languages[task.item_id], plant.warehouses[0], parts, providers, rng)
        if len(batch) > 5000:
            TaskResource.objects.bulk_create(batch, batch_size=1500)
            batch.clear()
    TaskResource.objects.bulk_create(batch, batch_size=1500)


def _resources_of(
    task: WorkOrderTask,
    language: Language,
    warehouse: Warehouse,
    parts: list[Item],
    providers: list[ThirdParty],
    rng: random.Random,
) -> Iterator[TaskResource]:
    made = {"company_id": task.company_id, "task": task, "date_create": task.order_date}
    person = task.work_order.responsible
    if task.labour_cost and person is not None:
        hours, cost = float(task.hours), float(task.labour_cost)
        yield TaskResource(
            type=ResourceType.HUMAN_RESOURCES,
            person=person,
            description=person.full_name,
            source=person.hourly_rate,
            source_code=person.code,
            qty=hours,
            qty_used=hours,
            unit_cost=round(cost / hours, 2) if hours else 0,
            total_cost=cost,
            unit=LABOUR_HOUR.said_in(language),
            unit_code="HRS",
            **made,
        )
    if task.inventory_cost:
        part, qty, cost = rng.choice(parts), rng.randint(1, 4), float(task.inventory_cost)
        yield TaskResource(
            type=ResourceType.INVENTORY,
            item=part,
            description=part.description[:200],
            source=warehouse.description,
            source_code=warehouse.code,
            qty=qty,
            qty_used=qty,
            unit_cost=round(cost / qty, 2),
            total_cost=cost,
            unit=part.unit,
            unit_code=(part.unit or "")[:3].upper() or None,
            **made,
        )
    if task.services_cost and providers:
        party, cost = rng.choice(providers), float(task.services_cost)
        yield TaskResource(
            type=ResourceType.SERVICES,
            third_party=party,
            description=MAINTENANCE_SERVICE.said_in(language),
            source=party.name,
            source_code=party.code,
            qty=1,
            qty_used=1,
            unit_cost=cost,
            total_cost=cost,
            unit=SERVICE.said_in(language),
            unit_code="SRV",
            **made,
        )


def _add_subtasks(plant: Plant, plans: Plans, tasks: QuerySet[WorkOrderTask], rng: random.Random) -> None:
    """Adds subtasks to tasks of recent months only; older ones are rarely requested."""
    questions = {
        (task.plan_id, task.description): plans.questions.get(task.pk, [])
        for of_plan in plans.tasks.values()
        for task in of_plan.values()
    }
    lately = tasks.filter(
        order_date__gte=plant.today - datetime.timedelta(days=ANSWERED_DAYS), task_plan_id__isnull=False
    )
    languages = plant.languages()
    made = [
        _subtask(task, languages[task.item_id], question, rng)
        for task in lately.order_by("pk").iterator(chunk_size=2000)
        for question in questions.get((task.task_plan_id, task.description), ())
    ]
    Subtask.objects.bulk_create(made, batch_size=1500)


def _subtask(task: WorkOrderTask, language: Language, question: FormItem, rng: random.Random) -> Subtask:
    value = None
    if task.status == TaskStatus.DONE:
        choices = ANSWERS.get(FormItemType(question.type))
        answer = rng.choice(choices) if choices else f"{rng.uniform(10, 90):.1f}"
        value = answer.said_in(language) if isinstance(answer, Text) else answer
    return Subtask(
        company_id=task.company_id,
        task=task,
        type=question.type,
        description=question.description,
        group=question.group,
        unit=question.unit,
        unit_code=question.unit_code,
        order_number=question.order_number,
        is_required=question.is_required,
        value=value,
    )


def _add_attachments(plant: Plant, newest: QuerySet[WorkOrderTask], rng: random.Random) -> None:
    made, languages = [], plant.languages()
    for task in rng.sample(list(newest[:600]), min(150, len(newest[:600]))):
        kind = rng.choice(list(AttachmentType))
        language = languages[task.item_id]
        report = REPORT.said_in(language)
        value = {
            AttachmentType.NOTE: rng.choice(NOTES).said_in(language),
            AttachmentType.LINK: rng.choice(LINKS),
            AttachmentType.FILE: f"https://files.planta.example/{task.pk}/{report}",
        }[kind]
        made.append(
            Attachment(
                company=plant.company,
                work_order=task.work_order,
                task=task,
                type=kind,
                description=report if kind == AttachmentType.FILE else None,
                value=value,
            )
        )
    Attachment.objects.bulk_create(made)
