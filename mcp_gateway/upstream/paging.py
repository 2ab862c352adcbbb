"""From page to page of a list, over an upstream that may not know how."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

from mcp_gateway.calls.errors import UpstreamNotUnderstood
from mcp_gateway.upstream.gaps import Gaps
from mcp_gateway.upstream.rows import PAGE_SIZE, Page, R

SAME_PAGE = "Fracttal One gave the same page twice."
Fetch = Callable[[int, int], Awaitable[Page[R]]]


class NoFurther(UpstreamNotUnderstood):
    """The upstream does not get on from page to page: what was read is all that it gives."""


async def pages(
    fetch: Fetch[R], *, start: int = 0, size: int = PAGE_SIZE, most: int, first: str = ""
) -> AsyncIterator[Page[R]]:
    """One page after another, at most `most`; NoFurther where they do not get on.

    `size` is that of the first page: who needs more than that needs full ones. `first` is the mark of
    the row at the very beginning, for a `start` later than that.
    """
    before = ""
    for _ in range(most):
        page = await fetch(start, size)
        if start == 0:
            first = page.first
        elif page.read and page.first == first:
            page = await _from_the_beginning(fetch, page)
            if page.start == 0:  # `start` is ignored
                yield _later(page, start)
                if not page.is_last:
                    raise NoFurther(SAME_PAGE)
                return
        elif page.read and page.first == before:
            raise NoFurther(SAME_PAGE)
        if page.read == 0 and page.total is not None and page.total > start:
            raise NoFurther("Fracttal One counts more records than it gives.")
        yield page
        if page.is_last:
            return
        start, size, before = page.end, PAGE_SIZE, page.first


async def all_rows(
    fetch: Fetch[R], gaps: Gaps, what: str, *, most: int, enough: int | None = None
) -> list[R]:
    """Rows of up to `most` pages; that there are more is said, with how many were read, but where there are
    `enough` rows."""
    rows: list[R] = []
    end, is_last = 0, True
    try:
        async for page in pages(fetch, most=most):
            rows += page.rows
            end, is_last = page.end, page.is_last
            if enough is not None and len(rows) >= enough:
                return rows
    except NoFurther:
        is_last = False
    if not is_last:
        gaps.note(f"Only the first {end} {what} could be examined; there are more.")
    return rows


async def _from_the_beginning(fetch: Fetch[R], page: Page[R]) -> Page[R]:
    """A later page that begins like the very first one is that one again, unless the first row is another
    by now: new records move the rest down."""
    now = await fetch(0, 1)
    if now.first != page.first:
        return page
    offsets = [offset - page.start for offset in page.offsets]
    given = now.read > 1 and (page.total is None or page.total <= page.read)
    return replace(page, start=0, offsets=offsets, is_whole=given)


def _later(page: Page[R], start: int) -> Page[R]:
    kept = [(offset, row) for offset, row in zip(page.offsets, page.rows, strict=True) if offset >= start]
    return replace(page, offsets=[offset for offset, _ in kept], rows=[row for _, row in kept])
