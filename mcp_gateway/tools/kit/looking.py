"""A bounded search through a long list, which says what it left out."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic

from mcp_gateway.upstream.paging import Fetch, NoFurther, pages
from mcp_gateway.upstream.rows import PAGE_SIZE, R

MOST_PAGES = 3


@dataclass(slots=True)
class Looked(Generic[R]):
    rows: list[R]
    left_out: str = ""
    whole: bool = True  # every record of the list was read


async def look(
    fetch: Fetch[R],
    fits: Callable[[R], bool],
    most: int = MOST_PAGES,
    enough: Callable[[list[R]], bool] | None = None,
) -> Looked[R]:
    """Return the matching rows of the first pages: the newest, or the first by name.

    No further page is read once they are `enough`.
    """
    rows: list[R] = []
    seen, total, whole, unread = 0, None, False, 0
    with contextlib.suppress(NoFurther):
        async for page in pages(fetch, most=most):
            rows += [row for row in page.rows if fits(row)]
            seen, total, whole = seen + page.read, page.total, page.is_last
            unread += len(page.unread)
            if enough is not None and enough(rows):
                break
    return Looked(rows, "" if whole else _left_out(seen, total), whole and not unread)


async def look_from_the_end(fetch: Fetch[R], fits: Callable[[R], bool]) -> Looked[R]:
    """Return the matching rows of a list that is sorted oldest first.

    Of a long list only the last pages and the first one are read.
    """
    first = await fetch(start=0, size=PAGE_SIZE)
    if first.is_last:
        return Looked([row for row in reversed(first.rows) if fits(row)], whole=not first.unread)
    later = (MOST_PAGES - 1) * PAGE_SIZE
    start = max(first.end, (first.total or 0) - later)
    rows, seen, whole, unread = list(first.rows), first.read, False, len(first.unread)
    with contextlib.suppress(NoFurther):
        async for page in pages(fetch, start=start, most=MOST_PAGES - 1, first=first.first):
            rows += page.rows
            seen, whole = seen + page.read, page.is_last
            unread += len(page.unread)
    whole = whole and start == first.end
    left_out = "" if whole else _left_out(seen, first.total)
    return Looked([row for row in reversed(rows) if fits(row)], left_out, whole and not unread)


def _left_out(seen: int, total: int | None) -> str:
    return f"only {seen}{'' if total is None else f' of {total}'} were searched for the words"
