"""Takes a list of records apart into the rows of a table, and what its head says once for all of them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import chain, compress, repeat, takewhile
from operator import eq
from typing import Any
from urllib.parse import quote

Record = dict[str, Any]
Columns = dict[str, list[Any]]


class _Missing:
    """Stands in a column where the record lacks the field, or where its cell is left empty."""


MISSING = _Missing()
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)")
NAME = re.compile(r"\w+", re.ASCII)
_LISTS = ({list}, {list, _Missing})
_PLAIN = ({str}, {int}, {float}, {bool})
_TEXTS = ({str}, {str, _Missing})
_CODES = ("key", "code", "item")  # columns that labels may end in
_NONE: list[Any] = []
_PLACE = re.compile(r"[\w >./#-]+")
_PAGES = re.compile(r"https?://[\w.:/%-]+", re.ASCII)
_CODE = re.compile(r"([\w/.-]{0,11}[A-Za-z_/.-])[0-9]+", re.ASCII)
_START = re.compile(r"[\w/.-]{0,10}[A-Za-z][_/.-]?(?=[0-9])", re.ASCII)
_ENDS = re.compile(r"[\w/.\n-]+", re.ASCII)
WORTH_A_RULE = 24  # characters that must be left out, since the rule itself has to be said


@dataclass(slots=True)
class Table:
    """A list of records by columns.

    `each` holds what all records say alike, and `usual` what most of them do. `rules` say how to make what
    else is left out, in the order in which it was left out. At most one of these empties cells of a column.
    """

    columns: Columns
    kinds: dict[str, set[type]]  # of the values of each column
    rows: int
    each: Record = field(default_factory=dict)
    usual: Record = field(default_factory=dict)
    rules: list[str] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)  # columns with lists of codes: how all codes begin
    text_lists: set[str] = field(default_factory=set)  # columns with other lists of texts
    ends: set[str] = field(default_factory=set)  # columns with codes without their beginning
    _emptied: set[str] = field(default_factory=set)  # columns with cells that a rule fills
    _sources: set[str] = field(default_factory=set)  # columns that a rule fills others from

    @classmethod
    def of(cls, records: list[Record]) -> Table:
        if dict in set(map(type, chain.from_iterable(map(dict.values, records)))):
            records = list(map(_flat, records))
        names = dict.fromkeys(chain.from_iterable(records))
        columns = {name: list(map(dict.get, records, repeat(name), repeat(MISSING))) for name in names}
        kinds = {name: set(map(type, values)) for name, values in columns.items()}
        table = cls(columns, kinds, len(records))
        if table.rows > 1:
            table._take_out_what_all_say()
            table._shorten_labels()
            table._shorten_codes()
            table._take_out_urls()
            table._take_out_equals()
            table._say_once()
            table._shorten_lists()
            table._take_out_what_most_say()
        return table

    def lists(self) -> dict[str, list[Any]]:
        """Return the columns that hold lists of records, which get lines of their own."""
        return {
            name: values
            for name, values in self.columns.items()
            if self.kinds[name] in _LISTS and are_records(list(chain.from_iterable(present(values))))
        }

    def head(self) -> list[str]:
        return [f"{name}[]" if name in self.text_lists else name for name in self.columns]

    def put(self, name: str, values: list[Any]) -> None:
        self.columns[name], self.kinds[name] = values, set(map(type, values))

    # --- what is left out ----------------------------------------------------------------

    def _take_out_what_all_say(self) -> None:
        """Leave at least one column."""
        for name, values in list(self.columns.items()):
            if self.kinds[name] in _PLAIN and values.count(values[0]) == self.rows and len(self.columns) > 1:
                self.each[name] = values[0]
                del self.columns[name]

    def _take_out_urls(self) -> None:
        """Leave out each address that ends in the value of another column."""
        urls = self.columns.get("url")
        if urls is None or self.kinds["url"] not in _TEXTS:
            return
        for key, values in self.columns.items():
            if key == "url" or self.kinds[key] not in ({int}, *_TEXTS):
                continue
            pairs = [
                (url, MISSING if value is MISSING else quote(str(value), safe=""))
                for url, value in zip(urls, values, strict=True)
            ]
            first, end = next(pair for pair in pairs if pair[0] is not MISSING)
            prefix = first.removesuffix(end) if end is not MISSING else ""
            if not _PAGES.fullmatch(prefix):
                continue
            if any(url is MISSING and end is not MISSING for url, end in pairs):
                continue  # it would get an address
            left = [MISSING if end is not MISSING and url == prefix + end else url for url, end in pairs]
            if 2 * left.count(MISSING) < self.rows:
                continue
            self.rules.append(f"url = {prefix}{{{key}}}")
            if left.count(MISSING) == self.rows:
                del self.columns["url"]
            else:
                self._leave("url", left)
            return

    def _take_out_equals(self) -> None:
        """Leave out times and fractions that a column before says too, in all rows or in most."""
        before: list[str] = []
        for name, values in list(self.columns.items()):
            if self.kinds[name] != {float} and not (self.kinds[name] == {str} and TIME.fullmatch(values[0])):
                continue
            for other in before:
                same = list(map(eq, values, self.columns[other]))
                if all(same):
                    self.rules.append(f"{name} = {other}")
                    del self.columns[name]
                    break
                if 2 * sum(same) > self.rows and _length(compress(values, same)) > WORTH_A_RULE:
                    self.rules.append(f"{name} = {other} unless shown")
                    left = [MISSING if one else value for one, value in zip(same, values, strict=True)]
                    self._leave(name, left)
                    break
            else:
                before.append(name)

    def _shorten_labels(self) -> None:
        """Leave out codes in labels such as `Pump { P-101 }`, and the place that all of a column lie in."""
        for name, values in list(self.columns.items()):
            if self.kinds[name] not in _TEXTS:
                continue
            first = _first(values)
            if not first.endswith(" }") and " > " not in first:
                continue
            codes = (f"{name}_code", f"{name.removesuffix('_name')}_code", *_CODES)
            code = next(filter(self.columns.__contains__, codes), name)
            if code != name and self.kinds[code] in _TEXTS:
                pairs = list(zip(values, self.columns[code], strict=True))
                if all(text is MISSING or text.endswith(f" {{ {one} }}") for text, one in pairs):
                    self.rules.append(f"{name} + {{ {code} }}")
                    values = [
                        text if text is MISSING else text.removesuffix(f" {{ {one} }}") for text, one in pairs
                    ]
                    self.columns[name] = values
            if " > " in first:
                place = _common_place(present(values))
                if _PLACE.fullmatch(place):
                    self.rules.append(f"{name} in {place} >")
                    self.columns[name] = [
                        text if text is MISSING else text[len(place) + 3 :] for text in values
                    ]

    def _shorten_codes(self) -> None:
        """Leave out what all codes of a column begin with."""
        for name, values in self.columns.items():
            if self.kinds[name] not in _TEXTS or not (begun := _START.match(_first(values))):
                continue
            start, codes = begun[0], present(values)
            if len(codes) * len(start) <= WORTH_A_RULE or not all(map(str.startswith, codes, repeat(start))):
                continue
            ends = [code[len(start) :] for code in codes]
            if all(ends) and _ENDS.fullmatch("\n".join(ends)):
                self.rules.append(f"{name} = {start}{{{name}}}")
                left = iter(ends)
                self.columns[name] = [one if one is MISSING else next(left) for one in values]
                self.ends.add(name)

    def _say_once(self) -> None:
        """Leave out what a row further up says beside the same code, neighbour or description."""
        names = list(self.columns)
        sources = [(name, f"{name}_code") for name in names if f"{name}_code" in self.columns]
        sources += zip(names[1:], names, strict=False)
        sources += [
            (name, "description") for name in names if "description" in names and name != "description"
        ]
        found: dict[str, list[int]] = {}
        for name, source in sources:
            if name in self._emptied or name in self._sources or source in self._emptied:
                continue
            if self.kinds[name] not in (*_TEXTS, {int}) or self.kinds[source] not in _TEXTS:
                continue
            if source not in found:
                found[source] = _first_rows(self.columns[source])
            left = _once(self.columns[name], found[source]) if found[source] else None
            if left is not None:
                self.rules.append(f"{name} once per {source}")
                self._leave(name, left)
                self._sources.add(source)

    def _shorten_lists(self) -> None:
        """Leave out what all codes in a column of lists begin with, and the brackets of other lists."""
        for name, lists in self.columns.items():
            if self.kinds[name] not in _LISTS:
                continue
            codes = list(chain.from_iterable(present(lists)))
            if not codes or set(map(type, codes)) != {str}:
                continue
            found = list(map(_CODE.fullmatch, codes))
            starts = {one[1] if one else "" for one in found}
            start = starts.pop() if len(starts) == 1 else ""
            if len(codes) * len(start) > WORTH_A_RULE:
                self.rules.append(f"{name} of {start}")
                self.codes[name] = start
            else:
                self.text_lists.add(name)

    def _take_out_what_most_say(self) -> None:
        for name, values in list(self.columns.items()):
            if name in self._emptied or self.kinds[name] not in (*_PLAIN, {list}):
                continue
            if self.kinds[name] == {list}:
                usual, count = _NONE, values.count(_NONE)
            elif 2 * len(set(values)) > self.rows + 1:
                continue  # so many differ that none of them is in most rows
            else:
                ((usual, count),) = Counter(values).most_common(1)
            if 2 * count > self.rows and count * (len(str(usual)) + 1) > WORTH_A_RULE:
                self.usual[name] = usual
                self._leave(name, [MISSING if value == usual else value for value in values])

    def _leave(self, name: str, values: list[Any]) -> None:
        self.put(name, values)
        self._emptied.add(name)


def are_records(value: Any) -> bool:
    """Tell if this is a list of records that a table can show."""
    return (
        type(value) is list
        and bool(value)
        and set(map(type, value)) == {dict}
        and all(value)
        and all(map(NAME.fullmatch, set(chain.from_iterable(value))))
    )


def _flat(record: Record, above: str = "") -> Record:
    """Return the record with the fields of its objects as its own, such as `changes.tasks`."""
    found: Record = {}
    for name, value in record.items():
        if type(value) is dict and value and all(map(NAME.fullmatch, value)):
            found |= _flat(value, f"{above}{name}.")
        else:
            found[f"{above}{name}"] = value
    return found


def present(values: list[Any]) -> list[Any]:
    return [one for one in values if one is not MISSING]


def _first(values: list[Any]) -> Any:
    return next(one for one in values if one is not MISSING)


def _first_rows(sources: list[Any]) -> list[int]:
    """Return for each row the first one with the same source, nothing if no two have the same.

    A row without a source is its own first one.
    """
    seen: dict[Any, int] = {}
    rows = [row if one is MISSING else seen.setdefault(one, row) for row, one in enumerate(sources)]
    return rows if len(seen) < len(sources) else []


def _once(values: list[Any], first_rows: list[int]) -> list[Any] | None:
    """Empty each value that its first row says too, if that is worth it and nothing is lost."""
    if [values[first] for first in first_rows] != values:
        return None
    left = [values[row] if row == first else MISSING for row, first in enumerate(first_rows)]
    emptied = (value for value, one in zip(values, left, strict=True) if one is not value)
    return left if _length(emptied) > WORTH_A_RULE else None


def _length(values: Any) -> int:
    return sum(map(len, map(str, values)))


def _common_place(values: list[str]) -> str:
    """Return the place that all these places lie in, such as `Plant > Hall` of `Plant > Hall > Line 1`."""
    first, last = min(values).split(" > ")[:-1], max(values).split(" > ")[:-1]
    shared = takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    return " > ".join(step for step, _ in shared)
