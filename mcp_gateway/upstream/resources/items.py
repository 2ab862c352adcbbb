"""/items: assets of all five types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mcp_gateway.upstream.client import Upstream
from mcp_gateway.upstream.http import Query
from mcp_gateway.upstream.paging import all_rows
from mcp_gateway.upstream.rows import PAGE_SIZE, Flag, Moment, Page, Row, Whole, page_of, the_only

MOST_MOVE_PAGES = 5


class ItemRow(Row):
    code: str
    id: Whole = None
    description: str | None = None
    id_type_item: Whole = None
    active: Flag = None
    available: Flag = None
    field_1: str | None = None
    field_2: str | None = None
    field_3: str | None = None
    field_4: str | None = None
    field_5: str | None = None
    field_6: str | None = None
    barcode: str | None = None
    notes: str | None = None
    groups_description: str | None = None
    groups_1_description: str | None = None
    groups_2_description: str | None = None
    priorities_description: str | None = None
    parent_description: str | None = None
    location_code: str | None = None
    initial_date_out_of_service: Moment = None
    last_final_date_available: Moment = None
    id_group_task: Whole = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFilter:
    """Which assets to list.

    `location` is the code of a location: only its direct children, or with `whole_tree` everything below it.
    `name` is a complete name (`field_1`), `number` the internal id.
    """

    item_type: int | None = None
    location: str | None = None
    whole_tree: bool = False
    active: bool | None = None
    available: bool | None = None
    name: str | None = None
    number: int | None = None

    @property
    def query(self) -> Query:
        return {
            "item_type": self.item_type,
            "location_code": self.location,
            "is_tree": True if self.location is not None and self.whole_tree else None,
            "active": self.active,
            "available": self.available,
            "field_1": self.name,
            "id": self.number,
        }

    def fits(self, row: ItemRow) -> bool:
        return (
            (self.item_type is None or row.id_type_item == self.item_type)
            and (self.active is None or row.active == self.active)
            and (self.available is None or row.available == self.available)
            and (self.location is None or self.whole_tree or row.location_code == self.location)
            and (self.name is None or (row.field_1 or "").casefold() == self.name.casefold())
            and (self.number is None or row.id == self.number)
        )


EVERY_ITEM = ItemFilter()


async def list_items(
    upstream: Upstream, filters: ItemFilter = EVERY_ITEM, *, start: int = 0, size: int = PAGE_SIZE
) -> Page[ItemRow]:
    envelope = await upstream.get(["items"], {**filters.query, "start": start, "limit": size})
    return page_of(ItemRow, envelope, start, size, filters.fits)


async def find_item(upstream: Upstream, code: str) -> ItemRow | None:
    def is_it(row: ItemRow) -> bool:
        return row.code == code

    envelope = await upstream.get(["items"], {"code": code, "limit": 2})
    return the_only(page_of(ItemRow, envelope, 0, 2, is_it), is_it)


async def create_item(upstream: Upstream, body: Mapping[str, Any]) -> None:
    """Create an asset other than a part.

    A part created here would be in no warehouse, and no view of stock would show it
    (docs/reference/fracttal-api.md#what-integrators-met, row 14).
    """
    await upstream.post(["items"], body)


async def update_item(upstream: Upstream, code: str, body: Mapping[str, Any]) -> None:
    """Change an asset. `body` holds what changes, and always `code` and `id_type_item`."""
    await upstream.put(["items", code], body)


class MoveRow(Row):
    code: str | None = None
    source: str | None = None
    destination: str | None = None
    date: Moment = None
    personnel_description: str | None = None


async def moves_of(upstream: Upstream, code: str) -> list[MoveRow]:
    """Return the earlier locations of an asset, newest first."""

    async def fetch(start: int, size: int) -> Page[MoveRow]:
        envelope = await upstream.get(["items_locations"], {"code": code, "start": start, "limit": size})
        return page_of(MoveRow, envelope, start, size, lambda row: row.code in (None, code))

    return await all_rows(fetch, upstream.gaps, "moves", most=MOST_MOVE_PAGES)
