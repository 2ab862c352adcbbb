"""/transactions_log."""

from __future__ import annotations

from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from maintenance.api.kit.endpoint import Endpoint, principal_of
from maintenance.api.kit.envelope import answer
from maintenance.api.kit.query import Query
from maintenance.api.kit.rows import Columns, row_of, values_of
from maintenance.models import Action, Module, Transaction

COLUMNS: Columns = {
    "id": "id",
    "id_company": "company_id",
    "id_account": "user_id",
    "event_date": "event_date",
    "ip_address": "ip_address",
    "name": "name",
    "email": "email",
    "sub_module_description": "sub_module",
    "module_description": "module",
    "action": "action",
    "description": "description",
    "data_action": "data",
}
ROWS = values_of(Transaction.objects.all(), COLUMNS)
DATES: Columns = {"event_date": "event_date"}


class Transactions(Endpoint):
    """The transaction log, newest entries first."""

    rights: ClassVar = {"GET": "transactions_log:view"}

    def get(self, request: Request, code: str = "") -> Response:
        rows = ROWS.filter(company_id=principal_of(request).company_id)
        query = Query(request.query_params)
        if (action := query.choice("action", Action.values, "")) != "":
            rows = rows.filter(action=action)
        if (module := query.integer("module")) is not None:
            rows = rows.filter(module=module)
        if (part := query.text("sub_module")) is not None:
            rows = rows.filter(sub_module=part)
        rows = rows.filter(**query.period(DATES, default="event_date"))
        newest = rows.order_by("-event_date", "-id")
        found, total = query.page(newest)
        data = [row_of(COLUMNS, values) for values in found]
        for row in data:
            row["module_description"] = Module(row["module_description"]).name
        return answer(data, total)
