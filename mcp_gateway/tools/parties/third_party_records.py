"""A third party as an answer shows it."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from mcp_gateway.calls.errors import NotFound, offered
from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.tools.kit.documents import Document
from mcp_gateway.tools.kit.identifiers import Code, in_another_dress, shown_code
from mcp_gateway.tools.kit.text import (
    TEXT,
    UntrustedLongText,
    UntrustedName,
    UntrustedText,
    cleaned,
)
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.resources.third_parties import (
    ThirdPartyRow,
    find_third_party,
)

PartyType = Literal["service_provider", "manufacturer", "supplier", "customer"]
PARTY_TYPE: dict[int, PartyType] = {1: "service_provider", 2: "manufacturer", 3: "supplier", 4: "customer"}


class Service(BaseModel):
    id: int
    name: UntrustedText
    cost: Annotated[float | None, Field(description="In the company's currency.")] = None
    unit: UntrustedName | None = None
    details: UntrustedLongText | None = None


class Contact(BaseModel):
    name: UntrustedName | None = None
    email: UntrustedName | None = None
    telephone: UntrustedName | None = None
    mobile: UntrustedName | None = None
    role: UntrustedName | None = None
    branch: UntrustedName | None = None


class ThirdParty(BaseModel):
    code: Code
    name: UntrustedText | None = None
    types: list[PartyType] = []
    email: UntrustedName | None = None
    telephone: UntrustedName | None = None
    city: UntrustedName | None = None
    country: UntrustedName | None = None
    address: UntrustedText | None = None
    web_page: UntrustedName | None = None
    classification_1: UntrustedName | None = None
    classification_2: UntrustedName | None = None
    active: bool | None = None
    services: list[Service] | None = None
    contacts: list[Contact] | None = None
    documents: list[Document] | None = None
    url: str


def third_party(row: ThirdPartyRow) -> ThirdParty:
    return ThirdParty(
        code=row.code,
        name=row.name,
        types=[PARTY_TYPE[kind] for kind in row.types if kind in PARTY_TYPE],
        email=row.email,
        telephone=row.telephone_1,
        city=row.city,
        country=row.country,
        address=row.address,
        web_page=row.web_page,
        classification_1=row.groups_1_desc,
        classification_2=row.groups_2_desc,
        active=row.active,
        url=record_url("third-parties", row.code),
    )


async def no_such_third_party(upstream: Upstream, code: str) -> NotFound:
    likely = await in_another_dress(code, partial(find_third_party, upstream))
    return NotFound(
        "There is no third party with that code. list_third_parties(text) finds it by its words.",
        **offered(likely, lambda row: {"code": shown_code(row.code), "name": cleaned(row.name, TEXT)}),
    )
