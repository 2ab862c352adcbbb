"""The records of an answer as a table: nested fields become columns of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel

Cell = str | int | float | bool | None
# Lists of an answer that are not its records.
NOT_RECORDS = frozenset({"notes", "papers", "earlier_only"})
# The field that says to people which record it is.
SPEAKING = ("description", "name", "title")


@dataclass(frozen=True, slots=True)
class Table:
    columns: Sequence[str]
    rows: Sequence[Mapping[str, Cell]]

    def cells(self, columns: Sequence[str]) -> Iterator[list[Cell]]:
        for row in self.rows:
            yield [row.get(column) for column in columns]


def table_of(answer: Mapping[str, Any], *, brief: bool = False) -> Table:
    """Make the table of an answer. Columns come in the order in which records first have them.

    In brief, a record within a record is only called by its name.
    """
    rows = [dict(_flat(record, brief)) for record in _records(answer)]
    return Table(list(dict.fromkeys(column for row in rows for column in row)), rows)


def columns_of(output: type[BaseModel], answer: Mapping[str, Any]) -> list[str]:
    """Return every column that the records of this answer can have by its model."""
    field = output.model_fields.get(_name_of_records(answer))
    record = None if field is None else _model(field.annotation)
    return [] if record is None else list(_columns(record))


def _name_of_records(answer: Mapping[str, Any]) -> str:
    for name, value in answer.items():
        if name not in NOT_RECORDS and isinstance(value, list) and value and isinstance(value[0], Mapping):
            return name
    return ""


def _records(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = answer.get(_name_of_records(answer), [])
    return found


def _flat(record: Mapping[str, Any], brief: bool, before: str = "") -> Iterator[tuple[str, Cell]]:
    for name, value in record.items():
        column = f"{before}{name}"
        if isinstance(value, Mapping):
            yield from _flat(value, brief, f"{column}.")
        elif isinstance(value, list):
            yield column, "; ".join(_short(entry, brief) for entry in value)
        else:
            yield column, value


def _short(entry: Any, brief: bool) -> str:
    """Write an entry of a list in one line."""
    if not isinstance(entry, Mapping):
        return str(entry)
    name = next((entry[field] for field in SPEAKING if entry.get(field)), None)
    if brief and name is not None:
        return str(name)
    given = [(field, value) for field, value in entry.items() if value is not None]
    return ", ".join(f"{field} {_short(value, brief)}" for field, value in given)


def _columns(model: type[BaseModel], before: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        inner = None if "list[" in str(field.annotation) else _model(field.annotation)
        if inner is None:
            yield f"{before}{name}"
        else:
            yield from _columns(inner, f"{before}{name}.")


def _model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model(part))), None)
