"""Prepares a new company for work: catalogues, and a first plan."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Model

from accounts.models import Company, Membership
from maintenance.models import (
    CancelReason,
    FailureTerm,
    Period,
    PlannedTask,
    TaskPlan,
    TaskTrigger,
    TaskType,
    TriggerType,
)
from maintenance.new_company.vocabulary import VOCABULARIES, Vocabulary
from maintenance.rules import account_links

INSPECTION_SECONDS = 30 * 60


def prepare_new_company(administrator: Membership) -> None:
    """Fills the catalogues and creates the administrator's personnel record (`settings.NEW_COMPANY`)."""
    fill_catalogues(administrator.company)
    if account_links.record_of(administrator) is None:
        account_links.create(administrator, None)


@transaction.atomic
def fill_catalogues(company: Company) -> dict[str, int]:
    """Fills empty catalogues and leaves others alone. Returns how many entries each one got."""
    Company.objects.select_for_update().get(pk=company.pk)
    words = VOCABULARIES[company.language]
    kind = FailureTerm.Kind
    filled = {
        "task types": _fill(TaskType, company, words.task_types),
        "cancel reasons": _fill(CancelReason, company, words.cancel_reasons),
        "failure types": _fill(FailureTerm, company, words.failure_types, kind=kind.TYPE),
        "failure causes": _fill(FailureTerm, company, words.failure_causes, kind=kind.CAUSE),
        "detection methods": _fill(FailureTerm, company, words.detection_methods, kind=kind.DETECTION_METHOD),
        "task plans": _add_plans(company, words),
    }
    return {name: number for name, number in filled.items() if number}


def _fill(model: type[Model], company: Company, descriptions: tuple[str, ...], **fields: str) -> int:
    entries = model._default_manager
    if entries.filter(company=company, **fields).exists():
        return 0
    entries.bulk_create(model(company=company, description=text, **fields) for text in descriptions)
    return len(descriptions)


def _add_plans(company: Company, words: Vocabulary) -> int:
    """Adds one plan for assets, and one whose tasks are triggered by events."""
    if TaskPlan.objects.filter(company=company).exists():
        return 0
    kind, _made = TaskType.objects.get_or_create(company=company, description=words.inspection)
    plan = TaskPlan.objects.create(company=company, description=words.monthly_plan)
    monthly = _task(plan, kind, words.monthly_task)
    TaskTrigger.objects.create(
        company=company, task=monthly, type=TriggerType.DATE, value_main=1, period=Period.MONTHS
    )
    plan = TaskPlan.objects.create(company=company, description=words.event_plan)
    for event, text in words.events.items():
        task = _task(plan, kind, text)
        TaskTrigger.objects.create(company=company, task=task, type=TriggerType.EVENT, event=event)
    return 2


def _task(plan: TaskPlan, kind: TaskType, text: str) -> PlannedTask:
    return PlannedTask.objects.create(
        company=plan.company, plan=plan, description=text, type=kind, duration=INSPECTION_SECONDS
    )
