"""Rows of the contract: tolerant of what the vendor leaves open, strict about what is used."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, overload

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from mcp_gateway.errors import UpstreamNotUnderstood
from mcp_gateway.upstream.envelope import Envelope

PAGE_SIZE = 100

R = TypeVar("R", bound="Row")


Moment = AwareDatetime | None
Number = float | None
Whole = int | None
Flag = bool | None


class Row(BaseModel):
    """No key is sure to be filled; a folio may come as a number."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True, frozen=True)


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


def page_of(
    model: type[R],
    envelope: Envelope,
    start: int,
    size: int,
    keep: Callable[[R], bool] | None = None,
) -> Page[R]:
    """`keep` looks again at what the upstream was asked to filter: unknown filters are ignored there."""
    if keep is None:
        read = len(envelope.rows)
        offsets = range(start, start + read)
        return Page(Unread(model, envelope.rows), offsets, start, read, envelope.total, size)
    rows = parsed(model, envelope.rows)
    kept = [(start + at, row) for at, row in enumerate(rows) if keep(row)]
    return Page(
        rows=[row for _, row in kept],
        offsets=[offset for offset, _ in kept],
        start=start,
        read=len(rows),
        total=envelope.total,
        size=size,
    )


class Unread(Sequence[R]):
    """Rows that are checked when they are looked at: an answer often ends before its page does."""

    def __init__(self, model: type[R], rows: list[dict[str, Any]]) -> None:
        self._model, self._rows = model, rows

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, at: int) -> R: ...
    @overload
    def __getitem__(self, at: slice) -> list[R]: ...
    def __getitem__(self, at: int | slice) -> R | list[R]:
        if isinstance(at, slice):
            return parsed(self._model, self._rows[at])
        return _checked(self._model, self._rows[at])

    def __iter__(self) -> Iterator[R]:
        return (_checked(self._model, row) for row in self._rows)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unread) and self._rows == other._rows

    __hash__ = None  # type: ignore[assignment] # as a list


def parsed(model: type[R], rows: Sequence[dict[str, Any]]) -> list[R]:
    return [_checked(model, row) for row in rows]


def _checked(model: type[R], row: dict[str, Any]) -> R:
    """As the contract says, or mended: only a row that needs it pays for our tolerance."""
    try:
        return model.model_validate(row)
    except ValidationError:
        pass
    try:
        return model.model_validate(_mended(model, row))
    except ValidationError:
        raise UpstreamNotUnderstood("Fracttal One gave a record that could not be understood.") from None


def _mended(model: type[Row], row: dict[str, Any]) -> dict[str, Any]:
    """Empty values come as an empty text too; moments without a zone are UTC."""
    mended = {name: value for name, value in row.items() if value != ""}
    for name, field in model.model_fields.items():
        value = mended.get(name)
        if field.annotation == Moment and isinstance(value, str):
            with contextlib.suppress(ValueError):
                moment = dt.datetime.fromisoformat(value)
                mended[name] = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return mended


async def pages(
    fetch: Fetch[R], *, start: int = 0, size: int = PAGE_SIZE, most: int
) -> AsyncIterator[Page[R]]:
    """One page after another, at most `most`; a page that comes twice ends the matter.

    `size` is that of the first page: who needs more than that needs full ones.
    """
    before: Sequence[R] | None = None
    for _ in range(most):
        page = await fetch(start, size)
        if page.rows and page.rows == before:
            raise UpstreamNotUnderstood("Fracttal One gave the same page twice.")
        yield page
        if page.is_last:
            return
        before, start, size = page.rows, page.end, PAGE_SIZE


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
