"""POST and PUT /personnel: people, without their accounts."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from rest_framework import serializers
from rest_framework.request import Request

from maintenance.api.kit.body import Code, Flag, Number, Text, WholeNumber, checked, optional_text
from maintenance.api.kit.endpoint import principal_of
from maintenance.api.kit.log import log
from maintenance.api.kit.path import checked_code
from maintenance.api.kit.query import MAX_INTEGER
from maintenance.api.kit.rows import Columns
from maintenance.models import Action, Module, Personnel
from maintenance.rules.locations import location_for
from maintenance.rules.refusals import AlreadyExists, RecordNotFound
from maintenance.rules.transaction_log import Entry

WRITTEN: Columns = {
    "first_name": "first_name",
    "last_name": "last_name",
    "email": "email",
    "active": "active",
    "group_1": "group_1",
    "group_2": "group_2",
    "address": "address",
    "city": "city",
    "state": "state",
    "country": "country",
    "zip_code": "zip_code",
    "telephone_1": "telephone_1",
    "telephone_2": "telephone_2",
    "sms": "sms",
    "latitude": "latitude",
    "longitud": "longitude",
    "description_hourly_rate": "hourly_rate",
}


class ChangeForm(serializers.Serializer[Any]):
    first_name = Text(max_length=80, required=False)
    last_name = Text(max_length=80, required=False, allow_blank=True)
    email = serializers.EmailField(max_length=254, required=False, allow_null=True, allow_blank=True)
    active = Flag(required=False)
    code_asset_location = optional_text(120)
    group_1 = optional_text(80)
    group_2 = optional_text(80)
    address = optional_text(200)
    city = optional_text(80)
    state = optional_text(80)
    country = optional_text(80)
    zip_code = optional_text(20)
    telephone_1 = optional_text(40)
    telephone_2 = optional_text(40)
    sms = optional_text(40)
    latitude = Number(required=False, allow_null=True)
    longitud = Number(required=False, allow_null=True)
    id_hourly_rate = WholeNumber(min_value=1, max_value=MAX_INTEGER, required=False, allow_null=True)
    description_hourly_rate = optional_text(80)


class CreateForm(ChangeForm):
    first_name = Text(max_length=80)
    code = Code(max_length=64, required=False, allow_null=True, allow_blank=True)


def create(request: Request) -> Personnel:
    company_id = principal_of(request).company_id
    fields = checked(CreateForm, request)
    code = fields.get("code") or None
    with transaction.atomic():
        if code and Personnel.objects.filter(company_id=company_id, code=code).exists():
            raise AlreadyExists
        person = Personnel(company_id=company_id, code=code)
        _write(request, person, fields, Action.ADD)
    return person


def update(request: Request, code: str) -> Personnel:
    fields = checked(ChangeForm, request)
    with transaction.atomic():
        rows = Personnel.objects.select_for_update().filter(company_id=principal_of(request).company_id)
        person = rows.filter(code=checked_code(code)).first() if code else None
        if person is None:
            raise RecordNotFound
        _write(request, person, fields, Action.EDIT)
    return person


def _write(request: Request, person: Personnel, fields: dict[str, Any], action: Action) -> None:
    for name, column in WRITTEN.items():
        if name in fields:
            empty = "" if column == "last_name" else None
            setattr(person, column, fields[name] if fields[name] not in ("", None) else empty)
    if location := fields.get("code_asset_location"):
        person.location = location_for(person.company_id, location, "code_asset_location")
    person.save()
    log(
        request,
        Entry(
            Module.HUMAN_RESOURCES,
            "PERSONNEL",
            action,
            f"{person.full_name} {{ {person.code or '-'} }}",
            about=person,
        ),
    )
