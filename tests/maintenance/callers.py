"""People and programs that call the API, and the shape of a refusal."""

from __future__ import annotations

from typing import Any

from django.test import Client

from accounts.models import Membership, User
from maintenance.tokens import mint_user_token


class Api:
    """A caller of /api/. `data` and `rows` require success."""

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


def browser(email: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=email))
    return client


def refused(response: Any, status: int, message: str | None = None) -> dict[str, Any]:
    """Check that an answer is a refusal; return its envelope."""
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
    """Return the one field that a 400 names."""
    (entry,) = refused(response, 400, "INVALID_FIELDS")["data"]
    (problem,) = entry["invalid_fields"]
    assert set(problem) == {"field", "field_message"}
    return str(problem["field"])
