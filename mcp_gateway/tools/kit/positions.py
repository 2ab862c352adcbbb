"""Where a list goes on while people work on what it shows.

A row number alone is no place: three requests that are moved on pull the next three into the page that was
shown. So a cursor also remembers the key by which the list is sorted, of the last record that it went past.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Generic

import orjson

from mcp_gateway.upstream.paging import Fetch
from mcp_gateway.upstream.rows import PAGE_SIZE, R

Key = tuple[float | str, ...]
KeyOf = Callable[[R], Key | None]  # None: this record has none
MOVING = (
    "Fracttal One gives this list in no order that a cursor could hold on to: after changes to the records "
    "begin again without a cursor, or some may be missed."
)


def newest_first(moment: dt.datetime | None, number: int | None) -> Key | None:
    return None if moment is None or number is None else (-moment.timestamp(), -number)


def soonest_first(moment: dt.datetime | None, number: int | None) -> Key | None:
    return None if moment is None or number is None else (moment.timestamp(), number)


def in_order(*parts: float | str | None) -> Key | None:
    """By numbers or by texts; these as their code points stand, which every database can sort by."""
    known = tuple(part for part in parts if part is not None)
    return known if len(known) == len(parts) else None


class Place(Generic[R]):
    """`after` is what the cursor remembers; `last` what the next one will."""

    def __init__(self, key: KeyOf[R], after: Key | None) -> None:
        self._key = key
        self.after = after
        self.last = after
        self._seen: Key | None = None
        self.lost = False  # a record without a key, or not sorted by it: only the row number is left

    def is_new(self, row: R) -> bool:
        """False for what an answer before was past already. Records are to be given in their order."""
        key = None if self.lost else self._key(row)
        if key is None or (self._seen is not None and key <= self._seen):
            self.lost = True
            return True
        self._seen = key
        return self.after is None or key > self.after

    def went_past(self, row: R) -> None:
        """The record is in the answer, or does not belong to it."""
        self.last = self._key(row)

    @property
    def kept(self) -> str | None:
        return None if self.lost or self.last is None else orjson.dumps(self.last).decode()


def remembered(kept: int | str | None) -> Key | None:
    return tuple(orjson.loads(kept)) if isinstance(kept, str) else None


async def row_of_place(fetch: Fetch[R], row: int, key: KeyOf[R], after: Key | None) -> int:
    """`row`, or so much before it that nothing is left out: records before it may be gone meanwhile."""
    while after is not None and row > 0:
        page = await fetch(row - 1, 1)
        found = key(page.rows[0]) if page.rows else None
        if found is not None and found <= after:
            break
        row = max(0, row - PAGE_SIZE)
    return row
