"""/items_custom_fields: fields that a company adds to its assets.

Contract: docs/reference/fracttal-api.md#assets.
"""

from __future__ import annotations

from mcp_gateway.upstream.client import Upstream
from mcp_gateway.upstream.http import Query
from mcp_gateway.upstream.paging import all_rows
from mcp_gateway.upstream.rows import Page, Row, Whole, page_of

MOST_PAGES = 5  # for one asset


class CustomFieldRow(Row):
    id: Whole = None
    id_custom_field: Whole = None
    label_name: str | None = None
    value: str | None = None
    code: str | None = None
    id_custom_field_type: Whole = None


async def list_custom_fields(upstream: Upstream, code: str, item_type: int) -> list[CustomFieldRow]:
    """Return an asset's custom fields. The contract also requires the type of the asset."""

    async def fetch(start: int, size: int) -> Page[CustomFieldRow]:
        query: Query = {"item_type": item_type, "start": start, "limit": size}
        envelope = await upstream.get(["items_custom_fields", code], query)
        return page_of(CustomFieldRow, envelope, start, size, lambda row: row.code in (None, code))

    return await all_rows(fetch, upstream.gaps, "custom fields", most=MOST_PAGES)


async def set_custom_field(upstream: Upstream, code: str, item_type: int, field: int, value: str) -> None:
    body = {"id_type_item": item_type, "id_custom_field": field, "value": value}
    await upstream.put(["items_custom_fields", code], body)
