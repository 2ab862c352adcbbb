"""/work_requests."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from django.db import transaction
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from maintenance.api.kit.body import Flag, Moment, Text, WholeNumber, checked
from maintenance.api.kit.endpoint import Endpoint, principal_of
from maintenance.api.kit.envelope import answer
from maintenance.api.kit.log import log
from maintenance.api.kit.path import number_in_path
from maintenance.api.kit.query import MAX_INTEGER, Query
from maintenance.api.kit.rows import Columns, pop_name, row_of, values_of
from maintenance.models import Action, Item, Module, Priority, RequestStatus, RequestStatusChange, WorkRequest
from maintenance.rules.dates import is_future
from maintenance.rules.people import acting_person
from maintenance.rules.refusals import InvalidFields, RecordNotFound, Rejected
from maintenance.rules.request_steps import MOVABLE_FROM, MOVABLE_TO, step
from maintenance.rules.transaction_log import Entry

COLUMNS: Columns = {
    "id": "id",
    "id_company": "company_id",
    "date": "date",
    "date_incident": "date_incident",
    "date_solution": "date_solution",
    "date_status": "status_date",
    "date_maintenance": "date_maintenance",
    "is_urgent": "is_urgent",
    "description": "description",
    "observation": "observation",
    "rating": "rating",
    "rating_notes": "rating_notes",
    "types_description": "type",
    "types_1_description": "type_1",
    "types_2_description": "type_2",
    "items_description": "item__description",
    "code_item": "item__code",
    "id_item": "item_id",
    "parent_description": "item__parent_description",
    "id_status": "status",
    "requests_x_status_notes": "status_notes",
    "status_first_name": "status_by__first_name",
    "status_last_name": "status_by__last_name",
    "creator_first_name": "created_by__first_name",
    "creator_last_name": "created_by__last_name",
    "accounts_email": "created_by__account_email",
    "id_account": "created_by_id",
    "requests_x_key_words_descriptions": "key_words",
    "wo_folio": "folio",
    "requested_by": "requested_by",
    "email_requested_by": "email_requested_by",
    "identifier": "identifier",
    "priorities_description": "priority",
}
ROWS = values_of(WorkRequest.objects.all(), COLUMNS)
DATES: Columns = {"date": "date", "date_incident": "date_incident", "date_solution": "date_solution"}


def request_row(values: tuple[Any, ...]) -> dict[str, Any]:
    row = row_of(COLUMNS, values)
    row["id_code"] = row["id"]
    row["id_type"] = None
    row["requests_x_status_description"] = RequestStatus(row["id_status"]).name
    row["requests_x_status_accounts_name"] = pop_name(row, "status")
    row["accounts_name"] = pop_name(row, "creator")
    if row["priorities_description"] is not None:
        row["priorities_description"] = Priority(row["priorities_description"]).name
    return row


class CreateForm(serializers.Serializer[Any]):
    description = Text(max_length=300)
    user_code = Text(max_length=64)
    date_incident = Moment()
    requested_by = Text(max_length=160)
    is_urgent = Flag()
    code = Text(max_length=120, required=False, allow_null=True, allow_blank=True)
    observation = Text(max_length=4000, required=False, allow_null=True, allow_blank=True)
    email_requested_by = serializers.EmailField(
        max_length=254, required=False, allow_null=True, allow_blank=True
    )
    identifier = Text(max_length=120, required=False, allow_null=True, allow_blank=True)
    types_description = Text(max_length=80, required=False, allow_null=True, allow_blank=True)
    types_1_description = Text(max_length=80, required=False, allow_null=True, allow_blank=True)
    types_2_description = Text(max_length=80, required=False, allow_null=True, allow_blank=True)
    key_words_descriptions = serializers.ListField(child=Text(max_length=80), required=False, max_length=20)

    def validate_date_incident(self, value: datetime.datetime) -> datetime.datetime:
        if is_future(value):
            raise serializers.ValidationError("must not be in the future")
        return value


STATUS_FIELDS = ("code", "user_code", "id_status", "notes", "date_new_status")


class StatusForm(serializers.Serializer[Any]):
    code = WholeNumber(min_value=1, max_value=MAX_INTEGER)
    user_code = Text(max_length=64)
    id_status = WholeNumber(min_value=min(RequestStatus), max_value=max(RequestStatus))
    notes = Text(max_length=4000, required=False, allow_null=True, allow_blank=True)
    date_new_status = Moment(required=False, allow_null=True)

    def validate_id_status(self, value: int) -> int:
        if value not in MOVABLE_TO:
            raise serializers.ValidationError(
                f"must be one of {', '.join(str(int(status)) for status in MOVABLE_TO)}"
            )
        return value

    def validate_date_new_status(self, value: datetime.datetime | None) -> datetime.datetime | None:
        if value is not None and is_future(value):
            raise serializers.ValidationError("must not be in the future")
        return value


class WorkRequests(Endpoint):
    rights: ClassVar = {
        "GET": "work_requests:view",
        "POST": "work_requests:add",
        "PUT": "work_requests:edit",
    }

    def get(self, request: Request, code: str = "") -> Response:
        rows = ROWS.filter(company_id=principal_of(request).company_id)
        query = Query(request.query_params)
        if code:
            rows = rows.filter(pk=number_in_path(code))
        if (number := query.integer("code")) is not None:
            rows = rows.filter(pk=number)
        if (status := query.integer("id_status", minimum=1, maximum=max(RequestStatus))) is not None:
            rows = rows.filter(status=status)
        for parameter, column in (
            ("identifier", "identifier"),
            ("code_item", "item__code"),
            ("code_creator", "created_by__code"),
        ):
            if (text := query.text(parameter)) is not None:
                rows = rows.filter(**{column: text})
        rows = rows.filter(**query.period(DATES, default="date"))
        found, total = query.page(rows.order_by("-date", "-id"))
        if code and not total:
            raise RecordNotFound
        return answer([request_row(values) for values in found], total)

    def post(self, request: Request, code: str = "") -> Response:
        if code:
            raise RecordNotFound
        principal = principal_of(request)
        fields = checked(CreateForm, request)
        person = acting_person(principal, fields["user_code"], "user_code")
        item = None
        if fields.get("code"):
            item = Item.objects.filter(company_id=principal.company_id, code=fields["code"]).first()
            if item is None:
                raise InvalidFields({"code": "the asset was not found in your company"})
        now = timezone.now()
        with transaction.atomic():
            created = WorkRequest.objects.create(
                company_id=principal.company_id,
                item=item,
                created_by=person,
                description=fields["description"],
                observation=fields.get("observation") or None,
                requested_by=fields["requested_by"],
                email_requested_by=fields.get("email_requested_by") or None,
                identifier=fields.get("identifier") or None,
                is_urgent=fields["is_urgent"],
                type=fields.get("types_description") or None,
                type_1=fields.get("types_1_description") or None,
                type_2=fields.get("types_2_description") or None,
                key_words=fields.get("key_words_descriptions") or [],
                date=now,
                date_incident=fields["date_incident"],
                status_date=now,
                status_by=person,
            )
            created.status_changes.create(status=created.status, date=now, changed_by=person)
            log(
                request,
                Entry(
                    Module.WORK_REQUESTS,
                    "REQUESTS",
                    Action.ADD,
                    f"{created.pk} {created.description}",
                    about=created,
                ),
            )
        return answer([{"id": created.pk}])

    def put(self, request: Request, code: str = "") -> Response:
        """Changes the status. The fields may come in the query, as some pages of the vendor show."""
        principal = principal_of(request)
        given: dict[str, Any] = {
            name: value for name in STATUS_FIELDS if (value := request.query_params.get(name))
        }
        if code:
            given["code"] = code
        fields = checked(StatusForm, request, **given)
        person = acting_person(principal, fields["user_code"], "user_code")
        with transaction.atomic():
            found = (
                WorkRequest.objects.select_for_update()
                .filter(company_id=principal.company_id, pk=fields["code"])
                .first()
            )
            if found is None:
                raise RecordNotFound
            if found.status not in MOVABLE_FROM:
                raise Rejected("The request can be moved only while it is open, in process or rejected.")
            step(
                found,
                RequestStatus(fields["id_status"]),
                person,
                notes=fields.get("notes") or None,
                date=fields.get("date_new_status"),
            )
            log(
                request,
                Entry(
                    Module.WORK_REQUESTS,
                    "REQUESTS",
                    Action.EDIT,
                    f"{found.pk} {found.description}",
                    {"id_status": found.status},
                    about=found,
                ),
            )
        return answer([{"SUCCESS": "WORK_REQUESTS_UPDATED"}])


class RequestHistory(Endpoint):
    """GET /work_requests_status: every status that a request has had, newest first."""

    rights: ClassVar = {"GET": "work_requests:view"}

    def get(self, request: Request, code: str = "") -> Response:
        query = Query(request.query_params)
        rows = RequestStatusChange.objects.filter(request__company_id=principal_of(request).company_id)
        if code:
            rows = rows.filter(request_id=number_in_path(code))
        if (number := query.integer("code")) is not None:
            rows = rows.filter(request_id=number)
        rows = rows.filter(**query.period({"date": "date"}, default="date"))
        found, total = query.page(rows.select_related("changed_by").order_by("-date", "-id"))
        data = [
            {
                "id": change.pk,
                "id_request": change.request_id,
                "id_status": change.status,
                "status_description": RequestStatus(change.status).name,
                "date": change.date,
                "notes": change.notes,
                "accounts_name": change.changed_by.full_name if change.changed_by else None,
                "count_comments": 0,
            }
            for change in found
        ]
        return answer(data, total)
