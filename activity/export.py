"""The rows of a search as CSV or JSON, written as they are read."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson
from django.utils import timezone

from activity.reasons import reason_in_words
from activity.sentences import sentence, who
from audit.models import Event

# A spreadsheet takes a cell that begins with one of these for a formula (OWASP, CSV Injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
COLUMNS = (
    "position", "time", "event", "outcome", "reason", "why", "what_happened", "person", "email", "app",
    "tool", "writes", "record_kind", "record", "record_name", "milliseconds", "upstream_calls", "address",
    "changes", "facts", "digest",
)  # fmt: skip


class Echo:
    """A file for csv.writer that hands back what is written."""

    def write(self, text: str) -> str:
        return text


def row_of(event: Event) -> dict[str, Any]:
    """Return one row; its time is in the company's zone, with the offset."""
    return {
        "position": event.position,
        "time": timezone.localtime(event.at).isoformat(timespec="milliseconds"),
        "event": event.kind,
        "outcome": event.outcome,
        "reason": event.reason,
        "why": reason_in_words(event.reason),
        "what_happened": sentence(event),
        "person": who(event),
        "email": event.user_email,
        "app": event.consumer_name,
        "tool": event.tool,
        "writes": event.is_write,
        "record_kind": event.subject_kind,
        "record": event.subject_id,
        "record_name": event.subject_name,
        "milliseconds": event.milliseconds,
        "upstream_calls": event.upstream_calls,
        "address": event.address,
        "changes": event.changes,
        "facts": event.facts,
        "digest": event.digest,
    }


def safe_cell(value: Any) -> str | int:
    """Return a cell that no spreadsheet runs. Numbers and booleans stay what they are."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return value
    text = orjson.dumps(value).decode() if isinstance(value, dict) else str(value)
    text = "" if text == "{}" else text
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def as_csv(chunks: Iterable[list[Event]]) -> Iterator[str]:
    """Yield the file: UTF-8 with a byte order mark, by which Excel knows the encoding."""
    write: Callable[[Iterable[Any]], Any] = csv.writer(Echo(), quoting=csv.QUOTE_NONNUMERIC).writerow
    yield "\ufeff" + write(COLUMNS)
    for events in chunks:
        yield "".join(write([safe_cell(value) for value in row_of(event).values()]) for event in events)


def as_json(chunks: Iterable[list[Event]]) -> Iterator[str]:
    """Yield one array with an object for each row."""
    begin = "[\n"
    for events in chunks:
        rows = [orjson.dumps(row_of(event)).decode() for event in events]
        yield begin + ",\n".join(rows)
        begin = ",\n"
    yield "]\n" if begin == ",\n" else "[]\n"
