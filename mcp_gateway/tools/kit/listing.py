"""Lists: pages of limited size, notes on what was not examined, and cursors."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, TypeVar

import msgspec
import orjson
from pydantic import BaseModel, ConfigDict, Field, field_validator

from mcp_gateway.calls.cursors import MAX_LENGTH, Position
from mcp_gateway.calls.record_urls import report_url
from mcp_gateway.calls.tool import Call
from mcp_gateway.tools.kit.counting import Filtered, is_doubtful
from mcp_gateway.tools.kit.identifiers import bare
from mcp_gateway.tools.kit.positions import MOVING, KeyOf, SortPosition, key_of_token, row_of_position
from mcp_gateway.tools.kit.text import clean
from mcp_gateway.upstream.paging import Fetch, NoFurther, pages
from mcp_gateway.upstream.rows import PAGE_SIZE, Page, R

MOST_PAGES = 10  # read in one call if we have to filter ourselves
SIZE_LIMIT = 90_000  # bytes of records in one answer

T = TypeVar("T", bound=BaseModel | msgspec.Struct)
_encoder = msgspec.json.Encoder()

IdempotencyKey = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9_.:-]{8,128}$",
        description="A new text of 8 to 128 letters, digits or _.:-; a repeat with it writes nothing twice.",
    ),
]


class Arguments(BaseModel):
    """Base of every tool's input model."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @field_validator("*", mode="after")
    @classmethod
    def can_be_seen(cls, value: object) -> object:
        if isinstance(value, str) and value and not clean(value, len(value)) and not bare(value):
            raise ValueError("must contain at least one visible character")
        return value


class ListArguments(Arguments):
    limit: Annotated[int, Field(ge=1, le=100, description="Records, at most.")] = 25
    cursor: Annotated[
        str | None,
        Field(max_length=MAX_LENGTH, description="next_cursor of the answer before; same filters."),
    ] = None

    @property
    def filters(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude={"limit", "cursor"}, exclude_none=True)


class ListAnswer(BaseModel):
    returned: Annotated[int, Field(description="Number of records in this answer.")]
    total: Annotated[
        int | None, Field(description="Number of all matching records; omitted if not surely known.")
    ] = None
    has_more: Annotated[bool, Field(description="True if there may be more: continue with next_cursor.")]
    partial: Annotated[
        bool, Field(description="True if only part of the records was examined for this answer.")
    ] = False
    next_cursor: str | None = None
    all_rows_url: Annotated[
        str | None, Field(description="Page with all records, for the person to download.")
    ] = None
    notes: Annotated[list[str], Field(description="Notes on this answer.")] = []


def present(**fields: Any) -> dict[str, Any]:
    """Return the fields that have a value."""
    return {name: value for name, value in fields.items() if value is not None}


@dataclass(slots=True)
class Listed(Generic[T]):
    """The records found, and the row to continue from (None at the end).

    `first` identifies the very first row of the list.
    """

    records: list[T] = field(default_factory=list)
    next_row: int | None = None
    total: int | None = None
    at_most: int | None = None  # the upstream's count, if it may have ignored a filter
    partial: bool = False
    looked_at: int = 0
    after: str | None = None  # the sort key for the next cursor, beside next_row
    moving: bool = False  # there is no sort key: the list has no stable order
    stuck: str = ""  # why the rest cannot be read
    first: str = ""

    async def pages_of(self, fetch: Fetch[R], *, start: int, size: int, most: int) -> AsyncIterator[Page[R]]:
        try:
            async for page in pages(fetch, start=start, size=size, most=most, first=self.first):
                self.looked_at += page.read
                if page.start == 0 and page.first:
                    self.first = page.first
                yield page
        except NoFurther as error:
            self.stuck = error.message

    async def count(self, fetch: Fetch[R], page: Page[R], *, is_first: bool) -> None:
        """Take the count from the first page that is read.

        `is_first` says that the answer begins with the list.
        """
        if self.looked_at > page.read and page.counted is not None:
            return  # counted with an earlier page
        if isinstance(fetch, Filtered):
            self.total, self.at_most = await fetch.counts(page, is_first=is_first)
        else:
            self.total = page.counted


