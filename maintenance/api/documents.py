"""Documents of assets, people and third parties: their data only, no files."""

from __future__ import annotations

import zoneinfo
from typing import Any, ClassVar

from django.db import transaction
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from maintenance.api.kit.body import Flag, Text, WholeNumber, checked, optional_text
from maintenance.api.kit.endpoint import Endpoint, principal_of
from maintenance.api.kit.envelope import answer
from maintenance.api.kit.log import log
from maintenance.api.kit.path import checked_code
from maintenance.api.kit.query import Query
from maintenance.models import Action, Document, Item, Module, Personnel, ThirdParty
from maintenance.rules.refusals import InvalidFields
from maintenance.rules.transaction_log import Entry


class DocumentForm(serializers.Serializer[Any]):
    """The body of a write; its names differ from those of a read: `valid_until`, `warranty`, `iso_code`."""

    code = Text(max_length=120)
    name = Text(max_length=200)
    id_type_item = WholeNumber(min_value=1, max_value=5, required=False, allow_null=True)
    description = optional_text(1000)
    group_description = optional_text(80)
    version = optional_text(40)
    valid_from = serializers.DateField(required=False, allow_null=True)
    valid_until = serializers.DateField(required=False, allow_null=True)
    warranty = Flag(required=False, default=False)
    iso_code = optional_text(40)
    author = optional_text(120)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        begin, end = attrs.get("valid_from"), attrs.get("valid_until")
        if begin and end and end < begin:
            raise serializers.ValidationError({"valid_until": ["must not be before valid_from"]})
        return attrs


class Documents(Endpoint):
    """The documents of one kind of owner.

    `owner` is the column that names the owner; `module` is where the transaction log lists the change.
    """

    owner: ClassVar[str]
    owners: ClassVar[type[Item] | type[Personnel] | type[ThirdParty]]
    module: ClassVar[Module]

    def get(self, request: Request, code: str = "") -> Response:
        rows = Document.objects.filter(
            company_id=principal_of(request).company_id, **{f"{self.owner}__isnull": False}
        )
        query = Query(request.query_params)
        if wanted := code or query.text("code"):
            rows = rows.filter(**{f"{self.owner}__code": checked_code(wanted)})
        if self.owner == "item" and (kind := query.integer("id_type", minimum=1, maximum=5)) is not None:
            rows = rows.filter(item__type=kind)
        found, total = query.page(rows.order_by("id").select_related(self.owner))
        return answer([self.row(document) for document in found], total)

    def post(self, request: Request, code: str = "") -> Response:
        company_id = principal_of(request).company_id
        fields = checked(DocumentForm, request, **({"code": code} if code else {}))
        owner = self.owners.objects.filter(company_id=company_id, code=fields["code"]).first()
        if owner is None:
            raise InvalidFields({"code": "was not found in your company"})
        with transaction.atomic():
            document = Document.objects.create(
                company_id=company_id,
                group=fields.get("group_description") or None,
                name=fields["name"],
                description=fields.get("description") or None,
                version=fields.get("version") or None,
                valid_from=fields.get("valid_from"),
                valid_through=fields.get("valid_until"),
                author=fields.get("author") or None,
                iso_code=fields.get("iso_code") or None,
                is_warranty=fields["warranty"],
                **{self.owner: owner},
            )
            log(
                request,
                Entry(
                    self.module,
                    "DOCUMENTS",
                    Action.ADD,
                    f"{document.name} {{ {fields['code']} }}",
                    about=owner,
                ),
            )
        return answer([self.row(document)])

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(principal_of(self.request).time_zone)

    def row(self, document: Document) -> dict[str, Any]:
        return {
            "id": document.pk,
            "id_attached": document.pk,
            "id_group_attached": None,
            "groups_attached_description": document.group,
            "name": document.name,
            "description": document.description,
            "version": document.version,
            "valid_from": document.valid_from and document.valid_from.isoformat(),
            "valid_through": document.valid_through and document.valid_through.isoformat(),
            "author": document.author,
            "code_iso": document.iso_code,
            "is_warranty": document.is_warranty,
            "status": document.valid_on(timezone.localdate(timezone=self.zone)),
            **self.of_owner(document),
        }

    def of_owner(self, document: Document) -> dict[str, Any]:
        raise NotImplementedError


class ItemDocuments(Documents):
    rights: ClassVar = {"GET": "assets:view", "POST": "assets:edit"}
    owner, owners, module = "item", Item, Module.ASSETS

    def of_owner(self, document: Document) -> dict[str, Any]:
        item = document.item
        assert item is not None
        return {
            "id_item": item.pk,
            "item_description": item.description,
            "id_type_item": item.type,
            "item_code": item.code,
        }


class PersonDocuments(Documents):
    rights: ClassVar = {"GET": "people:view", "POST": "people:edit"}
    owner, owners, module = "person", Personnel, Module.HUMAN_RESOURCES

    def of_owner(self, document: Document) -> dict[str, Any]:
        person = document.person
        assert person is not None
        return {
            "id_personnel": person.pk,
            "personnel_name": person.full_name,
            "code": person.code,
            "email": person.email,
        }


class ThirdPartyDocuments(Documents):
    rights: ClassVar = {"GET": "third_parties:view", "POST": "third_parties:edit"}
    owner, owners, module = "third_party", ThirdParty, Module.THIRD_PARTIES

    def of_owner(self, document: Document) -> dict[str, Any]:
        party = document.third_party
        assert party is not None
        return {
            "id_third_party": party.pk,
            "third_parties_name": party.name,
            "code": party.code,
            "email": party.email,
        }
