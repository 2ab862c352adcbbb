"""The resources of the REST contract: the rows of a plant, and the parameters that filter them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

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
from tests.oracle.plants import Plant

Filter = Callable[[Shown, str], bool]


def _shows(name: str) -> Filter:
    def holds(row: Shown, value: str) -> bool:
        shown = row[0].get(name)
        return str(shown).lower() == value.lower() if isinstance(shown, bool) else str(shown) == value

    return holds


def _hides(name: str) -> Filter:
    return lambda row, value: str(row[1].get(name)) == value


# Behaviour seen at the live service: no total or a text as total, short pages, filters without effect.


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
