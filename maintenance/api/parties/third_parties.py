"""/third_parties."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from maintenance.api.kit.body import Code, Flag, Text, WholeNumber, checked, optional_text
from maintenance.api.kit.endpoint import Endpoint, principal_of
from maintenance.api.kit.envelope import answer
from maintenance.api.kit.log import log
from maintenance.api.kit.path import checked_code
from maintenance.api.kit.query import Query, by_code_points
from maintenance.api.kit.rows import Columns, row_of, values_of
from maintenance.models import (
    Action,
    Module,
    ThirdParty,
    ThirdPartyType,
)
from maintenance.rules.locations import location_for
from maintenance.rules.refusals import AlreadyExists, RecordNotFound
from maintenance.rules.transaction_log import Entry

COLUMNS: Columns = {
    "id": "id",
    "code": "code",
    "name": "name",
    "address": "address",
    "email": "email",
    "country": "country",
    "groups_1_desc": "group_1",
    "groups_2_desc": "group_2",
    "active": "active",
    "zip_code": "zip_code",
    "city": "city",
    "state": "state",
    "telephone_1": "telephone_1",
    "telephone_2": "telephone_2",
    "fax": "fax",
    "sms": "sms",
    "latitude": "latitude",
    "longitud": "longitude",
    "hourly_rates_description": "hourly_rate",
    "web_page": "web_page",
    "parent_description": "location__parent_description",
    "id_third_party_type": "types",
}
ROWS = values_of(ThirdParty.objects.all(), COLUMNS)
WRITTEN: Columns = {
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
    "fax": "fax",
    "web_page": "web_page",
    "visible_to_all": "visible_to_all",
    "id_third_party_type": "types",
    "name": "name",
}


def party_row(values: tuple[Any, ...]) -> dict[str, Any]:
    row = row_of(COLUMNS, values)
    return row | {"custom_fields_groups_description": None, "custom_fields_values": None}


class ChangeForm(serializers.Serializer[Any]):
    name = Text(max_length=160, required=False)
    email = serializers.EmailField(max_length=254, required=False, allow_null=True, allow_blank=True)
    active = Flag(required=False)
    code_parent_location = optional_text(120)
    group_1 = optional_text(80)
    group_2 = optional_text(80)
    address = optional_text(200)
    city = optional_text(80)
    state = optional_text(80)
    country = optional_text(80)
    zip_code = optional_text(20)
    telephone_1 = optional_text(40)
    telephone_2 = optional_text(40)
    fax = optional_text(40)
    web_page = optional_text(200)
    visible_to_all = Flag(required=False)
    id_third_party_type = serializers.ListField(
        child=WholeNumber(min_value=1, max_value=max(ThirdPartyType)), required=False, max_length=4
    )


class CreateForm(ChangeForm):
    name = Text(max_length=160)
    code = Code(max_length=64)


class ThirdParties(Endpoint):
    rights: ClassVar = {
        "GET": "third_parties:view",
        "POST": "third_parties:add",
        "PUT": "third_parties:edit",
    }

    def get(self, request: Request, code: str = "") -> Response:
        rows = ROWS.filter(company_id=principal_of(request).company_id)
        query = Query(request.query_params)
        if code:
            rows = rows.filter(code=checked_code(code))
        if (wanted := query.text("code")) is not None:
            rows = rows.filter(code=wanted)
        by_name = rows.order_by(by_code_points("name"), by_code_points("code"))
        found, total = query.page(by_name)
        if code and not total:
            raise RecordNotFound
        return answer([party_row(values) for values in found], total)

    def post(self, request: Request, code: str = "") -> Response:
        if code:
            raise RecordNotFound
        company_id = principal_of(request).company_id
        fields = checked(CreateForm, request)
        with transaction.atomic():
            if ThirdParty.objects.filter(company_id=company_id, code=fields["code"]).exists():
                raise AlreadyExists
            party = ThirdParty(company_id=company_id, code=fields["code"])
            self.write(request, party, fields, Action.ADD)
        return self.one(party)

    def put(self, request: Request, code: str = "") -> Response:
        company_id = principal_of(request).company_id
        fields = checked(ChangeForm, request)
        with transaction.atomic():
            party = (
                ThirdParty.objects.select_for_update()
                .filter(company_id=company_id, code=checked_code(code))
                .first()
            )
            if party is None:
                raise RecordNotFound
            self.write(request, party, fields, Action.EDIT)
        return self.one(party)

    @staticmethod
    def write(request: Request, party: ThirdParty, fields: dict[str, Any], action: Action) -> None:
        for name, column in WRITTEN.items():
            if name in fields:
                setattr(party, column, fields[name] if fields[name] != "" else None)
        if location := fields.get("code_parent_location"):
            party.location = location_for(party.company_id, location, "code_parent_location")
        party.save()
        log(
            request,
            Entry(
                Module.THIRD_PARTIES, "THIRD_PARTIES", action, f"{party.name} {{ {party.code} }}", about=party
            ),
        )

    @staticmethod
    def one(party: ThirdParty) -> Response:
        return answer(party_row(ROWS.get(pk=party.pk)))
