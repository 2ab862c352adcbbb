"""/items_custom_fields: what a company adds to its assets.

Contract: docs/reference/fracttal-api.md#assets.
"""

from __future__ import annotations

from mcp_gateway.upstream.client import Upstream
from mcp_gateway.upstream.http import Query
from mcp_gateway.upstream.rows import PAGE_SIZE, Row, Whole, rows_of


class CustomFieldRow(Row):
    id: Whole = None
    id_custom_field: Whole = None
    label_name: str | None = None
    value: str | None = None
    code: str | None = None
    id_custom_field_type: Whole = None


async def list_custom_fields(upstream: Upstream, code: str, item_type: int) -> list[CustomFieldRow]:
    """The contract wants the type of the asset too."""
    query: Query = {"item_type": item_type, "limit": PAGE_SIZE}
    envelope = await upstream.get(["items_custom_fields", code], query)
    return [row for row in rows_of(CustomFieldRow, envelope) if row.code in (None, code)]


async def set_custom_field(upstream: Upstream, code: str, item_type: int, field: int, value: str) -> None:
    body = {"id_type_item": item_type, "id_custom_field": field, "value": value}
    await upstream.put(["items_custom_fields", code], body)
