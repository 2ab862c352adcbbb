"""Documents of assets, people and third parties: their data, never the file.

Contract: docs/reference/fracttal-api.md#documents.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from mcp_gateway.upstream.client import Upstream
from mcp_gateway.upstream.http import Query
from mcp_gateway.upstream.rows import PAGE_SIZE, Flag, Page, Row, Whole, page_of, written_row

Owner = Literal["asset", "person", "third_party"]
RESOURCES: Mapping[Owner, str] = {
    "asset": "items_document_management",
    "person": "personnel_document_management",
    "third_party": "third_parties_document_management",
}


class DocumentRow(Row):
    """A document. `valid_from` and `valid_through` are dates, with or without a time."""

    id: Whole = None
    name: str | None = None
    description: str | None = None
    groups_attached_description: str | None = None
    version: str | None = None
    valid_from: str | None = None
    valid_through: str | None = None
    author: str | None = None
    code_iso: str | None = None
    is_warranty: Flag = None
    status: Flag = None
    item_code: str | None = None
    item_description: str | None = None
    personnel_name: str | None = None
    third_parties_name: str | None = None
    code: str | None = None

    @property
    def owner_code(self) -> str | None:
        return self.item_code or self.code

    @property
    def owner_name(self) -> str | None:
        return self.item_description or self.personnel_name or self.third_parties_name


async def list_documents(
    upstream: Upstream, owner: Owner, *, code: str | None = None, start: int = 0, size: int = PAGE_SIZE
) -> Page[DocumentRow]:
    query: Query = {"code": code, "start": start, "limit": size}
    envelope = await upstream.get([RESOURCES[owner]], query)
    return page_of(
        DocumentRow, envelope, start, size, lambda row: code is None or row.owner_code in (None, code)
    )


async def add_document(upstream: Upstream, owner: Owner, body: Mapping[str, Any]) -> int | None:
    row = written_row(DocumentRow, await upstream.post([RESOURCES[owner]], body))
    return row.id if row else None
