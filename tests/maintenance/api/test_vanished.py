"""A record is deleted between reading it and writing: the answer is 409, and nothing is written.

The 409 has the form of the API. On PostgreSQL somebody else deletes the record over another connection.
SQLite has one writer at a time, so there it is deleted within the write.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, connections

from maintenance.models import Item, ItemType, Personnel, ThirdParty
from maintenance.tokens import mint_user_token
from tests.conftest import World
from tests.maintenance.callers import Api

pytestmark = pytest.mark.django_db(transaction=True)
ASSET = "DELETE FROM maintenance_item WHERE code = 'A1'"
BODY_OF_REQUEST = {
    "description": "Leak", "user_code": "P-1", "requested_by": "Ana", "code": "A1", "is_urgent": False,
    "date_incident": "2026-01-05T00:00:00Z",
}  # fmt: skip
BODY_OF_SERVICE = {
    "third_party_code": "T1", "service_description": "Rewinding", "cost": 5, "unit_code": "H",
    "unit_description": "Hour",
}  # fmt: skip
BODY_OF_METER = {"item_code": "A1", "description": "Hours", "serial": "S-1", "unit_code": "HRS"}


@pytest.fixture
def api(world: World) -> Api:
    company = world.company
    Personnel.objects.create(
        company=company, code="P-1", first_name="Ana", account_email=world.owner.email
    )  # fmt: skip
    Item.objects.create(company=company, code="A1", type=ItemType.EQUIPMENTS, field_1="Pump")
    ThirdParty.objects.create(company=company, code="T1", name="Workshop")
    return Api(mint_user_token(company_id=company.pk, user_id=world.owner.pk))


@contextmanager
def somebody_deletes(sql: str, before: str) -> Iterator[list[str]]:
    """Delete once, right before the first statement that `before` matches."""
    done: list[str] = []

    def delete() -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql)
        done.append(sql)
        if connection.vendor == "postgresql":
            connections.close_all()

    def hook(execute: Callable[..., Any], statement: str, *rest: Any) -> Any:
        if not done and re.search(before, statement) and sql not in statement:
            if connection.vendor == "postgresql":
                other = threading.Thread(target=delete)
                other.start()
                other.join()
            else:
                delete()
        return execute(statement, *rest)

    with connection.execute_wrapper(hook):
        yield done


def rows(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM maintenance_{table}")
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize(
    ("method", "path", "body", "sql", "before", "table"),
    [
        pytest.param(
            "POST", "work_requests", BODY_OF_REQUEST, ASSET, r'INSERT INTO "maintenance_workrequest"',
            "workrequest", id="an asset, under a new request",
        ),
        pytest.param(
            "POST", "meters", BODY_OF_METER, ASSET, r'INSERT INTO "maintenance_meter"', "meter",
            id="an asset, under a new meter",
        ),
        pytest.param(
            "POST", "third_parties_services", BODY_OF_SERVICE,
            "DELETE FROM maintenance_thirdparty WHERE code = 'T1'",
            r'INSERT INTO "maintenance_thirdpartyservice"',
            "thirdpartyservice", id="a third party, under a new service",
        ),
        pytest.param(
            "PUT", "items/A1", {"code": "A1", "id_type_item": 2, "notes": "new"}, ASSET,
            r'FROM "maintenance_item" .*WHERE "maintenance_item"."id" = ', "transaction",
            id="the asset itself, under its lock",
        ),
    ],
)  # fmt: skip
def test_what_vanishes_during_a_write_is_told(
    api: Api, method: str, path: str, body: dict[str, Any], sql: str, before: str, table: str
) -> None:
    count = rows(table)
    with somebody_deletes(sql, before) as done:
        answer = (api.post if method == "POST" else api.put)(path, body)
    assert done == [sql]
    assert answer.status_code == 409, answer.content
    text = "A record that this request refers to was deleted meanwhile; nothing was written."
    assert answer.json() == {"success": False, "message": text, "data": [{"ERROR": text}], "total": 0}
    assert rows(table) == count
