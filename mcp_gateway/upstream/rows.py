"""Decodes rows of the contract: tolerant where the vendor is vague, strict about the fields that we use."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Generic, TypeVar

import msgspec
import orjson

from mcp_gateway.calls.errors import OutcomeUnknown, UpstreamNotUnderstood
from mcp_gateway.upstream.envelope import LOST_WRITE, Envelope

PAGE_SIZE = 100
LARGEST_INTEGER = 2**63 - 1  # the largest integer that our JSON library writes

R = TypeVar("R", bound="Row")
R_co = TypeVar("R_co", bound="Row", covariant=True)


Moment = Annotated[dt.datetime, msgspec.Meta(tz=True)] | None
Number = float | None
Id = Annotated[int, msgspec.Meta(ge=-LARGEST_INTEGER, le=LARGEST_INTEGER)]
Whole = Id | None
Flag = bool | None


class Row(msgspec.Struct):
    """A row with the fields that we use; only these are decoded and checked.

    Any field may be empty. A value of another type than the contract says is converted if its meaning is
    clear (a folio as a number, a number as text, a timestamp without a zone).
    """


@dataclass(frozen=True, slots=True)
class Unread(Generic[R_co]):
    """A row with fields that violate the contract.

    `row` is the rest of it, if the rest makes a row; `mark` distinguishes it from other rows.
    """

    fields: Sequence[str]
    row: R_co | None
    mark: bytes


@dataclass(frozen=True, slots=True)
class Page(Generic[R_co]):
    """A page of rows.

    `start` is the offset of the first row and `read` the number of rows that the upstream returned. `offsets`
    are the offsets of `rows`, which passed the filter. `first` distinguishes the first row from others.
    """

    rows: Sequence[R_co]
    offsets: Sequence[int]
    start: int
    read: int
    total: int | None
    size: int
    first: str = ""
    unread: Sequence[Unread[R_co]] = ()
    is_whole: bool = False  # the upstream returns everything at once, whatever was requested

    @property
    def counted(self) -> int | None:
        """Return `total` if it counts what was requested; after a row was filtered out it does not."""
        return self.total if len(self.rows) + len(self.unread) == self.read else None

    @property
    def end(self) -> int:
        return self.start + self.read

    @property
    def is_last(self) -> bool:
        """Say whether this is the last page.

        A short page proves nothing: the upstream may return less at a time.
        """
        return self.read == 0 or self.is_whole or (self.total is not None and self.end >= self.total)


def page_of(
    model: type[R],
    envelope: Envelope,
    start: int,
    size: int,
    keep: Callable[[R], bool] | None = None,
) -> Page[R]:
    """Decode a page. `keep` repeats the upstream's filter here, because unknown filters are ignored there."""
    placed, unread = _read(model, envelope)
    read = len(placed) + len(unread)
    first = _mark(placed[0][1]) if placed else unread[0].mark.hex() if unread else ""
    kept = placed if keep is None else [(offset, row) for offset, row in placed if keep(row)]
    total = envelope.total if envelope.total is None or envelope.total >= read else None
    offsets = [start + offset for offset, _ in kept]
    return Page([row for _, row in kept], offsets, start, read, total, size, first, unread)


def the_only(page: Page[R], keep: Callable[[R], bool]) -> R | None:
    """Return the record of a page that was requested by its key, None only if it certainly does not exist.

    Raises UpstreamNotUnderstood if it cannot be read, or may be on a page that was not read.
    """
    if page.rows:
        return page.rows[0]
    for unread in page.unread:
        if unread.row is None or keep(unread.row):
            names = ", ".join(unread.fields)
            raise UpstreamNotUnderstood(
                "Fracttal One gives this record in a form that cannot be read"
                + (f": {names} is not valid. Correct it there." if names else ".")
            )
    if page.read >= page.size and not page.is_last:
        raise UpstreamNotUnderstood(
            "Fracttal One gave records other than the one requested, so it is not known whether that "
            "record exists."
        )
    return None


def rows_of(model: type[R], envelope: Envelope) -> list[R]:
    """Decode rows, converting values if necessary. Rows that cannot be read are noted in `envelope.gaps`."""
    return [row for _, row in _read(model, envelope)[0]]


def written_row(model: type[R], envelope: Envelope) -> R | None:
    """Decode the answer to a write leniently: the write is done, so oddities in the answer do not matter."""
    placed, unread = _read(model, envelope)
    row = placed[0][1] if placed else unread[0].row if unread else None
    if row is None and unread:
        raise OutcomeUnknown(LOST_WRITE)
    return row


def whole_number(value: object) -> int | None:
    """Return a record number that came as an integer, as text or with a decimal point."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        return None
    return int(value) if abs(value) <= LARGEST_INTEGER else None


def _read(model: type[R], envelope: Envelope) -> tuple[list[tuple[int, R]], list[Unread[R]]]:
    """Decode rows with their positions. The slow, tolerant way is taken only if the strict one fails."""
    with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return list(enumerate(_decoder(model).decode(envelope.raw))), []
    placed: list[tuple[int, R]] = []
    unread: list[Unread[R]] = []
    for place, entry in enumerate(envelope.entries):
        row = _converted(model, _mended(model, entry)) if isinstance(entry, dict) else None
        if row is not None:
            placed.append((place, row))
            continue
        unread.append(_salvaged(model, entry))
        envelope.gaps.unread(envelope.resource, unread[-1].mark, unread[-1].fields)
    return placed, unread


@cache
def _decoder(model: type[R]) -> msgspec.json.Decoder[list[R]]:
    return msgspec.json.Decoder(list[model])  # type: ignore[valid-type] # known at run time only


def _converted(model: type[R], fields: dict[str, Any]) -> R | None:
    try:
        return msgspec.convert(fields, model, strict=False)
    except msgspec.ValidationError:
        return None


def _salvaged(model: type[R], entry: object) -> Unread[R]:
    mark = _digest(orjson.dumps(entry))
    if not isinstance(entry, dict):
        return Unread((), None, mark)
    mended, odd = _mended(model, entry), []
    for field in msgspec.structs.fields(model):
        try:
            if field.encode_name in mended or field.required:
                msgspec.convert(mended.get(field.encode_name), field.type, strict=False)
        except msgspec.ValidationError:
            odd.append(field.encode_name)
    rest = {name: value for name, value in mended.items() if name not in odd}
    return Unread(odd, _converted(model, rest), mark)


def _mark(row: Row) -> str:
    return _digest(msgspec.json.encode(row)).hex()


def _digest(text: bytes) -> bytes:
    return hashlib.blake2b(text, digest_size=6).digest()


def _mended(model: type[Row], row: dict[str, Any]) -> dict[str, Any]:
    """Convert empty strings to missing values, and timestamps without a zone to UTC."""
    mended = {name: value for name, value in row.items() if value != ""}
    for field in msgspec.structs.fields(model):
        value = mended.get(field.encode_name)
        if field.type == Moment and isinstance(value, str):
            with contextlib.suppress(ValueError):
                moment = dt.datetime.fromisoformat(value)
                mended[field.encode_name] = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
        elif field.type in (str, str | None) and isinstance(value, int | float):
            mended[field.encode_name] = str(value)
        elif field.type in (Id, Whole) and isinstance(value, float) and value.is_integer():
            mended[field.encode_name] = int(value)
    return mended


@dataclass(frozen=True, slots=True)
class Period:
    """A period and the kind of date it applies to. The upstream ignores a period with one end only."""

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
