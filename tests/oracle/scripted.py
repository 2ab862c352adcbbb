"""Serves a plant's rows in the contract's form, with quirks of the live service, without a database.

It runs in this process in place of the gateway's HTTP engine, so a call costs only what the gateway needs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson
from hypothesis import strategies as st

from mcp_gateway.upstream.envelope import Answer
from tests.oracle import contract_rows as contract
from tests.oracle.contract_resources import RESOURCES, Resource
from tests.oracle.contract_rows import Shown
from tests.oracle.odd_rows import unreadable
from tests.oracle.plants import Plant, Row

PAGING = ("start", "limit")
PLACES = ("location_code", "code_location", "code_parent_location")


@dataclass(frozen=True)
class Quirks:
    """Quirks of the service.

    `total` is sent as a number, as a text or not at all; `cap` limits the rows of a page, whatever was
    requested; `ignored` parameters have no effect. With `texts` numbers come as texts; with `other_names`
    fields have their second names. `unreadable` is a resource and the index of a row in it that violates the
    contract, or that is a text if `is_no_object`.
    """

    total: str = "number"
    cap: int = 100
    ignored: frozenset[str] = frozenset()
    texts: bool = False
    other_names: bool = False
    unreadable: tuple[str, int] | None = None
    is_no_object: bool = False


QUIRKS = st.builds(
    Quirks,
    total=st.sampled_from(["number", "text", "missing"]),
    cap=st.sampled_from([100, 100, 50, 7]),
    ignored=st.frozensets(
        st.sampled_from(
            [
                *("active", "available", "item_type", "ot_status", "code_asset", "id_status", "code_item"),
                *("type", "module", "action", "id_task", "id_group_task"),
            ]
        ),
        max_size=2,
    ),
    texts=st.booleans(),
    other_names=st.booleans(),
)
# The contract has two names for these fields, and a row may use either.
OTHER_NAMES = {"meters_advanced": {"code": "items_code", "parent_description": "items_parent_description"}}


class Scripted:
    """The gateway's HTTP engine for one plant."""

    def __init__(self, plant: Plant, quirks: Quirks) -> None:
        self._plant, self._quirks = plant, quirks
        self._rows: dict[str, list[Shown]] = {}
        self._kept_before: dict[tuple[str, frozenset[tuple[str, str]]], list[Shown]] = {}
        self._odd: Row | None = None
        self.calls = 0

    async def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        self.calls += 1
        parts = urlsplit(url)
        path = [unquote(segment) for segment in parts.path.partition("/api/")[2].split("/")]
        assert method == "GET", url
        if "/".join(path) in RESOURCES:
            path = ["/".join(path)]
        resource = RESOURCES.get(path[0])
        if resource is None or len(path) > (1 if resource.in_path is None else 2):
            return _answer(404, {"success": False, "message": "404", "data": []})
        query = dict(parse_qsl(parts.query))
        if resource.in_path is not None and len(path) == 2:
            query[resource.in_path] = path[1]
        if path[0] not in self._rows:
            self._rows[path[0]] = self._shown(path[0], resource)
        filters = (path[0], frozenset((name, value) for name, value in query.items() if name not in PAGING))
        if filters not in self._kept_before:
            self._kept_before[filters] = self._kept(resource, self._rows[path[0]], query)
        return self._page(resource, self._kept_before[filters], query)

    def _shown(self, name: str, resource: Resource) -> list[Shown]:
        rows = resource.rows(self._plant)
        if self._quirks.other_names and name in OTHER_NAMES:
            others = OTHER_NAMES[name]
            rows = [
                ({others.get(field, field): value for field, value in row.items()}, hidden)
                for row, hidden in rows
            ]
        if self._quirks.unreadable is not None and self._quirks.unreadable[0] == name:
            place = self._quirks.unreadable[1]
            rows[place] = unreadable(name, rows[place])
            self._odd = rows[place][0]
        return rows

    async def close(self) -> None:
        pass

    def _kept(self, resource: Resource, rows: list[Shown], query: dict[str, str]) -> list[Shown]:
        asked = {name: value for name, value in query.items() if name not in self._quirks.ignored}
        for name, holds in resource.filters.items():
            if name in asked:
                rows = [row for row in rows if holds(row, asked[name])]
        rows = self._in_place(rows, asked)
        if resource.rows is contract.pending_tasks:
            until = _moment(asked["until"]) if "until" in asked else self._now + dt.timedelta(days=30)
            rows = [row for row in rows if row[1]["cal_date_maintenance"] <= until]
        if resource.dates:
            rows = self._in_period(resource, rows, asked)
        return rows

    @property
    def _now(self) -> dt.datetime:
        return self._plant.calendar.now

    def _in_place(self, rows: list[Shown], asked: dict[str, str]) -> list[Shown]:
        code = next((asked[name] for name in PLACES if name in asked), None)
        if code is None:
            return rows
        found = [item for item in self._plant["Item"] if item["code"] == code]
        if not found:
            return []
        if rows and "parent" in rows[0][1]:  # Meters.
            return [row for row in rows if row[1]["parent"] == code]
        if "location_code" in asked and asked.get("is_tree") != "true":
            return [row for row in rows if row[0].get("location_code") == code]
        return [row for row in rows if f"/{found[0]['id']}/" in row[1]["within"]]

    def _in_period(self, resource: Resource, rows: list[Shown], asked: dict[str, str]) -> list[Shown]:
        kind = asked.get("type_date", resource.dates[0])
        since = _moment(asked["since"]) if "since" in asked else None
        until = _moment(asked["until"]) if "until" in asked else None
        if since is None and resource.days_back is not None:
            since = self._now - dt.timedelta(days=resource.days_back)
        elif since is None or until is None:  # one end alone has no effect
            return rows
        return [
            row
            for row in rows
            if row[1][kind] is not None
            and (since is None or since <= row[1][kind])
            and (until is None or row[1][kind] <= until)
        ]

    def _page(self, resource: Resource, rows: list[Shown], query: dict[str, str]) -> Answer:
        start = int(query.get("start", 0))
        size = min(int(query.get("limit", 100)), self._quirks.cap)
        if not resource.is_paged:
            start, size = 0, len(rows)
        data: list[Any] = [row for row, _hidden in rows[start : start + size]]
        if self._quirks.texts:
            data = [{name: _as_text(value) for name, value in row.items()} for row in data]
        if self._quirks.is_no_object:
            odd = [
                place for place, (row, _hidden) in enumerate(rows[start : start + size]) if row is self._odd
            ]
            data = ["no row" if place in odd else row for place, row in enumerate(data)]
        envelope: dict[str, Any] = {"success": True, "message": "200", "data": data}
        if self._quirks.total != "missing":
            envelope["total"] = str(len(rows)) if self._quirks.total == "text" else len(rows)
        return _answer(200, envelope)


def _answer(status: int, body: dict[str, Any]) -> Answer:
    return Answer(status, {}, orjson.dumps(body))


def _moment(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _as_text(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_as_text(part) if isinstance(part, dict) else part for part in value]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if number else value
