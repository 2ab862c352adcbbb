"""Writes an answer as text for models: each fact once, lists as tables (docs/decisions/0041).

    Times: 2026 UTC-05
    Shown: 2 of 7. More with next_cursor eyJy.
    work_orders (2), each {status:in_process}, url = http://host/records/work-orders/{folio}:
    folio|responsible|created_at|tasks
    > tasks:
    >id|description|done
    OT-12|Ana Ruiz|19Nov 12:00|1
    >33|"Pump \\u007c seal"|false
    OT-13||19Nov2025 12:30|0

Nothing of the answer is lost but the seconds of its times. A text stands as it is where it can be read in
one way only, otherwise as a JSON string. None holds a line break, a `|` or an invisible character, so none
can end its cell or its line.
Columns are written as wholes, since that is several times faster than cell by cell.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

import orjson

from mcp_gateway.calls.text_frames import framed
from mcp_gateway.calls.text_tables import (
    MISSING,
    NAME,
    TIME,
    WORTH_A_RULE,
    Record,
    Table,
    are_records,
    present,
)

_TIMES = re.compile(rb'"(\d{4}-)\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)"')
# What a text may not look like where it stands as it is: empty, another kind of value, a bracket.
_AMBIGUOUS = re.compile(
    r"^(?:$|[ \"\[{>]|(?:null|true|false|-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?"
    r"|\d\d[A-Z][a-z]{2}(?:\d{4})? \d\d(?:h|:\d\d))$)| $"
)
_DOUBTFUL = frozenset(["", *' "[{>-.0123456789ntf'])  # what each of these begins with
_IN_FLOW = re.compile(r"[,\[\]{}]")
_KEY = re.compile(r"\w(?:[\w ./#@+-]*\w)?")
SAMPLE = 16  # times whose usual year and offset the head says
EACH_NAME = "*"  # column of the names in a table of an object of objects
# A month is one token so, and with digits two.
_MONTHS = {
    "01": "Jan", "02": "Feb", "03": "Mar", "04": "Apr", "05": "May", "06": "Jun",
    "07": "Jul", "08": "Aug", "09": "Sep", "10": "Oct", "11": "Nov", "12": "Dec",
}  # fmt: skip
_HIDDEN = re.compile(r"[^ -~]")


def text_form(data: Record, json: bytes) -> str:
    """Write the answer `data`, of which `json` is the serialized form."""
    times = Counter(found.groups() for found in islice(_TIMES.finditer(json), SAMPLE)).most_common(1)
    year, offset = (one.decode() for one in times[0][0]) if times else ("", "")
    return _Form(year, offset).answer(data)


class _Form:
    """Writes one answer, of which most times are in `year` and at `offset`."""

    def __init__(self, year: str, offset: str) -> None:
        self._year = year
        self._offset = offset
        time = rf"\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d{re.escape(offset)}"
        self._usual_times = re.compile(rf"{time}(?:\n{time})*" if offset else r"(?!)")

    def answer(self, data: Record) -> str:
        lines = []
        if self._offset:
            offset = self._offset.removeprefix("Z").removesuffix(":00")
            lines.append(f"Times: {self._year[:-1]} UTC{offset}")
        rest = data
        if (frame := framed(data, self._in_flow)) is not None:
            sentence, said = frame
            lines.append(sentence)
            rest = {name: value for name, value in data.items() if name not in said}
            if data["notes"]:
                rest = {"notes": data["notes"], **rest}
        tables: list[str] = []
        for name, value in _parted(rest):
            if type(value) is dict and len(value) > 1 and _are_alike(list(value.values())):
                self._table(tables, _own_key(name), [{EACH_NAME: key, **one} for key, one in value.items()])
            elif are_records(value):
                self._table(tables, _own_key(name), value)
            elif type(value) is list and any(type(one) is str and _IN_FLOW.search(one) for one in value):
                lines.append(f"{_own_key(name)} ({len(value)}):")
                lines += [f"- {self.value(one)}" for one in value]
            else:
                lines.append(f"{_own_key(name)}: {self.value(value)}")
        return "\n".join(lines + tables)

    # --- tables --------------------------------------------------------------------------

    def _table(self, lines: list[str], name: str, records: list[Record]) -> None:
        table = Table.of(records)
        below = []
        for depth, (key, column) in enumerate(table.lists().items(), 1):
            counts = [0 if one is MISSING else len(one) for one in column]
            below.append((counts, *self._lists(">" * depth, key, column)))
            if all(counts) and len(table.columns) > 1:
                del table.columns[key]  # the lines below a row are all that it has
            else:
                table.put(key, [one if one is MISSING else len(one) for one in column])
        rows = self._rows(table)
        lines += [self._head(f"{name} ({len(records)})", table), _row(table.head())]
        for _, head, _ in below:
            lines += head
        left = [iter(written) for _, _, written in below]
        for number, row in enumerate(rows):
            lines.append(row)
            for (counts, _, _), written in zip(below, left, strict=True):
                lines += islice(written, counts[number])

    def _lists(self, mark: str, name: str, column: list[Any]) -> tuple[list[str], list[str]]:
        """Write the lists in a column: lines for the head of the table, and a line for each entry."""
        table = Table.of(list(chain.from_iterable(present(column))))
        rows = self._rows(table)
        head = [f"{mark} {self._head(name, table)}", f"{mark}{_row(table.head())}"]
        return head, [f"{mark}{row}" for row in rows]

    def _head(self, title: str, table: Table) -> str:
        each = [f"each {self.value(table.each)}"] if table.each else []
        usual = [f"unless shown {self.value(table.usual)}"] if table.usual else []
        return f"{', '.join([title, *each, *usual, *table.rules])}:"

    def _rows(self, table: Table) -> list[str]:
        """Write the rows. A time on the day of the time before it in its row is left its clock."""
        written: dict[str, list[str]] = {}
        before = ""
        for name, values in table.columns.items():
            are_times = False
            if name in table.ends:
                cells = ["" if one is MISSING else one for one in values]
            elif name in table.codes:
                cells = [_codes(value, table.codes[name]) for value in values]
            elif name in table.text_lists:
                cells = [self._listed(value) for value in values]
            else:
                cells, are_times = self._column(values, table.kinds[name])
            if are_times:
                shorter = _clocks(cells, written[before]) if before else cells
                if sum(map(len, cells)) - sum(map(len, shorter)) > WORTH_A_RULE:
                    table.rules.append(f"{name} on the day of {before}")
                    cells = shorter
                else:
                    before = name
            written[name] = cells
        if len(written) == 1:
            return [f"{cell}|" for cell in next(iter(written.values()))]
        return list(map("|".join, zip(*written.values(), strict=True)))

    def _listed(self, texts: Any) -> str:
        """Write a list of texts without brackets, since the head of the column says that it is one."""
        if texts is MISSING:
            return ""
        return ", ".join(map(self._in_flow, texts)) or "[]"

    def _column(self, values: list[Any], kinds: set[type]) -> tuple[list[str], bool]:
        """Write the values, and tell if they are times that are written without their offset."""
        if type(MISSING) in kinds:
            cells, are_times = self._column(present(values), kinds - {type(MISSING)})
            written = iter(cells)
            return ["" if one is MISSING else next(written) for one in values], are_times
        if kinds == {int}:
            return list(map(str, values)), False
        if kinds == {bool}:
            return ["true" if one else "false" for one in values], False
        if kinds == {float}:
            return list(map(_fraction, values)), False
        if kinds == {str}:
            different = set(values)
            if self._usual_times.fullmatch("\n".join(different)):
                times = {one: self._time(one) for one in different}
                return list(map(times.__getitem__, values)), True
            if not TIME.match(values[0]) and _are_plain(different):
                return values, False
        return list(map(self.value, values)), False

    # --- values --------------------------------------------------------------------------

    def value(self, value: Any) -> str:
        kind = type(value)
        if kind is str:
            return self._text(value)
        if value is None:
            return "null"
        if kind is bool:
            return "true" if value else "false"
        if kind is float:
            return _fraction(value)
        if kind is list:
            return f"[{', '.join(map(self._in_flow, value))}]"
        if kind is dict:
            inside = (f"{_key(name)}:{self._in_flow(one)}" for name, one in value.items())
            return f"{{{', '.join(inside)}}}"
        return str(value)

    def _in_flow(self, value: Any) -> str:
        if type(value) is str and _IN_FLOW.search(value):
            return _quoted(value)
        return self.value(value)

    def _text(self, text: str) -> str:
        if "|" in text or not text.isprintable():
            return _quoted(text)
        if text[:1] not in _DOUBTFUL and text[-1] != " ":
            return text
        if TIME.fullmatch(text) and text.endswith(self._offset):
            return self._time(text)
        return _quoted(text) if _AMBIGUOUS.search(text) else text

    def _time(self, text: str) -> str:
        year = "" if text.startswith(self._year) else text[:4]
        clock = f"{text[11:13]}h" if text[14:16] == "00" else text[11:16]
        return f"{text[8:10]}{_MONTHS[text[5:7]]}{year} {clock}"


def _parted(data: Record) -> Iterator[tuple[str, Any]]:
    """Yield the fields, and lists of records within an object as fields of their own: `open.lines`."""
    for name, value in data.items():
        lists = {}
        if type(value) is dict and NAME.fullmatch(name):
            lists = {key: one for key, one in value.items() if NAME.fullmatch(key) and are_records(one)}
        if not lists or len(lists) < len(value):
            yield name, {key: one for key, one in value.items() if key not in lists} if lists else value
        for key, one in lists.items():
            yield Within(f"{name}.{key}"), one


def _are_alike(values: list[Any]) -> bool:
    """Tell if these are records of much the same fields, so that a table has few empty cells."""
    return are_records(values) and 2 * sum(map(len, values)) >= 3 * len(set(chain.from_iterable(values)))


class Within(str):
    """The name of a field within an object. A dot in any other name is quoted."""


def _codes(codes: Any, start: str) -> str:
    """Write a list of codes without what all of them begin with."""
    if codes is MISSING:
        return ""
    return " ".join(code.removeprefix(start) for code in codes) or "[]"


def _clocks(times: list[str], before: list[str]) -> list[str]:
    """Leave the day out of each time that is on the day of the one before."""
    left = []
    for time, other in zip(times, before, strict=True):
        day = time.find(" ") + 1
        left.append(time[day:] if time[:day] == other[:day] else time)
    return left


def _are_plain(texts: set[str]) -> bool:
    """Tell if all of these texts can stand as they are."""
    together = "".join(texts)
    if "|" in together or not together.isprintable() or any(one[-1:] == " " for one in texts):
        return False
    return not any(map(_AMBIGUOUS.search, [one for one in texts if one[:1] in _DOUBTFUL]))


def _fraction(value: float) -> str:
    """Write a number without the zero that it begins with: `.25`."""
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    written = repr(value)
    return written.replace("0.", ".", 1) if -1 < value < 1 and "e" not in written else written


def _quoted(text: str) -> str:
    written = orjson.dumps(text).decode().replace("|", "\\u007c")
    if written.isprintable():
        return written
    return _HIDDEN.sub(lambda found: found[0] if found[0].isprintable() else _escaped(found[0]), written)


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def _key(name: str) -> str:
    return name if _KEY.fullmatch(name) else _quoted(name)


def _own_key(name: str) -> str:
    return _quoted(name) if "." in name and type(name) is not Within else _key(name)


def _row(cells: list[str]) -> str:
    return "|".join(cells) if len(cells) > 1 else f"{cells[0]}|"
