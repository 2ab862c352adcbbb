"""/items_associate_tasks_plan: assigns a plan to an asset. Its tasks become pending at their next date."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from maintenance.api.kit.body import Text, WholeNumber, checked
from maintenance.api.kit.endpoint import Endpoint, principal_of
from maintenance.api.kit.envelope import answer
from maintenance.api.kit.log import log
from maintenance.api.kit.path import item_in_path
from maintenance.api.kit.query import MAX_INTEGER
from maintenance.models import Action, Item, Module, TaskPlan, TriggerType
from maintenance.rules.pending_tasks import MAINTAINED_TYPES
from maintenance.rules.people import acting_person
from maintenance.rules.plan_triggers import start_plan
from maintenance.rules.refusals import InvalidFields, Rejected
from maintenance.rules.transaction_log import Entry


class AssignForm(serializers.Serializer[Any]):
    id_tasks_plan = WholeNumber(min_value=1, max_value=MAX_INTEGER)
    code_user = Text(max_length=64)
    last_date_maintenance = serializers.DateField(required=False, allow_null=True)


class PlanOfItem(Endpoint):
    """PUT /items_associate_tasks_plan/{code}."""

    rights: ClassVar = {"PUT": "tasks:edit"}

    def put(self, request: Request, code: str = "") -> Response:
        principal = principal_of(request)
        if not code:
            raise InvalidFields({"item_code": "is required in the path"})
        item = item_in_path(principal.company_id, code)
        fields = checked(AssignForm, request)
        acting_person(principal, fields["code_user"], "code_user")
        plan = TaskPlan.objects.filter(company_id=principal.company_id, pk=fields["id_tasks_plan"]).first()
        if plan is None:
            raise InvalidFields({"id_tasks_plan": "the plan was not found in your company"})
        if item.type not in MAINTAINED_TYPES:
            raise Rejected("Only locations, equipment and tools have a task plan.")
        meters = plan.tasks.filter(triggers__type__in=(TriggerType.WHEN, TriggerType.EVERY))
        if meters.exists() or plan.tasks.filter(form_items__isnull=False).exists():
            raise Rejected("A plan with meter triggers or subtasks cannot be assigned through the API.")
        with transaction.atomic():
            item = Item.objects.select_for_update().get(pk=item.pk)
            if item.task_plan_id is not None:
                raise Rejected("The asset has a task plan already.")
            item.task_plan_id = plan.pk
            item.save(update_fields=["task_plan_id"])
            start_plan(item, plan, fields.get("last_date_maintenance"))
            log(
                request,
                Entry(
                    Module.TASKS,
                    "TASKS_PLANS",
                    Action.EDIT,
                    f"{plan.description}: {item.description}",
                    about=item,
                ),
            )
        return answer(
            {
                "id": item.pk,
                "code": item.code,
                "description": item.description,
                "id_type_item": item.type,
                "id_group_task": plan.pk,
                "groups_tasks_description": plan.description,
            }
        )
