"""/third_parties with their services and contacts."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.db import transaction
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from maintenance.api.kit.body import Code, Flag, Number, Text, WholeNumber, checked, optional_text
from maintenance.api.kit.endpoint import Endpoint, principal_of
from maintenance.api.kit.envelope import answer
from maintenance.api.kit.log import log
from maintenance.api.kit.path import checked_code, number_in_path
from maintenance.api.kit.query import Query, by_code_points
from maintenance.models import (
    Action,
    Module,
    ThirdParty,
    ThirdPartyContact,
    ThirdPartyService,
    ThirdPartyType,
)
from maintenance.rules.locations import location_for
from maintenance.rules.refusals import AlreadyExists, InvalidFields, RecordNotFound

COLUMNS = {
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
SERVICE_COLUMNS = {
    "id": "id",
    "id_company": "company_id",
    "id_third_party": "third_party_id",
    "third_parties_code": "third_party__code",
    "third_parties_name": "third_party__name",
    "service_types_description": "description",
    "description": "description",
    "cost": "cost",
    "details": "details",
    "units_description": "unit",
    "service_units_description": "unit_code",
    "visible_to_all": "third_party__visible_to_all",
    "parent_description": "third_party__location__parent_description",
}
# Catalogues of the vendor that have no list of their own.
SERVICE_NUMBERS = (
    "id_service_type",
    "id_unity",
    "id_unit_service",
    "date_frequency",
    "id_period_date",
    "period_dates_description",
    "unit_frequency",
)
CONTACT_COLUMNS = {
    "id": "id",
    "id_third_party": "third_party_id",
    "third_parties_code": "third_party__code",
    "third_parties_name": "third_party__name",
    "contact_name": "name",
    "contact_email": "email",
    "branch_name": "branch_name",
    "branch_code": "branch_code",
    "role": "role",
    "telephone": "telephone",
    "movil": "mobile",
    "skype": "skype",
    "linkedin": "linkedin",
}
WRITTEN = {
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
    row = dict(zip(COLUMNS, values, strict=True))
    return row | {"custom_fields_groups_description": None, "custom_fields_values": None}


def service_row(values: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(SERVICE_COLUMNS, values, strict=True)) | dict.fromkeys(SERVICE_NUMBERS)


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
        rows = ThirdParty.objects.filter(company_id=principal_of(request).company_id)
        query = Query(request.query_params)
        if code:
            rows = rows.filter(code=checked_code(code))
        if (wanted := query.text("code")) is not None:
            rows = rows.filter(code=wanted)
        by_name = rows.order_by(by_code_points("name"), by_code_points("code"))
        found, total = query.page(by_name.values_list(*COLUMNS.values()))
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
        if place := fields.get("code_parent_location"):
            party.location = location_for(party.company_id, place, "code_parent_location")
        party.save()
        log(request, Module.THIRD_PARTIES, "THIRD_PARTIES", action, f"{party.name} {{ {party.code} }}")

    @staticmethod
    def one(party: ThirdParty) -> Response:
        return answer(party_row(ThirdParty.objects.values_list(*COLUMNS.values()).get(pk=party.pk)))


class ServiceForm(serializers.Serializer[Any]):
    service_description = Text(max_length=160)
    cost = Number(min_value=0)
    details = optional_text(1000)
    unit_code = optional_text(16)
    unit_description = optional_text(40)


class NewServiceForm(ServiceForm):
    third_party_code = Text(max_length=64)


class Services(Endpoint):
    """A service that nobody offers yet needs its unit."""

    rights: ClassVar = {
        "GET": "third_parties:view",
        "POST": "third_parties:add",
        "PUT": "third_parties:edit",
    }

    def get(self, request: Request, code: str = "") -> Response:
        rows = ThirdPartyService.objects.filter(company_id=principal_of(request).company_id)
        query = Query(request.query_params)
        if wanted := code or query.text("code"):
            rows = rows.filter(third_party__code=checked_code(wanted))
        found, total = query.page(rows.order_by("id").values_list(*SERVICE_COLUMNS.values()))
        return answer([service_row(values) for values in found], total)

    def post(self, request: Request, code: str = "") -> Response:
        if code:
            raise RecordNotFound
        company_id = principal_of(request).company_id
        fields = checked(NewServiceForm, request)
        party = ThirdParty.objects.filter(company_id=company_id, code=fields["third_party_code"]).first()
        if party is None:
            raise InvalidFields({"third_party_code": "the third party was not found in your company"})
        same = ThirdPartyService.objects.filter(
            company_id=company_id, description__iexact=fields["service_description"]
        ).first()
        if same is None and not (fields.get("unit_code") and fields.get("unit_description")):
            raise InvalidFields({"unit_code": "is required for a service that is not in the catalogue"})
        with transaction.atomic():
            service = ThirdPartyService.objects.create(
                company_id=company_id,
                third_party=party,
                description=fields["service_description"],
                cost=fields["cost"],
                details=fields.get("details") or None,
                unit=fields.get("unit_description") or (same.unit if same else None),
                unit_code=fields.get("unit_code") or (same.unit_code if same else None),
            )
            log(request, Module.THIRD_PARTIES, "SERVICES", Action.ADD, f"{party.name}: {service.description}")
        return self.one(service)

    def put(self, request: Request, code: str = "") -> Response:
        body: dict[str, Any] = cast("dict[str, Any]", request.data)
        number = number_in_path(code or str(body.get("id_third_party_service", "")))
        fields = checked(ServiceForm, request)
        with transaction.atomic():
            service = (
                ThirdPartyService.objects.select_for_update(of=("self",))
                .filter(company_id=principal_of(request).company_id, pk=number)
                .select_related("third_party")
                .first()
            )
            if service is None:
                raise RecordNotFound
            service.description, service.cost = fields["service_description"], fields["cost"]
            for field, column in (
                ("details", "details"),
                ("unit_code", "unit_code"),
                ("unit_description", "unit"),
            ):
                if fields.get(field):
                    setattr(service, column, fields[field])
            service.save()
            log(
                request, Module.THIRD_PARTIES, "SERVICES", Action.EDIT,
                f"{service.third_party.name}: {service.description}", {"cost": service.cost},
            )  # fmt: skip
        return self.one(service)

    @staticmethod
    def one(service: ThirdPartyService) -> Response:
        rows = ThirdPartyService.objects.values_list(*SERVICE_COLUMNS.values())
        return answer(service_row(rows.get(pk=service.pk)))


class Contacts(Endpoint):
    rights: ClassVar = {"GET": "third_parties:view"}

    def get(self, request: Request, code: str = "") -> Response:
        rows = ThirdPartyContact.objects.filter(company_id=principal_of(request).company_id)
        query = Query(request.query_params)
        if wanted := code or query.text("code"):
            rows = rows.filter(third_party__code=checked_code(wanted))
        found, total = query.page(rows.order_by("id").values_list(*CONTACT_COLUMNS.values()))
        return answer([dict(zip(CONTACT_COLUMNS, values, strict=True)) for values in found], total)
