"""Which assets and meters are in a location, at any depth.

The contract promises any depth for assets only (`is_tree`). Its location filter for meters has an unknown
depth, so meters are matched against the assets below the location.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from mcp_gateway.calls.errors import NotPermitted
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.paging import all_rows
from mcp_gateway.upstream.resources.items import ItemFilter, list_items
from mcp_gateway.upstream.resources.meters import MeterRow
from mcp_gateway.upstream.rows import PAGE_SIZE

MOST_PAGES = 12  # of assets, read for their codes; a larger location is matched by the path of its rows
MOST_PAGES_WITHOUT_PATH = 60


@dataclass(frozen=True, slots=True)
class Subtree:
    """A location, given by the codes of everything in it, or by a path if these are too many."""

    code: str
    codes: frozenset[str] | None
    path: str = ""

    def holds(self, row: MeterRow) -> bool:
        if row.asset_code == self.code:
            return True
        if self.codes is not None:
            return row.asset_code in self.codes
        return (row.asset_path or "").startswith(self.path)


async def subtree_of(upstream: Upstream, code: str) -> Subtree | None:
    """Return the location's contents; None if the person may not see assets.

    Then only the upstream's own filter is left.
    """
    below = partial(list_items, upstream, ItemFilter(location=code, whole_tree=True))
    try:
        first = await below(start=0, size=PAGE_SIZE)
        path = ""
        if first.total is not None and first.total > MOST_PAGES * PAGE_SIZE:
            path = await _path_in(upstream, code)
    except NotPermitted:
        return None
    if path:
        return Subtree(code, None, path)
    rows = (
        first.rows
        if first.is_last
        else await all_rows(below, upstream.gaps, "assets in that location", most=MOST_PAGES_WITHOUT_PATH)
    )
    return Subtree(code, frozenset(row.code for row in rows))


async def _path_in(upstream: Upstream, code: str) -> str:
    """Return the path of the location's direct children, which each of them carries."""
    children = (await list_items(upstream, ItemFilter(location=code), size=1)).rows
    return (children[0].parent_description or "") if children else ""
