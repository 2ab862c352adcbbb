"""Rows of the contract: tolerant of what the vendor leaves open, strict about what is used."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from mcp_gateway.errors import UpstreamNotUnderstood
from mcp_gateway.upstream.envelope import Envelope

PAGE_SIZE = 100

R = TypeVar("R", bound="Row")


def _moment(value: object) -> object:
    """Empty dates come as null or as an empty text; without a zone they are UTC."""
    if not value:
        return None
    if isinstance(value, str):
        moment = dt.datetime.fromisoformat(value)
        return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return value


Moment = Annotated[dt.datetime | None, BeforeValidator(_moment)]
OrNothing = BeforeValidator(lambda value: None if value == "" else value)
Number = Annotated[float | None, OrNothing]
Whole = Annotated[int | None, OrNothing]
Flag = Annotated[bool | None, OrNothing]


class Row(BaseModel):
    """No key is sure to be filled; a folio may come as a number."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True, frozen=True)


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """`start` is the offset of the first row and `read` how many rows the upstream gave from there;
    `offsets` are those of the rows that were kept."""

    rows: list[R]
    offsets: list[int]
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
    rows = parsed(model, envelope.rows)
    kept = [(start + at, row) for at, row in enumerate(rows) if keep is None or keep(row)]
    return Page(
        rows=[row for _, row in kept],
        offsets=[offset for offset, _ in kept],
        start=start,
        read=len(rows),
        total=envelope.total,
        size=size,
    )


def parsed(model: type[R], rows: Sequence[dict[str, Any]]) -> list[R]:
    try:
        return [model.model_validate(row) for row in rows]
    except ValidationError:
        raise UpstreamNotUnderstood("Fracttal One gave a record that could not be understood.") from None


async def pages(
    fetch: Fetch[R], *, start: int = 0, size: int = PAGE_SIZE, most: int
) -> AsyncIterator[Page[R]]:
    """One page after another, at most `most`; a page that comes twice ends the matter.

    `size` is that of the first page: who needs more than that needs full ones.
    """
    before: list[R] | None = None
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
