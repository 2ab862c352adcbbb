"""The embedded API serves every name of the contract, and the client uses it or leaves it out on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from accounts.models import Membership
from maintenance.demo.seed import seed
from maintenance.tokens import mint_user_token
from tests.contract.table import (
    ROOT,
    Name,
    document,
    embedded_names,
    is_used,
    left_out,
    modules_of,
    names,
    resources,
    used_at_its_path,
)

pytestmark = pytest.mark.django_db
RESOURCES = {resource["path"]: resource for resource in resources()}
READ = [path for path, resource in RESOURCES.items() if "GET" in resource["methods"] and resource["fields"]]
MOMENTS = {"long_ago": "2015-01-01T00:00:00+00:00"}


@pytest.fixture(scope="module")
def api(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Any]:
    with django_db_blocker.unblock(), transaction.atomic():
        seed(seed=7)
        membership = Membership.objects.get(user__email="admin@demo.example")
        token = mint_user_token(company_id=membership.company_id, user_id=membership.user_id)
        client = Client(headers={"Authorization": f"Bearer {token}"})

        def get(path: str, **parameters: Any) -> list[dict[str, Any]]:
            answer = client.get(f"/api/{path}", parameters)
            assert answer.status_code == 200, (path, parameters, answer.content[:300])
            data = answer.json()["data"]
            return data if isinstance(data, list) else [] if data is None else [data]

        yield get
        transaction.set_rollback(True)


def _stand_in(api: Any, what: str, rows: dict[str, str]) -> str:
    """Return a value of the plant for which the resource has rows."""
    if what not in rows:
        rows[what] = FINDERS[what](api)
    return rows[what]


def _first(api: Any, path: str, key: str, detail: str, **parameters: Any) -> str:
    """Return the first key of `path` for which `detail` returns rows."""
    for start in range(0, 1000, 100):
        for row in api(path, start=start, limit=100, **parameters):
            value = str(row[key])
            if api(detail.replace("{}", quote(value, safe=""))):
                return value
    raise AssertionError(f"no {path} has rows at {detail}")


FINDERS: dict[str, Any] = {
    "long_ago": lambda api: MOMENTS["long_ago"],
    "equipment": lambda api: "2",
    "now": lambda api: timezone.now().isoformat(),
    "creation_date": lambda api: "creation_date",
    "date_create": lambda api: "date_create",
    "asset": lambda api: str(api("meters")[0]["code"]),
    "folio": lambda api: str(api("work_orders")[0]["wo_folio"]),
    "folio_with_attachments": lambda api: _first(
        api, "work_orders", "wo_folio", "work_orders_attachments/{}"
    ),
    "request_with_attachments": lambda api: _first(
        api, "work_requests", "id", "work_requests_attachments/{}"
    ),
    "third_party_with_contacts": lambda api: _first(
        api, "third_parties", "code", "third_parties_contacts/{}"
    ),
    "warehouse": lambda api: str(api("warehouses")[0]["code"]),
    "warehouse_with_purchases": lambda api: _first(
        api,
        "warehouses",
        "code",
        f"warehouse_purchase_orders?warehouse_code={{}}&since={quote(MOMENTS['long_ago'])}"
        f"&until={quote('2100-01-01T00:00:00+00:00')}",
    ),
    "stock_item": lambda api: str(api("warehouses_items", code=api("warehouses")[0]["code"])[0]["code"]),
}


@pytest.fixture(scope="module")
def known() -> dict[str, str]:
    return {"date_create": "date_create"}


def _address(api: Any, resource: dict[str, Any], known: dict[str, str]) -> tuple[str, dict[str, str]]:
    path = resource["path"]
    if "key" in resource:
        path += "/" + quote(_stand_in(api, resource["key"], known), safe="")
    return path, {name: _stand_in(api, what, known) for name, what in resource.get("requires", {}).items()}


@pytest.mark.parametrize("path", READ)
def test_the_embedded_api_serves_every_field(api: Any, known: dict[str, str], path: str) -> None:
    resource = RESOURCES[path]
    address, parameters = _address(api, resource, known)
    rows = api(address, **parameters)
    assert rows, "the plant has no example of it"
    missing = {name.name for name in names(resource) if name.kind == "field"} - set(rows[0])
    assert missing == set()


@pytest.mark.parametrize("path", READ)
def test_an_unknown_parameter_changes_nothing(api: Any, known: dict[str, str], path: str) -> None:
    address, parameters = _address(api, RESOURCES[path], known)
    assert api(address, **parameters, no_such_filter="x") == api(address, **parameters)


@pytest.mark.parametrize("path", RESOURCES)
def test_the_embedded_api_knows_every_name(path: str) -> None:
    known = embedded_names()
    unknown = {name.key for name in names(RESOURCES[path]) if name.name not in known}
    assert unknown == set()


@pytest.mark.parametrize("path", RESOURCES)
def test_the_client_uses_each_name_or_says_why_not(path: str) -> None:
    resource = RESOURCES[path]
    assert modules_of(resource), "no module of the client reaches it"
    reasons = left_out(resource)
    listed: list[Name] = list(names(resource))
    assert set(reasons) <= {name.key for name in listed}
    forgotten = [name.key for name in listed if name.key not in reasons and not is_used(name, resource)]
    assert forgotten == []


@pytest.mark.parametrize("path", RESOURCES)
def test_what_is_said_to_be_left_out_is_not_used(path: str) -> None:
    assert set(left_out(RESOURCES[path])) & used_at_its_path(RESOURCES[path]) == set()


def test_what_calls_a_path_is_found() -> None:
    """Ensures that the test above checks something: nearly every path has fields and parameters."""
    assert sum(len(used_at_its_path(resource)) > 3 for resource in RESOURCES.values()) > len(READ) * 0.8


def test_the_document_says_the_same() -> None:
    written = (ROOT / "docs" / "upstream.md").read_text(encoding="utf-8")
    assert written == document(), "run: python -m tests.contract.table > docs/upstream.md"
