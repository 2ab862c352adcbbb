"""Rows of the contract: tolerant of what the vendor leaves open, strict about what is used."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from operator import eq
from typing import Annotated, Any, Generic, TypeVar

import msgspec

from mcp_gateway.errors import UpstreamNotUnderstood
from mcp_gateway.upstream.envelope import Envelope

PAGE_SIZE = 100

R = TypeVar("R", bound="Row")


Moment = Annotated[dt.datetime, msgspec.Meta(tz=True)] | None
Number = float | None
Whole = int | None
Flag = bool | None


class Row(msgspec.Struct):
    """The fields of a row that we use: only these are read, and checked while they are read.

    No key is sure to be filled. What comes in another type than the contract says is mended where
    its meaning is plain (a folio as a number, a number as text, a moment without a zone).
    """


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """`start` is the offset of the first row and `read` how many rows the upstream gave from there;
    `offsets` are those of the rows that were kept."""

    rows: Sequence[R]
    offsets: Sequence[int]
    start: int
    read: int
    total: int | None
    size: int

    @property
    def counted(self) -> int | None:
        """`total`, where it counts what was asked for: not once a row had to be dropped."""
        return self.total if len(self.rows) == self.read else None

    @property
    def end(self) -> int:
        return self.start + self.read

    @property
    def is_last(self) -> bool:
        if self.read == 0:
            return True
        return self.end >= self.total if self.total is not None else self.read < self.size


Fetch = Callable[[int, int], Awaitable[Page[R]]]


class SamePageAgain(UpstreamNotUnderstood):
    """The upstream does not get on from page to page: what was read is all that it gives."""


def check_new(page: Page[R], before: Page[R] | None) -> None:
    """SamePageAgain where a page begins like the one before it; their sizes may differ."""
    if before is not None and page.rows and before.rows and all(map(eq, _placed(page), _placed(before))):
        raise SamePageAgain("Fracttal One gave the same page twice.")


def _placed(page: Page[R]) -> Iterator[tuple[int, R]]:
    """Rows with their place in the page: one that moved down to the next page is no sign of a repeat."""
    return ((offset - page.start, row) for offset, row in zip(page.offsets, page.rows, strict=True))


def page_of(
    model: type[R],
    envelope: Envelope,
    start: int,
    size: int,
    keep: Callable[[R], bool] | None = None,
) -> Page[R]:
    """`keep` looks again at what the upstream was asked to filter: unknown filters are ignored there."""
    rows = rows_of(model, envelope)
    offsets: Sequence[int] = range(start, start + len(rows))
    read = len(rows)
    if keep is not None:
        kept = [(offset, row) for offset, row in zip(offsets, rows, strict=True) if keep(row)]
        offsets, rows = [offset for offset, _ in kept], [row for _, row in kept]
    return Page(rows, offsets, start, read, envelope.total, size)


def rows_of(model: type[R], envelope: Envelope) -> list[R]:
    """As the contract says, or mended: only an answer that needs it pays for our tolerance."""
    try:
        return _decoder(model).decode(envelope.raw)
    except (msgspec.MsgspecError, RecursionError):
        pass
    try:
        return [msgspec.convert(_mended(model, row), model, strict=False) for row in envelope.rows]
    except msgspec.ValidationError:
        raise UpstreamNotUnderstood("Fracttal One gave a record that could not be understood.") from None


@cache
def _decoder(model: type[R]) -> msgspec.json.Decoder[list[R]]:
    return msgspec.json.Decoder(list[model])  # type: ignore[valid-type] # known at run time only


def _mended(model: type[Row], row: dict[str, Any]) -> dict[str, Any]:
    """Empty values come as an empty text too; moments without a zone are UTC."""
    mended = {name: value for name, value in row.items() if value != ""}
    for field in msgspec.structs.fields(model):
        value = mended.get(field.encode_name)
        if field.type == Moment and isinstance(value, str):
            with contextlib.suppress(ValueError):
                moment = dt.datetime.fromisoformat(value)
                mended[field.encode_name] = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
        elif field.type in (str, str | None) and isinstance(value, int | float):
            mended[field.encode_name] = str(value)
        elif field.type in (int, Whole) and isinstance(value, float) and value.is_integer():
            mended[field.encode_name] = int(value)
    return mended


async def pages(
    fetch: Fetch[R], *, start: int = 0, size: int = PAGE_SIZE, most: int
) -> AsyncIterator[Page[R]]:
    """One page after another, at most `most`; SamePageAgain where they do not get on.

    `size` is that of the first page: who needs more than that needs full ones.
    """
    before: Page[R] | None = None
    for _ in range(most):
        page = await fetch(start, size)
        check_new(page, before)
        yield page
        if page.is_last:
            return
        before, start, size = page, page.end, PAGE_SIZE


@dataclass(frozen=True, slots=True)
class Period:
    """Both ends and the kind of date go together: one end alone is ignored upstream."""

    since: dt.datetime
    until: dt.datetime
    kind: str

    @property
    def query(self) -> dict[str, str]:
        return {"since": _utc(self.since), "until": _utc(self.until), "type_date": self.kind}

    def holds(self, moment: dt.datetime | None) -> bool:
        return moment is not None and self.since <= moment <= self.until


def _utc(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")