class Basket(Generic[T]):
    """Collects records up to a limit of number and size."""

    def __init__(self, limit: int) -> None:
        self.records: list[T] = []
        self.written: list[orjson.Fragment] = []  # serialized
        self._limit = limit
        self._sizes: list[int] = []

    def take(self, record: T) -> bool:
        """Add a record. Return False if it belongs to the next answer; the first record always fits."""
        written = (
            record.__pydantic_serializer__.to_json(record, exclude_none=True)
            if isinstance(record, BaseModel)
            else _encoder.encode(record)
        )
        if self.records and (
            len(self.records) >= self._limit or sum(self._sizes) + len(written) > SIZE_LIMIT
        ):
            return False
        self._sizes.append(len(written))
        self.records.append(record)
        self.written.append(orjson.Fragment(written))
        return True

    def keep_only(self, first: int) -> None:
        """Drop all records except the first ones."""
        del self.records[first:], self.written[first:], self._sizes[first:]


async def listed(
    fetch: Fetch[R],
    make: Callable[[R], T],
    *,
    position: Position,
    limit: int,
    keep: Callable[[R], bool] | None = None,
    key: KeyOf[R] | None = None,
    basket: Basket[T] | None = None,
) -> Listed[T]:
    """Read up to MOST_PAGES pages; usually one is enough if the upstream filters.

    `keep` is a filter that the upstream does not have. `key` is the sort key of the list, which the cursor
    carries beside the row number. `basket` may already hold records of another list.
    """
    found: Listed[T] = Listed(first=str(position.get("first", "")))
    basket = Basket(limit) if basket is None else basket
    at_first = len(basket.records)
    after = key_of_token(position.get("after"))
    sorted_at = None if key is None else SortPosition(key, after)
    start, last, unread = int(position.get("row", 0)), True, False
    if key is not None:
        start = await row_of_position(fetch, start, key, after)
    # A full page proves that the filters were applied, if it contains the whole list.
    size = limit if keep is None and not is_doubtful(fetch) else PAGE_SIZE
    async for page in found.pages_of(fetch, start=start, size=size, most=MOST_PAGES):
        unread = unread or bool(page.unread)
        if keep is None:
            await found.count(fetch, page, is_first=not position)
        for offset, row in zip(page.offsets, page.rows, strict=True):
            if sorted_at is not None:
                new = sorted_at.is_new(row)
                if sorted_at.lost and after is not None:
                    without = {name: value for name, value in position.items() if name != "after"}
                    basket.keep_only(at_first)
                    found = await listed(fetch, make, position=without, limit=limit, keep=keep, basket=basket)
                    found.moving = found.next_row is not None
                    return found
                found.after, found.moving = sorted_at.token, sorted_at.lost
                if not new:
                    continue
            if (keep is None or keep(row)) and not basket.take(make(row)):
                found.records = basket.records
                found.next_row = offset
                return found
            if sorted_at is not None:
                sorted_at.went_past(row)
                found.after = sorted_at.token
        last, found.next_row = page.is_last, page.end
        if keep is None and len(basket.records) == limit:
            break
    found.records = basket.records
    if last or found.stuck:
        found.next_row = None
        if not (position or unread or found.stuck):
            found.total = len(basket.records) - at_first
    else:
        found.partial = len(found.records) < limit
    return found


def position_of(call: Call, tool: str, arguments: ListArguments) -> Position:
    if arguments.cursor is None:
        return {}
    return call.cursors.open(tool, arguments.filters, arguments.cursor)


def ending(
    call: Call, tool: str, arguments: ListArguments, found: Listed[Any], notes: list[str], **more: int | str
) -> dict[str, Any]:
    """Return the fields at the end of every list answer."""
    notes = list(notes)
    if found.total is None and found.at_most is not None and found.next_row is not None:
        notes.append(
            f"At most {found.at_most} records match: Fracttal One counts so many, and may pass over a filter."
        )
    if found.stuck:
        notes.append(f"{found.stuck} There may be more records that could not be read.")
    elif found.partial:
        notes.append(
            f"Only {found.looked_at} rows were examined so far, not all of them. "
            "Call again with next_cursor to continue, or narrow the query."
        )
    cursor = None
    if found.next_row is not None:
        keys = present(first=found.first or None, after=found.after)
        cursor = call.cursors.seal(tool, arguments.filters, {"row": found.next_row, **keys, **more})
        if found.moving:
            notes.append(MOVING)
    return {
        "returned": len(found.records),
        "total": found.total,
        "has_more": cursor is not None,
        "partial": found.partial or bool(found.stuck),
        "next_cursor": cursor,
        "all_rows_url": None if cursor is None else report_url(tool, arguments.filters),
        "notes": notes,
    }
