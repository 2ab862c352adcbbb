"""Reads lists page by page, even if the upstream does not support paging."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from typing import Protocol

from mcp_gateway.calls.errors import UpstreamNotUnderstood
from mcp_gateway.upstream.gaps import Gaps
from mcp_gateway.upstream.rows import PAGE_SIZE, Page, R, R_co

SAME_PAGE = "Fracttal One gave the same page twice."


class Fetch(Protocol[R_co]):
    """Reads one page of a list: a function of `resources/` with its other arguments bound."""

    def __call__(self, *, start: int, size: int) -> Awaitable[Page[R_co]]: ...


class NoFurther(UpstreamNotUnderstood):
    """The upstream does not advance from page to page, so the rows read so far are all that it gives."""


async def pages(
    fetch: Fetch[R], *, start: int = 0, size: int = PAGE_SIZE, most: int, first: str = ""
) -> AsyncIterator[Page[R]]:
    """Yield pages, at most `most`. Raises NoFurther if the upstream does not advance.

    `size` is the size of the first page; further pages are full ones. `first` is the mark of the very first
    row, if `start` is later than that.
    """
    before: Page[R] | None = None
    for _ in range(most):
        page = await fetch(start=start, size=size)
        if start == 0:
            first = page.first
        elif page.read and page.first == first:
            page = await _from_the_beginning(fetch, page)
            if page.start == 0:  # `start` was ignored
                yield _later(page, start)
                if not page.is_last:
                    raise NoFurther(SAME_PAGE)
                return
        elif page.read and before is not None and _is_same(page, before):
            raise NoFurther(SAME_PAGE)
        if page.read == 0 and page.total is not None and page.total > start:
            raise NoFurther("Fracttal One counts more records than it gives.")
        yield page
        if page.is_last:
            return
        start, size, before = page.end, PAGE_SIZE, page


async def all_rows(
    fetch: Fetch[R], gaps: Gaps, what: str, *, most: int, enough: int | None = None
) -> list[R]:
    """Return the rows of up to `most` pages.

    If rows remain, `gaps` says so and how many were read, except after `enough` rows.
    """
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
    """Return a later page that begins like the first page, with the offset it really has.

    That is 0 if the list still begins with these rows: the upstream ignored `start`. Otherwise new records
    have shifted the first row down, or another one is like it, as records without a number may be, and the
    page is right as it is.
    """
    now = await fetch(start=0, size=1)
    if now.first != page.first:
        return page
    again = now if 1 < now.read == page.read else await fetch(start=0, size=page.size)
    if not _is_same(again, page):
        return page
    offsets = [offset - page.start for offset in page.offsets]
    given = now.read > 1 and (page.total is None or page.total <= page.read)
    return replace(page, start=0, offsets=offsets, is_whole=given)


def _is_same(page: Page[R], other: Page[R]) -> bool:
    """Return whether both pages have the same rows, wherever they were requested."""
    unread = [each.mark for each in page.unread] == [each.mark for each in other.unread]
    return (page.first, page.read, page.rows) == (other.first, other.read, other.rows) and unread


def _later(page: Page[R], start: int) -> Page[R]:
    kept = [(offset, row) for offset, row in zip(page.offsets, page.rows, strict=True) if offset >= start]
    return replace(page, offsets=[offset for offset, _ in kept], rows=[row for _, row in kept])
