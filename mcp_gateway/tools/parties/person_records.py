"""A person of the company as an answer shows it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.tools.kit.documents import Document
from mcp_gateway.tools.kit.identifiers import Code
from mcp_gateway.tools.kit.text import UntrustedName, UntrustedText
from mcp_gateway.upstream.resources.personnel import PersonRow


class Person(BaseModel):
    code: Code | None = None
    name: UntrustedName
    email: UntrustedName | None = None
    telephone: UntrustedName | None = None
    active: bool | None = None
    department: UntrustedName | None = None
    role: UntrustedName | None = None
    work_shift: UntrustedName | None = None
    location: UntrustedText | None = None
    has_account: Annotated[bool | None, Field(description="Whether the person can sign in.")] = None
    permission_group: UntrustedName | None = None
    documents: list[Document] | None = None
    url: str | None = None


def person_texts(row: PersonRow) -> tuple[str | None, ...]:
    return (row.full_name, row.code, row.email, row.groups_1_description, row.groups_2_description)


def person(row: PersonRow) -> Person:
    return Person(
        code=row.code,
        name=row.full_name,
        email=row.email,
        telephone=row.telephone,
        active=row.active,
        department=row.groups_1_description,
        role=row.groups_2_description,
        work_shift=row.description_work_shifts,
        location=row.asset_location_description,
        has_account=row.account_active,
        permission_group=row.groups_permissions_description,
        url=record_url("people", row.code) if row.code else None,
    )
