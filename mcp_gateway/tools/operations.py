"""What each operation of the REST API is among the tools: the rules on single tools hold there too.

An operation stands with the tools that exist for it, not with those that also need it on their way:
`create_work_order` may report an event first, but who may not report events may not do it alone either.

What is read serves any one of its tools. What is written does the work of all of them.
"""

from __future__ import annotations

from collections.abc import Mapping

_READ: Mapping[str, tuple[str, ...]] = {
    "items": ("list_assets", "get_asset"),
    "items_availability": ("get_asset",),
    "items_custom_fields": ("get_asset",),
    "items_locations": ("get_asset",),
    "items_document_management": ("get_asset", "list_documents"),
    "meters": ("list_meters",),
    "meters_advanced": ("list_meters",),
    "meters_reading": ("list_meter_readings",),
    "work_orders": ("list_work_orders", "get_work_order"),
    "work_orders_subtasks": ("get_work_order",),
    "work_orders_tasks_files": ("get_work_order",),
    "work_orders_attachments": ("get_work_order",),
    "work_orders_shared_url": ("get_work_order",),
    "work_orders_movements": ("get_work_order", "list_warehouse_documents"),
    "wo_resources": ("get_work_order",),
    "work_requests": ("list_work_requests", "get_work_request"),
    "work_requests_status": ("get_work_request",),
    "work_requests_attachments": ("get_work_request",),
    "task-types": ("list_task_plans",),
    "tasks": ("list_task_plans",),
    "tasks_triggers": ("list_task_plans",),
    "groups_tasks_details": ("list_task_plans",),
    "tasks_resources_hourly_rates": ("list_task_plans",),
    "tasks_resources_items": ("list_task_plans",),
    "tasks_resources_services": ("list_task_plans",),
    "tasks_todo": ("list_pending_tasks", "list_planned_work"),
    "personnel": ("list_people",),
    "personnel_document_management": ("list_documents",),
    "third_parties": ("list_third_parties",),
    "third_parties_services": ("list_third_parties",),
    "third_parties_contacts": ("list_third_parties",),
    "third_parties_document_management": ("list_documents",),
    "warehouses": ("list_stock",),
    "warehouses_items": ("list_stock",),
    "inventories": ("list_stock",),
    "warehouse_purchase_orders": ("list_warehouse_documents",),
    "material_requests": ("list_warehouse_documents",),
    "transactions_log": ("list_transactions",),
}
_WRITE: Mapping[str, tuple[str, ...]] = {
    "POST items": ("create_asset",),
    "PUT items": ("update_asset",),
    "PUT items_custom_fields": ("set_asset_custom_field",),
    "PUT items_associate_tasks_plan": ("assign_task_plan",),
    "POST items_document_management": ("add_document",),
    "POST personnel_document_management": ("add_document",),
    "POST third_parties_document_management": ("add_document",),
    "POST meters": ("create_meter",),
    "PUT meter_reading": ("add_meter_reading",),
    "POST work_orders": ("create_work_order",),
    "PUT work_orders": ("update_work_order",),
    "PUT work_orders_tasks": ("update_work_order",),
    "PUT work_order_change_status": ("update_work_order",),
    "PUT work_order_cancel": ("cancel_work_order",),
    "PUT work_orders_subtasks": ("fill_subtask",),
    "POST work_orders_tasks_files": ("attach_to_work_order",),
    "POST wo_resources": ("add_work_order_resource",),
    "PUT wo_resources": ("update_work_order_resource_note",),
    "POST work_requests": ("create_work_request",),
    "PUT work_requests": ("update_work_request",),
    "POST tasks_nonscheduled": ("create_pending_task",),
    "POST tasks_from_work_request": ("create_pending_task_from_request",),
    "POST personnel": ("create_person",),
    "PUT personnel": ("update_person",),
    "POST third_parties": ("save_third_party",),
    "PUT third_parties": ("save_third_party",),
    "POST third_parties_services": ("set_third_party_service",),
    "PUT third_parties_services": ("set_third_party_service",),
    "POST warehouses": ("create_warehouse",),
    "POST inventories": ("create_stock_item",),
    "POST inventories_associate_warehouse": ("link_stock_item",),
    "PUT inventories": ("link_stock_item", "adjust_stock"),
    "PUT inventories_adjustment": ("adjust_stock",),
    "POST warehouse_entries_orders": ("register_warehouse_entry",),
    "POST warehouse_outputs_orders": ("register_warehouse_issue",),
    "PUT material_requests": ("update_material_request",),
}
# Other names of the same resource.
_ALSO = {
    "items_details": "items",
    "meters_list": "meters",
    "meters_reading_list": "meters_reading",
    "warehouses_list": "warehouses",
    "inventories_details": "inventories",
}


def _all() -> Mapping[str, tuple[str, ...]]:
    named = {f"GET {resource}": tools for resource, tools in _READ.items()}
    named |= _WRITE
    for other, resource in _ALSO.items():
        for method in ("GET", "POST", "PUT"):
            if tools := named.get(f"{method} {resource}"):
                named[f"{method} {other}"] = tools
    return named


OPERATIONS = _all()  # method and resource → the tools
