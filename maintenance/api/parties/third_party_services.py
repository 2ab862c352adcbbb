"""/third_parties_services and /third_parties_contacts."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.db import transaction
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from maintenance.api.kit.body import Number, Text, checked, optional_text
from maintenance.api.kit.endpoint import Endpoint, principal_of
from maintenance.api.kit.envelope import answer
from maintenance.api.kit.log import log
from maintenance.api.kit.path import checked_code, number_in_path
from maintenance.api.kit.query import Query
from maintenance.api.kit.rows import Columns, row_of, values_of
from maintenance.models import Action, Module, ThirdParty, ThirdPartyContact, ThirdPartyService
from maintenance.rules.refusals import InvalidFields, RecordNotFound
from maintenance.rules.transaction_log import Entry

SERVICE_COLUMNS: Columns = {
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
SERVICE_ROWS = values_of(ThirdPartyService.objects.all(), SERVICE_COLUMNS)
# These refer to catalogues of the vendor that the contract does not list.
SERVICE_NUMBERS = (
    "id_service_type",
    "id_unity",
    "id_unit_service",
    "date_frequency",
    "id_period_date",
    "period_dates_description",
    "unit_frequency",
)
CONTACT_COLUMNS: Columns = {
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
CONTACT_ROWS = values_of(ThirdPartyContact.objects.all(), CONTACT_COLUMNS)


def service_row(values: tuple[Any, ...]) -> dict[str, Any]:
    return row_of(SERVICE_COLUMNS, values) | dict.fromkeys(SERVICE_NUMBERS)


class ServiceForm(serializers.Serializer[Any]):
    service_description = Text(max_length=160)
    cost = Number(min_value=0)
    details = optional_text(1000)
    unit_code = optional_text(16)
    unit_description = optional_text(40)


class NewServiceForm(ServiceForm):
    third_party_code = Text(max_length=64)


class Services(Endpoint):
    """Services of third parties. One that no third party offers yet needs a unit."""

    rights: ClassVar = {
        "GET": "third_parties:view",
        "POST": "third_parties:add",
        "PUT": "third_parties:edit",
    }

    def get(self, request: Request, code: str = "") -> Response:
        rows = SERVICE_ROWS.filter(company_id=principal_of(request).company_id)
        query = Query(request.query_params)
        if wanted := code or query.text("code"):
            rows = rows.filter(third_party__code=checked_code(wanted))
        found, total = query.page(rows.order_by("id"))
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
            log(
                request,
                Entry(
                    Module.THIRD_PARTIES,
                    "SERVICES",
                    Action.ADD,
                    f"{party.name}: {service.description}",
                    about=party,
                ),
            )
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
                request,
                Entry(
                    Module.THIRD_PARTIES,
                    "SERVICES",
                    Action.EDIT,
                    f"{service.third_party.name}: {service.description}",
                    {"cost": service.cost},
                    about=service.third_party,
                ),
            )
        return self.one(service)

    @staticmethod
    def one(service: ThirdPartyService) -> Response:
        return answer(service_row(SERVICE_ROWS.get(pk=service.pk)))


class Contacts(Endpoint):
    rights: ClassVar = {"GET": "third_parties:view"}

    def get(self, request: Request, code: str = "") -> Response:
        rows = CONTACT_ROWS.filter(company_id=principal_of(request).company_id)
        query = Query(request.query_params)
        if wanted := code or query.text("code"):
            rows = rows.filter(third_party__code=checked_code(wanted))
        found, total = query.page(rows.order_by("id"))
        return answer([row_of(CONTACT_COLUMNS, values) for values in found], total)
