"""/personnel."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from maintenance.api.kit.endpoint import Endpoint, principal_of
from maintenance.api.kit.envelope import answer
from maintenance.api.kit.errors import RightMissing
from maintenance.api.kit.path import checked_code
from maintenance.api.kit.query import Query, by_code_points
from maintenance.api.kit.rows import Columns, row_of, values_of
from maintenance.api.parties import personnel_writes
from maintenance.models import Personnel
from maintenance.rules.people import active_accounts, own_record
from maintenance.rules.refusals import RecordNotFound

PERSONNEL_COLUMNS: Columns = {
    "first_name": "first_name",
    "last_name": "last_name",
    "code": "code",
    "email": "email",
    "active": "active",
    "creation_date": "creation_date",
    "address": "address",
    "city": "city",
    "state": "state",
    "zip_code": "zip_code",
    "country": "country",
    "latitude": "latitude",
    "longitud": "longitude",
    "telephone_1": "telephone_1",
    "telephone_2": "telephone_2",
    "sms": "sms",
    "asset_location_description": "location__description",
    "description_work_shifts": "work_shift",
    "hourly_rates_description": "hourly_rate",
    "groups_1_description": "group_1",
    "groups_2_description": "group_2",
    "custom_fields_groups_description": "custom_fields_group",
    "only_request": "only_request",
    "account_email": "account_email",
}


class People(Endpoint):
    """People.

    Callers without the right to view them can still read their own record: writes need its code.
    """

    rights: ClassVar = {"GET": "people:view", "POST": "people:add", "PUT": "people:edit"}

    def check_permissions(self, request: Request) -> None:
        try:
            super().check_permissions(request)
        except RightMissing:
            if request.method != "GET" or principal_of(request).user_id is None:
                raise

    def get(self, request: Request, code: str = "") -> Response:
        principal = principal_of(request)
        company_id = principal.company_id
        sees_all = self.rights["GET"] in principal.rights
        rows = Personnel.objects.filter(company_id=company_id) if sees_all else own_record(principal)
        query = Query(request.query_params)
        if code:
            rows = rows.filter(code=checked_code(code))
        if (wanted := query.text("code")) is not None:
            rows = rows.filter(code=wanted)
        by_name = rows.order_by(
            by_code_points("first_name"),
            by_code_points("last_name"),
            by_code_points("code").asc(nulls_first=True),
            "id",
        )
        found, total = query.page(values_of(by_name, PERSONNEL_COLUMNS))
        if code and not total:
            raise RecordNotFound
        data = [row_of(PERSONNEL_COLUMNS, values) for values in found]
        groups = active_accounts(company_id, [row["account_email"] for row in data if row["account_email"]])
        for row in data:
            complete(row, groups)
        return answer(data, total)

    def post(self, request: Request, code: str = "") -> Response:
        if code:
            raise RecordNotFound
        return one(personnel_writes.create(request))

    def put(self, request: Request, code: str = "") -> Response:
        return one(personnel_writes.update(request, code))


def one(person: Personnel) -> Response:
    values = values_of(Personnel.objects.all(), PERSONNEL_COLUMNS).get(pk=person.pk)
    row = row_of(PERSONNEL_COLUMNS, values)
    emails = [row["account_email"]] if row["account_email"] else []
    complete(row, active_accounts(person.company_id, emails))
    return answer(row)


def complete(row: dict[str, Any], groups: dict[str, str]) -> None:
    row["name"] = row["full_name"] = f"{row['first_name']} {row['last_name']}".strip()
    row["telephone"] = row["telephone_1"]
    row["account_active"] = row["account_email"] in groups
    row["groups_permissions_description"] = groups.get(row["account_email"] or "")
