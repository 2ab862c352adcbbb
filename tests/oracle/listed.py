"""A list under comparison: the call, the expected records, and the members of each record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.oracle.filters import Make
from tests.oracle.plants import Row

MOMENTS = frozenset({"at", "date", "since", "until"})


def as_written(record: Row) -> Row:
    """Convert flags as the tables have them, and timestamps to seconds."""
    return {name: _plain(name, value) for name, value in record.items()}


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, str) and (name in MOMENTS or name.endswith(("_at", "_since"))):
        return dt.datetime.fromisoformat(value).timestamp()
    return int(value) if isinstance(value, bool) else value


@dataclass(frozen=True)
class Listed:
    """A list.

    `sql` selects the records in the order of the list, with `{where}` for the conditions. Its column `key`
    must equal the members `key` of a record, and each other column the member of the same name. `fixed` are
    arguments of every call, `always` filters of every call. `name` distinguishes lists of the same tool.
    """

    tool: str
    plural: str
    key: tuple[str, ...]
    sql: str
    filters: Mapping[str, Make]
    fixed: Mapping[str, Any] = field(default_factory=dict)
    always: tuple[str, ...] = ()
    name: str = ""
    record: Callable[[Row], Row] = as_written

    def key_of(self, record: Row) -> Any:
        written = self.record(record)
        values = [written.get(name) for name in self.key]
        return values[0] if len(values) == 1 else " ".join(str(value) for value in values)
