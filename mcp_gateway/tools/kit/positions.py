"""Positions in a list whose records change while people page through it.

A row number alone is not enough: if three requests leave the list, the next three move up into the page that
was already shown. So a cursor also carries the sort key of the last record that was shown or skipped.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Generic

import orjson

from mcp_gateway.upstream.paging import Fetch
from mcp_gateway.upstream.rows import PAGE_SIZE, R

Key = tuple[float | str, ...]
KeyOf = Callable[[R], Key | None]  # None if the record has no key
MOVING = (
    "Fracttal One gives this list in no stable order: if records change meanwhile, start "
    "again without a cursor, or some may be missed."
)


def newest_first(moment: dt.datetime | None, number: int | None) -> Key | None:
    return None if moment is None or number is None else (-moment.timestamp(), -number)


def soonest_first(moment: dt.datetime | None, number: int | None) -> Key | None:
    return None if moment is None or number is None else (moment.timestamp(), number)


def in_order(*parts: float | str | None) -> Key | None:
    """Build a sort key from numbers and texts, None if a part is missing.

    Texts compare by code point, an order that every database has.
    """
    known = tuple(part for part in parts if part is not None)
    return known if len(known) == len(parts) else None


class SortPosition(Generic[R]):
    """The position in a sorted list.

    `after` is the key in this page's cursor; `last` goes into the next one.
    """

    def __init__(self, key: KeyOf[R], after: Key | None) -> None:
        self._key = key
        self.after = after
        self.last = after
        self._seen: Key | None = None
        self.lost = False  # a record has no key, or the list is not sorted by it: only the row number is left

    def is_new(self, row: R) -> bool:
        """Return False for a record that an earlier page has shown or skipped.

        Call it in the order of the list.
        """
        key = None if self.lost else self._key(row)
        if key is None or (self._seen is not None and key <= self._seen):
            self.lost = True
            return True
        self._seen = key
        return self.after is None or key > self.after

    def went_past(self, row: R) -> None:
        """Note that the record is in the answer, or does not belong to it."""
        self.last = self._key(row)

    @property
    def token(self) -> str | None:
        return None if self.lost or self.last is None else orjson.dumps(self.last).decode()


def key_of_token(token: int | str | None) -> Key | None:
    return tuple(orjson.loads(token)) if isinstance(token, str) else None


async def row_of_position(fetch: Fetch[R], row: int, key: KeyOf[R], after: Key | None) -> int:
    """Return `row`, or an earlier row if records before it have left the list, so that none is missed."""
    while after is not None and row > 0:
        page = await fetch(start=row - 1, size=1)
        found = key(page.rows[0]) if page.rows else None
        if found is not None and found <= after:
            break
        row = max(0, row - PAGE_SIZE)
    return row
