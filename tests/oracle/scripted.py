"""Serves a plant's rows in the contract's form, with quirks of the live service, without a database.

It runs in this process in place of the gateway's HTTP engine, so a call costs only what the gateway needs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson
from hypothesis import strategies as st

from mcp_gateway.upstream.envelope import Answer
from tests.oracle import (
    contract_details,
    contract_log,
    contract_meters,
    contract_parties,
    contract_parts,
    contract_plans,
    contract_supply,
)
from tests.oracle import contract_rows as contract
from tests.oracle.contract_rows import Shown
from tests.oracle.odd_rows import unreadable
from tests.oracle.plants import Plant, Row

PAGING = ("start", "limit")
PLACES = ("location_code", "code_location", "code_parent_location")
Filter = Callable[[Shown, str], bool]


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


def _shows(name: str) -> Filter:
    def holds(row: Shown, value: str) -> bool:
        shown = row[0].get(name)
        return str(shown).lower() == value.lower() if isinstance(shown, bool) else str(shown) == value

    return holds


def _hides(name: str) -> Filter:
    return lambda row, value: str(row[1].get(name)) == value


# Behaviour seen at the live service: no total or a text as total, short pages, filters without effect.
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


@dataclass(frozen=True)
class Resource:
    """`dates` are the values of `type_date`, the default first.

    Without `since` a resource with `days_back` shows only that many days.
    """

    rows: Callable[[Plant], list[Shown]]
    filters: Mapping[str, Filter] = field(default_factory=dict)
    dates: tuple[str, ...] = ()
    days_back: int | None = None
    in_path: str | None = None  # The filter that the second segment of the path stands for.
    is_paged: bool = True


RESOURCES: dict[str, Resource] = {
    "items": Resource(
        contract.items,
        {
            "code": _shows("code"),
            "id": _shows("id"),
            "item_type": _shows("id_type_item"),
            "active": _shows("active"),
            "available": _shows("available"),
            "field_1": lambda row, value: row[0]["field_1"].casefold() == value.casefold(),
        },
    ),
    "items_availability": Resource(
        contract.availability,
        {"code": _shows("code")},
        ("creation_date", "initial_date", "final_date"),
        30,
    ),
    "work_orders": Resource(
        contract.work_orders,
        {
            "folio": _shows("wo_folio"),
            "ot_status": _shows("id_status_work_order"),
            "code_asset": _shows("code"),
            "id_work_order_task": _shows("id_work_orders_tasks"),
            "id_items_availability": _shows("id_items_availability"),
        },
        (
            "creation_date",
            "date_maintenance",
            "cal_date_maintenance",
            "initial_date",
            "final_date",
            "review_date",
            "wo_final_date",
        ),
    ),
    "wo_resources": Resource(
        contract.resources,
        {"folio": _shows("wo_folio"), "type": _shows("type"), "ot_status": _shows("id_status_work_order")},
        ("date_create",),
        30,
    ),
    "work_requests": Resource(
        contract.requests,
        {"code": _hides("code"), "id_status": _shows("id_status"), "code_item": _shows("code_item")},
        ("date", "date_incident", "date_solution"),
    ),
    "work_requests_status": Resource(contract.request_changes, {"code": _hides("code")}),
    "transactions_log": Resource(
        contract_log.transactions, {"action": _shows("action"), "module": _hides("module")}, ("event_date",)
    ),
    "groups_tasks_details": Resource(contract_plans.plans),
    "tasks": Resource(contract_plans.planned_tasks, {"id_group_task": _shows("id_group_task")}),
    "tasks/types": Resource(contract_plans.task_types),
    "tasks_triggers": Resource(contract_plans.triggers, {"id_task": _shows("id_task")}),
    "tasks_resources_items": Resource(contract_plans.planned_parts, {"id_task": _shows("id_task")}),
    "tasks_resources_hourly_rates": Resource(contract_plans.labour, {"id_task": _shows("id_task")}),
    "tasks_resources_services": Resource(contract_plans.services, {"id_task": _shows("id_task")}),
    "tasks_todo": Resource(contract.pending_tasks),
    "meters": Resource(contract_meters.meters, {"code": _shows("code"), "serial": _shows("serial")}),
    "meters_advanced": Resource(
        contract_meters.meters_with_tasks, {"code": _hides("code"), "serial": _shows("serial")}
    ),
    "meters_reading": Resource(
        contract_meters.readings, {"code": _hides("code"), "serial": _hides("serial")}, ("date_reading",)
    ),
    "personnel": Resource(contract_parties.personnel, {"code": _shows("code")}),
    "third_parties": Resource(contract_parties.third_parties, {"code": _shows("code")}),
    "warehouses": Resource(contract_supply.warehouses, {"code": _shows("code")}),
    "warehouses_items": Resource(contract_supply.stock, {"code": _hides("code")}),
    "inventories": Resource(contract_supply.inventories, {"code": _shows("code")}, in_path="code"),
    "work_orders_movements": Resource(
        contract_supply.requisitions,
        {"folio": _shows("document"), "warehouse_code": _hides("warehouse")},
        ("date_create",),
        30,
    ),
    "warehouse_purchase_orders": Resource(
        contract_supply.purchase_orders, {"warehouse_code": _hides("warehouse")}, ("date_create",), 30
    ),
    "material_requests": Resource(
        contract_supply.material_requests,
        {"id": _shows("id"), "code": _hides("warehouse")},
        ("date_create",),
        30,
    ),
    **{
        name: Resource(
            partial(contract_details.rows, name),
            {form.asked_by: _shows(form.owner)},
            ("creation_date",) if name == "work_orders_subtasks" else (),
            30,
            form.asked_by if form.in_path else None,
            form.is_paged,
        )
        for name, form in contract_parts.FORMS.items()
    },
    "work_orders_shared_url": Resource(
        contract_details.shared_urls, {"wo_folio": _shows("wo_folio")}, in_path="wo_folio"
    ),
}


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
