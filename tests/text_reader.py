"""Reads the text form of an answer back (docs/reference/text-form.md). Shares no code with its writer."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

FENCED = re.compile(r"\[(\d{9}): data, [^\n]*\]\n(.*)\n\[/\1\]", re.DOTALL)
TIMES = re.compile(r"Times: (\d{4}) UTC(?:([+-]\d\d)(:\d\d)?)?")
SHOWN = re.compile(r"Shown: (\d+)(?: of (\d+))?\. (?:No more|More with next_cursor (\S+))\.( Partial: .*)?")
ROWS = re.compile(r"(.*)Rows: (\d+) of (\d+), (\d+) records, (\d+) pages\.( Partial: .*)?")
ASKED = re.compile(
    r"(?P<metric>\w+) of (?P<scope>\w+)(?: (?P<code>\".*\"|[^,]+))?"
    r"(?:, (?P<since>[^,]+) to (?P<until>[^,]+))?\. "
)
HEAD = re.compile(r"(.*) \((\d+)\)(|, .*):")
NUMBER = re.compile(r"-?(\d+(\.\d+)?|\.\d+)([eE][+-]?\d+)?")
TIME = re.compile(r"(\d\d)([A-Z][a-z]{2})(\d{4})? (\d\d)(h|:\d\d)")
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
CLOCK = re.compile(r"\d\d(h|:\d\d)")
WHOLE_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d):\d\d(Z|[+-]\d\d:\d\d)")
RULES = re.compile(
    r", (?:url = (?P<pages>http\S+)\{(?P<end>[\w.*]+)\}"
    r"|(?P<short>[\w.*]+) = (?P<begin>[\w/.-]+)\{(?P=short)\}"
    r"|(?P<equal>[\w.*]+) = (?P<other>[\w.*]+)(?P<mostly> unless shown)?"
    r"|(?P<label>[\w.*]+) \+ \{ (?P<code>[\w.*]+) \}"
    r"|(?P<inside>[\w.*]+) in (?P<place>[^,:]+) >"
    r"|(?P<once>[\w.*]+) once per (?P<source>[\w.*]+)"
    r"|(?P<codes>[\w.*]+) of (?P<start>\S+?)"
    r"|(?P<clock>[\w.*]+) on the day of (?P<day>[\w.*]+))(?=, |$)"
)
NOTHING = object()


def inside(text: str) -> str:
    """Return what stands in the fence. No other line may look like its end."""
    found = FENCED.fullmatch(text)
    assert found, text[:300]
    body = found[2]
    assert found[1] not in body, "a text knew the fence"
    assert body.replace("\n", "").isprintable(), "a character that cannot be seen"
    return body


def read(text: str) -> dict[str, Any]:
    """Return the answer that this text, with its fence, tells."""
    return Reader(inside(text)).answer()


def to_the_minute(data: Any) -> Any:
    """Return this answer with times to the minute, as its text has them."""
    if isinstance(data, dict):
        return {name: to_the_minute(value) for name, value in data.items()}
    if isinstance(data, list):
        return list(map(to_the_minute, data))
    if isinstance(data, str) and (time := WHOLE_TIME.fullmatch(data)):
        return f"{time[1]}:00{time[2]}"
    return data


class Reader:
    def __init__(self, body: str) -> None:
        self.lines = body.split("\n") if body else []
        self.offset, self.year = "", ""

    def answer(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self.lines and (times := TIMES.fullmatch(self.lines[0])):
            self.year = times[1]
            self.offset = f"{times[2]}{times[3] or ':00'}" if times[2] else "Z"
            self.lines.pop(0)
        if self.lines and (page := SHOWN.fullmatch(self.lines[0])):
            self.lines.pop(0)
            found |= {"returned": int(page[1]), "partial": bool(page[4]), "notes": []}
            found["has_more"] = page[3] is not None
            if page[2]:
                found["total"] = int(page[2])
            if page[3] is not None:
                found["next_cursor"] = page[3]
        elif self.lines and (rows := ROWS.fullmatch(self.lines[0])):
            self.lines.pop(0)
            shown, total, records, pages = map(int, rows.groups()[1:5])
            found |= {"groups_total": total, "groups_left_out": total - shown, "notes": []}
            found["coverage"] = {"rows_used": records, "pages_read": pages, "partial": bool(rows[6])}
            if rows[1]:
                asked = ASKED.fullmatch(rows[1])
                assert asked, rows[1]
                said = {name: self.value(text) for name, text in asked.groupdict().items() if text}
                if "since" in said:
                    said["period"] = {"since": said.pop("since"), "until": said.pop("until")}
                found |= said
        while self.lines:
            line = self.lines.pop(0)
            assert "|" not in line, line
            name, rest = self.name(line)
            into = found
            if "." in name and not line.startswith('"'):
                above, _, name = name.partition(".")
                into = found.setdefault(above, {})
            if rest.startswith(": "):
                into[name] = self.value(rest[2:])
                continue
            head = HEAD.fullmatch(rest)
            assert head, line
            count, rules = int(head[2]), head[3]
            if not rules and self.lines[0].startswith("- ") and "|" not in self.lines[0]:
                into[name] = [self.value(self.lines.pop(0)[2:]) for _ in range(count)]
            else:
                table = self.table(count, rules)
                by_name = any("*" in record for record in table)
                into[name] = {record.pop("*"): record for record in table} if by_name else table
        return found

    def name(self, line: str) -> tuple[str, str]:
        if line.startswith('"'):
            name, end = json.JSONDecoder().raw_decode(line)
            return name, line[end:]
        at = min(place for place in (line.find(":"), line.find(" (")) if place >= 0)
        return line[:at], line[at:]

    # --- tables --------------------------------------------------------------------------

    def table(self, count: int, rules: str) -> list[dict[str, Any]]:
        head = Head(self, rules, self.cells(self.lines.pop(0)))
        below: list[tuple[str, str, Head, list[dict[str, Any]]]] = []
        while self.lines and (mark := re.match(r">+", self.lines[0])) and "|" not in self.lines[0]:
            name, _, its_rules = self.lines.pop(0)[mark.end() + 1 :].removesuffix(":").partition(", ")
            columns = self.cells(self.lines.pop(0).removeprefix(mark[0]))
            below.append((mark[0], name, Head(self, f", {its_rules}" if its_rules else "", columns), []))
        records: list[dict[str, Any]] = []
        for _ in range(count):
            record = self.row(head, self.lines.pop(0))
            for mark_, name, its_head, under in below:
                rows: list[dict[str, Any]] = []
                while self.is_below(mark_) and (name not in head.columns or len(rows) < record.get(name, 0)):
                    rows.append(self.row(its_head, self.lines.pop(0).removeprefix(mark_)))
                if name in record or name not in head.columns:
                    assert name not in head.columns or record[name] == len(rows)
                    record[name] = rows
                under += rows
            records.append(record)
        for _, _, its_head, under in below:
            its_head.apply(under)
        head.apply(records)
        return records

    def is_below(self, mark: str) -> bool:
        return bool(self.lines) and re.match(f"{mark}(?!>)", self.lines[0]) is not None

    def cells(self, line: str) -> list[str]:
        cells = line.split("|")
        assert len(cells) > 1, line
        return cells if len(cells) != 2 or cells[1] else cells[:1]

    def row(self, head: Head, line: str) -> dict[str, Any]:
        cells = line.split("|")
        assert len(cells) == max(2, len(head.columns)), (head.columns, line)
        return {
            name: self.cell(head, name, cell)
            for name, cell in zip(head.columns, cells, strict=len(head.columns) > 1)
            if cell != ""
        }

    def cell(self, head: Head, name: str, cell: str) -> Any:
        if name in head.starts:
            return [] if cell == "[]" else [f"{head.starts[name]}{end}" for end in cell.split(" ")]
        if name in head.ends:
            return cell
        return self.value(f"[{cell}]" if name in head.lists and cell != "[]" else cell)

    # --- values --------------------------------------------------------------------------

    def value(self, text: str) -> Any:
        if text[:1] in ("[", "{"):
            found, end = self.flow(text, 0)
            assert end == len(text), text
            return found
        if text[:1] == '"':
            return json.loads(text)
        return self.plain(text)

    def plain(self, text: str) -> Any:
        if text in ("null", "true", "false"):
            return json.loads(text)
        if NUMBER.fullmatch(text):
            return json.loads(re.sub(r"^(-?)\.", r"\g<1>0.", text))
        if time := TIME.fullmatch(text):
            day = f"{time[3] or self.year}-{MONTHS.index(time[2]) + 1:02}-{time[1]}"
            return f"{day}T{time[4]}{time[5].replace('h', ':00')}:00{self.offset}"
        return text

    def flow(self, text: str, at: int) -> tuple[Any, int]:
        """Read the list or the object that begins there. Return it and where it ends."""
        if text[at] == '"':
            found, end = json.JSONDecoder().raw_decode(text, at)
            return found, end
        if text[at] not in "[{":
            end = at
            while text[end] not in ",]}":
                end += 1
            return self.plain(text[at:end]), end
        closing = "]" if text[at] == "[" else "}"
        items: list[Any] = []
        pairs: dict[str, Any] = {}
        at += 1
        while text[at] != closing:
            if closing == "}":
                if text[at] == '"':
                    name, at = json.JSONDecoder().raw_decode(text, at)
                else:
                    end = text.index(":", at)
                    name, at = text[at:end], end
                pairs[name], at = self.flow(text, at + 1)
            else:
                item, at = self.flow(text, at)
                items.append(item)
            if text[at] == ",":
                at += 2
        return (pairs if closing == "}" else items), at + 1


class Head:
    """The head of a table: its columns, and the rules that make its records whole."""

    def __init__(self, reader: Reader, rules: str, columns: list[str]) -> None:
        self.lists = {name.removesuffix("[]") for name in columns if name.endswith("[]")}
        self.columns = [name.removesuffix("[]") for name in columns]
        self.each: dict[str, Any] = {}
        self.usual: dict[str, Any] = {}
        for said, into in ((", each {", self.each), (", unless shown {", self.usual)):
            if rules.startswith(said):
                values, end = reader.flow(rules, len(said) - 1)
                into |= values
                rules = rules[end:]
        self.rules = []
        while rules:
            rule = RULES.match(rules)
            assert rule, rules
            self.rules.append({name: said for name, said in rule.groupdict().items() if said})
            rules = rules[rule.end() :]
        self.ends = {rule["short"] for rule in self.rules if "short" in rule}
        self.starts = {rule["codes"]: rule["start"] for rule in self.rules if "codes" in rule}

    def apply(self, records: list[dict[str, Any]]) -> None:
        """Make what the head says. What was left out last is put back first."""
        for record in records:
            for name, value in self.usual.items():
                record.setdefault(name, value)
        for rule in reversed(self.rules):
            said: dict[Any, Any] = {}
            for record in records:
                self.undo(rule, record, said)
        for record in records:
            record |= self.each
            for name in [name for name in record if "." in name]:
                *above, last = name.split(".")
                within = record
                for step in above:
                    within = within.setdefault(step, {})
                within[last] = record.pop(name)

    def undo(self, rule: dict[str, str], record: dict[str, Any], said: dict[Any, Any]) -> None:
        if "pages" in rule and rule["end"] not in record:
            return
        if "pages" in rule:
            record.setdefault("url", f"{rule['pages']}{quote(str(record[rule['end']]), safe='')}")
        elif "short" in rule:
            if rule["short"] in record:
                record[rule["short"]] = f"{rule['begin']}{record[rule['short']]}"
        elif "equal" in rule:
            assert "mostly" in rule or rule["equal"] not in record
            record.setdefault(rule["equal"], record[rule["other"]])
        elif "label" in rule and rule["label"] in record:
            record[rule["label"]] += f" {{ {record[rule['code']]} }}"
        elif "inside" in rule and rule["inside"] in record:
            record[rule["inside"]] = f"{rule['place']} > {record[rule['inside']]}"
        elif "once" in rule and rule["source"] in record:
            first = said.setdefault(record[rule["source"]], record.get(rule["once"], NOTHING))
            if first is not NOTHING:
                record.setdefault(rule["once"], first)
        elif "clock" in rule and CLOCK.fullmatch(str(record.get(rule["clock"]))):
            day, _, rest = record[rule["day"]].partition("T")
            clock = record[rule["clock"]].replace("h", ":00")
            record[rule["clock"]] = f"{day}T{clock}:00{rest[8:]}"
