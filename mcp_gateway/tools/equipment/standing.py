"""What stands in a place, at any depth.

The contract says this of assets alone (`is_tree`); for meters it names a filter by location whose depth
nobody knows. So meters are compared with the assets below the place.
"""

from __future__ import annotations

from dataclasses import dataclass

from mcp_gateway.calls.errors import NotPermitted
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.paging import all_rows
from mcp_gateway.upstream.resources.items import ItemRow, list_items
from mcp_gateway.upstream.resources.meters import MeterRow
from mcp_gateway.upstream.rows import PAGE_SIZE, Page

MOST_PAGES = 12  # of assets that are read to know their codes; more are told by the path of their places
MOST_PAGES_WITHOUT_PATH = 60


@dataclass(frozen=True, slots=True)
class Place:
    """By the codes of all that stands in it, or, where that is too much, by the path that its rows carry."""

    code: str
    codes: frozenset[str] | None
    path: str = ""

    def holds(self, row: MeterRow) -> bool:
        if row.asset_code == self.code:
            return True
        if self.codes is not None:
            return row.asset_code in self.codes
        return (row.asset_path or "").startswith(self.path)


async def place_of(upstream: Upstream, code: str) -> Place | None:
    """None where this person may not see assets: then the upstream's own filter is all there is."""

    async def below(start: int, size: int) -> Page[ItemRow]:
        return await list_items(upstream, location=code, whole_tree=True, start=start, size=size)

    try:
        first = await below(0, PAGE_SIZE)
        path = ""
        if first.total is not None and first.total > MOST_PAGES * PAGE_SIZE:
            path = await _path_in(upstream, code)
    except NotPermitted:
        return None
    if path:
        return Place(code, None, path)
    rows = (
        first.rows
        if first.is_last
        else await all_rows(below, upstream.gaps, "assets in that place", most=MOST_PAGES_WITHOUT_PATH)
    )
    return Place(code, frozenset(row.code for row in rows))


async def _path_in(upstream: Upstream, code: str) -> str:
    """The path of what stands directly in the place: one of them carries it."""
    children = (await list_items(upstream, location=code, size=1)).rows
    return (children[0].parent_description or "") if children else ""
