"""/third_parties with their services and contacts.

Contract: docs/reference/fracttal-api.md#third-parties.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcp_gateway.upstream.client import Upstream
from mcp_gateway.upstream.http import Query
from mcp_gateway.upstream.paging import all_rows
from mcp_gateway.upstream.rows import (
    PAGE_SIZE,
    Flag,
    Id,
    Number,
    Page,
    Row,
    Whole,
    page_of,
    the_only,
    written_row,
)

MOST_PAGES = 20  # of services or contacts, for one party
Body = Mapping[str, Any]


class ThirdPartyRow(Row):
    code: str
    name: str | None = None
    email: str | None = None
    active: Flag = None
    address: str | None = None
    city: str | None = None
    country: str | None = None
    telephone_1: str | None = None
    web_page: str | None = None
    groups_1_desc: str | None = None
    groups_2_desc: str | None = None
    id_third_party_type: list[int] | int | None = None

    @property
    def types(self) -> list[int]:
        kinds = self.id_third_party_type
        return kinds if isinstance(kinds, list) else [] if kinds is None else [kinds]


class ServiceRow(Row):
    id: Id
    third_parties_code: str | None = None
    service_types_description: str | None = None
    description: str | None = None
    cost: Number = None
    details: str | None = None
    units_description: str | None = None

    @property
    def name(self) -> str:
        return self.service_types_description or self.description or ""


class ContactRow(Row):
    id: Whole = None
    third_parties_code: str | None = None
    contact_name: str | None = None
    contact_email: str | None = None
    branch_name: str | None = None
    role: str | None = None
    telephone: str | None = None
    movil: str | None = None


async def list_third_parties(
    upstream: Upstream, *, code: str | None = None, start: int = 0, size: int = PAGE_SIZE
) -> Page[ThirdPartyRow]:
    """Return a page of third parties. Paging is not documented here, so an answer may contain all rows."""
    query: Query = {"code": code, "start": start, "limit": size}
    envelope = await upstream.get(["third_parties"], query)
    return page_of(ThirdPartyRow, envelope, start, size, lambda row: code is None or row.code == code)


async def find_third_party(upstream: Upstream, code: str) -> ThirdPartyRow | None:
    return the_only(await list_third_parties(upstream, code=code, size=2), lambda row: row.code == code)


async def services_of(upstream: Upstream, code: str) -> list[ServiceRow]:
    async def fetch(start: int, size: int) -> Page[ServiceRow]:
        query: Query = {"code": code, "start": start, "limit": size}
        envelope = await upstream.get(["third_parties_services"], query)
        return page_of(ServiceRow, envelope, start, size, lambda row: row.third_parties_code in (None, code))

    return await all_rows(fetch, upstream.gaps, "services", most=MOST_PAGES)


async def contacts_of(upstream: Upstream, code: str) -> list[ContactRow]:
    async def fetch(start: int, size: int) -> Page[ContactRow]:
        envelope = await upstream.get(["third_parties_contacts", code], {"start": start, "limit": size})
        return page_of(ContactRow, envelope, start, size, lambda row: row.third_parties_code in (None, code))

    return await all_rows(fetch, upstream.gaps, "contacts", most=MOST_PAGES)


async def create_third_party(upstream: Upstream, body: Body) -> None:
    await upstream.post(["third_parties"], body)


async def update_third_party(upstream: Upstream, code: str, body: Body) -> None:
    await upstream.put(["third_parties", code], body)


async def create_service(upstream: Upstream, body: Body) -> int | None:
    row = written_row(ServiceRow, await upstream.post(["third_parties_services"], body))
    return row.id if row else None


async def update_service(upstream: Upstream, number: int, body: Body) -> None:
    await upstream.put(["third_parties_services", str(number)], {"id_third_party_service": number, **body})
