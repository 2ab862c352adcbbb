"""Links, notes and files of work orders, images of work requests, and the page of an order."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from maintenance.api.kit.body import Text, WholeNumber, checked, optional_text
from maintenance.api.kit.endpoint import Endpoint, principal_of
from maintenance.api.kit.envelope import answer
from maintenance.api.kit.log import log
from maintenance.api.kit.path import checked_code, number_in_path
from maintenance.api.kit.query import MAX_INTEGER, Query
from maintenance.models import Action, Attachment, AttachmentType, Module, RequestAttachment, WorkRequest
from maintenance.record_urls import page_of
from maintenance.rules.refusals import InvalidFields, RecordNotFound
from maintenance.rules.transaction_log import Entry
from maintenance.rules.visibility import refuse_unless_open, visible_tasks


def attachment_row(attachment: Attachment) -> dict[str, Any]:
    return {
        "id": attachment.pk,
        "id_work_order_task": attachment.task_id,
        "id_work_orders_tasks_form_items": attachment.subtask_id,
        "description": attachment.description,
        "value": attachment.value,
        "type": attachment.type,
        "wo_folio": attachment.work_order.folio,
    }


class Attachments(Endpoint):
    rights: ClassVar = {"GET": "work_orders:view"}

    def get(self, request: Request, folio: str = "") -> Response:
        principal = principal_of(request)
        query = Query(request.query_params)
        wanted = checked_code(folio or query.text("folio") or "")
        if not wanted:
            raise InvalidFields({"folio": "is required"})
        order = visible_tasks(principal).filter(work_order__folio=wanted).values("work_order_id")
        if not order.exists():
            raise RecordNotFound
        rows = Attachment.objects.filter(work_order__in=order)
        if (task := query.integer("id_work_order_task")) is not None:
            rows = rows.filter(task_id=task)
        if (kind := query.integer("type", minimum=1, maximum=3)) is not None:
            rows = rows.filter(type=kind)
        found, total = query.page(rows.select_related("work_order").order_by("id"))
        return answer([attachment_row(attachment) for attachment in found], total)


class NewForm(serializers.Serializer[Any]):
    folio = optional_text(64)
    item_code = optional_text(120)
    id_work_order_task = WholeNumber(min_value=1, max_value=MAX_INTEGER, required=False, allow_null=True)
    id_work_orders_tasks_form_items = WholeNumber(
        min_value=1, max_value=MAX_INTEGER, required=False, allow_null=True
    )
    type = serializers.ChoiceField(choices=[AttachmentType.LINK, AttachmentType.NOTE])
    value = Text(max_length=4000)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["type"] == AttachmentType.LINK and urlsplit(attrs["value"]).scheme not in ("http", "https"):
            raise serializers.ValidationError({"value": ["must be the address of a web page"]})
        if not attrs.get("id_work_order_task") and not (attrs.get("folio") and attrs.get("item_code")):
            raise serializers.ValidationError({"id_work_order_task": ["is required, or folio and item_code"]})
        return attrs


class TaskFiles(Endpoint):
    """Links and notes of tasks. If several tasks are on the asset, the first one is meant."""

    rights: ClassVar = {"GET": "work_orders:view", "POST": "work_orders:edit"}

    def get(self, request: Request, folio: str = "") -> Response:
        query = Query(request.query_params)
        rows = Attachment.objects.filter(
            task__in=visible_tasks(principal_of(request)), type__in=(AttachmentType.LINK, AttachmentType.NOTE)
        )
        if wanted := folio or query.text("folio"):
            rows = rows.filter(work_order__folio=checked_code(wanted))
        if (task := query.integer("id_work_order_task")) is not None:
            rows = rows.filter(task_id=task)
        found, total = query.page(rows.select_related("work_order").order_by("id"))
        return answer([attachment_row(attachment) for attachment in found], total)

    def post(self, request: Request, folio: str = "") -> Response:
        if folio:
            raise RecordNotFound
        fields = checked(NewForm, request)
        tasks = visible_tasks(principal_of(request)).select_related("work_order").order_by("pk")
        if fields.get("id_work_order_task"):
            tasks = tasks.filter(pk=fields["id_work_order_task"])
        else:
            tasks = tasks.filter(work_order__folio=fields["folio"], item__code=fields["item_code"])
        task = tasks.first()
        if task is None:
            raise RecordNotFound
        refuse_unless_open(task.work_order)
        subtask = None
        if fields.get("id_work_orders_tasks_form_items"):
            subtask = task.subtasks.filter(pk=fields["id_work_orders_tasks_form_items"]).first()
            if subtask is None:
                raise InvalidFields({"id_work_orders_tasks_form_items": "is not a subtask of this task"})
        with transaction.atomic():
            attachment = Attachment.objects.create(
                company_id=task.company_id,
                work_order=task.work_order,
                task=task,
                subtask=subtask,
                type=fields["type"],
                value=fields["value"],
            )
            log(
                request,
                Entry(
                    Module.TASKS,
                    "WORK_ORDERS_ATTACHMENTS",
                    Action.ADD,
                    task.work_order.folio,
                    about=task.work_order,
                ),
            )
        return answer(attachment_row(attachment))


class RequestAttachments(Endpoint):
    rights: ClassVar = {"GET": "work_requests:view"}

    def get(self, request: Request, code: str = "") -> Response:
        company_id = principal_of(request).company_id
        query = Query(request.query_params)
        wanted = code or query.text("code") or ""
        if not wanted:
            raise InvalidFields({"id": "is required in the path"})
        asked = WorkRequest.objects.filter(company_id=company_id, pk=number_in_path(wanted)).first()
        if asked is None:
            raise RecordNotFound
        rows = RequestAttachment.objects.filter(request=asked)
        found, total = query.page(rows)
        return answer(
            [
                {
                    "id": image.pk,
                    "id_request": asked.pk,
                    "description": image.description,
                    "signed_path_image": f"{settings.PUBLIC_URL}{image.path}",
                }
                for image in found
            ],
            total,
        )


class SharedUrl(Endpoint):
    """The page of the order. It requires a sign-in, so nothing becomes public."""

    rights: ClassVar = {"GET": "work_orders:view"}

    def get(self, request: Request, folio: str = "") -> Response:
        wanted = checked_code(folio or Query(request.query_params).text("folio") or "")
        if not wanted or not visible_tasks(principal_of(request)).filter(work_order__folio=wanted).exists():
            raise RecordNotFound
        return answer([{"wo_folio": wanted, "url": settings.PUBLIC_URL + page_of("work-order", wanted)}])
