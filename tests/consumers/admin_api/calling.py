"""A program that calls the admin API over the Django test client."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.test import Client
from jsonschema import Draft202012Validator

from consumers.models import Consumer
from tests.consumers.conftest import Program

API = "/api/admin/v1/"
BOTH = "admin:read admin:write"


@dataclass
class Admin:
    """Calls with one token. Every refusal must be a problem of RFC 9457."""

    token: str
    http: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def send(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        address = path if path.startswith("/") else API + path
        if query:
            address += f"?{urlencode(query)}"
        extra: dict[str, Any] = {"HTTP_AUTHORIZATION": f"Bearer {self.token}"} if self.token else {}
        if body is not None:
            extra |= {"data": body, "content_type": "application/json"}
        answer = getattr(self.http, method)(address, **extra)
        assert answer.status_code < 500, (answer.status_code, answer.content)
        fits_the_description(method, address, answer)
        if answer.status_code >= 400:
            assert answer["Content-Type"] == "application/problem+json", answer.content
            problem = answer.json()
            assert problem["status"] == answer.status_code
            assert problem["type"] == "about:blank"
            assert {"title", "code", "detail"} <= problem.keys()
        return answer

    def get(self, path: str, **query: Any) -> Any:
        answer = self.send("get", path, **query)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def refused(self, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, str]:
        answer = self.send(method, path, body, **query)
        assert answer.status_code >= 400, answer.content
        return answer.status_code, answer.json()["code"]


@cache
def description() -> dict[str, Any]:
    described: dict[str, Any] = Client().get(f"{API}openapi.json").json()
    return described


def operation_at(method: str, address: str) -> dict[str, Any] | None:
    """Return the described operation at an address; None if it describes no such address or method."""
    path = urlsplit(address).path
    for template, operations in description()["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", r"\\d+", template), path):
            operation: dict[str, Any] | None = operations.get(method)
            return operation
    return None


def fits_the_description(method: str, address: str, answer: Any) -> None:
    """Check status, media type and every field of an answer against the published description."""
    operation = operation_at(method, address)
    if operation is None:
        assert answer.status_code in {404, 405}, "an address that is not described"
        return
    described = operation["responses"]
    assert str(answer.status_code) in described, (method, address, answer.status_code)
    content = described[str(answer.status_code)].get("content")
    if content is None:
        assert answer.content == b""
        return
    schema = content[answer["Content-Type"]]["schema"]
    validator = Draft202012Validator({**schema, "components": description()["components"]})
    validator.validate(answer.json())
    reference = schema["$ref"].rpartition("/")[2]
    known = description()["components"]["schemas"][reference]["properties"].keys()
    assert answer.json().keys() <= known, "a field that is not described"


def token_of(program: Program, scope: str | None = BOTH, **fields: str) -> str:
    answer = program.token(grant_type="client_credentials", scope=scope, **fields)
    assert answer.status_code == 200, answer.content
    return str(answer.json()["access_token"])


def robot(register: Any, **fields: Any) -> Program:
    """Register a program that may administer."""
    program: Program = register(
        **{
            "name": "Robot",
            "authorization_grant_type": Consumer.GRANT_CLIENT_CREDENTIALS,
            "callback_urls": [],
            "may_administer": True,
            **fields,
        }
    )
    return program


RESOURCE = f"{settings.PUBLIC_URL}/api/admin"
