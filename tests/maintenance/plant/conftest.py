"""A seeded plant that all of these tests share, and people who call the API on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from accounts.models import Membership, User
from maintenance.tokens import mint_user_token
from tests.planted import Counts, planted


@pytest.fixture(scope="package")
def plant(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Counts]:
    """Made once; what each test writes is rolled back."""
    with planted(django_db_blocker) as counts:
        yield counts


class Api:
    """A caller of /api/. `data` and `rows` insist on success."""

    def __init__(self, token: str | None) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **parameters: Any) -> Any:
        return self.client.get(f"/api/{path}", parameters, headers=self.headers)

    def send(self, method: str, path: str, body: Any) -> Any:
        return self.client.generic(
            method, f"/api/{path}", body, content_type="application/json", headers=self.headers
        )

    def put(self, path: str, body: dict[str, Any]) -> Any:
        return self.client.put(f"/api/{path}", body, content_type="application/json", headers=self.headers)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self.client.post(f"/api/{path}", body, content_type="application/json", headers=self.headers)

    def page(self, path: str, **parameters: Any) -> dict[str, Any]:
        response = self.get(path, **parameters)
        assert response.status_code == 200, response.content
        envelope: dict[str, Any] = response.json()
        assert set(envelope) == {"success", "message", "data", "total"}
        assert envelope["success"] is True
        assert envelope["message"] == "200"
        return envelope

    def rows(self, path: str, **parameters: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.page(path, **parameters)["data"]
        return rows

    def total(self, path: str, **parameters: Any) -> int:
        return int(self.page(path, limit=1, **parameters)["total"])


def token_of(email: str, **options: Any) -> str:
    membership = Membership.objects.get(user__email=email)
    return mint_user_token(company_id=membership.company_id, user_id=membership.user_id, **options)


@pytest.fixture
def admin(plant: Counts, db: None) -> Api:
    return Api(token_of("admin@demo.example"))


@pytest.fixture
def planner(plant: Counts, db: None) -> Api:
    return Api(token_of("planner@demo.example"))


@pytest.fixture
def technician(plant: Counts, db: None) -> Api:
    return Api(token_of("technician@demo.example"))


@pytest.fixture
def stranger(plant: Counts, db: None) -> Api:
    """The administrator of the other company."""
    return Api(token_of("admin@other.example"))


@pytest.fixture
def reader(plant: Counts, db: None) -> Api:
    return Api(token_of("admin@demo.example", read_only=True))


def browser(email: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=email))
    return client


@pytest.fixture
def admin_browser(plant: Counts, db: None) -> Client:
    return browser("admin@demo.example")


@pytest.fixture
def technician_browser(plant: Counts, db: None) -> Client:
    return browser("technician@demo.example")


def refused(response: Any, status: int, message: str | None = None) -> dict[str, Any]:
    """The envelope of a refusal."""
    assert response.status_code == status, (response.status_code, response.content)
    assert response["Content-Type"] == "application/json"
    envelope: dict[str, Any] = response.json()
    assert set(envelope) == {"success", "message", "data", "total"}
    assert envelope["success"] is False
    assert envelope["total"] == 0
    if message is not None:
        assert envelope["message"] == message
    return envelope


def refused_field(response: Any) -> str:
    """The one field that a 400 complains about."""
    (entry,) = refused(response, 400, "INVALID_FIELDS")["data"]
    (problem,) = entry["invalid_fields"]
    assert set(problem) == {"field", "field_message"}
    return str(problem["field"])
