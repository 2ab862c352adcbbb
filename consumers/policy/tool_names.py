"""What tools are called in front of people; `Tool.title` is for models and always English."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TOOL_NAMES: dict[str, Promise] = {
    "whoami": _("Who am I"),
    "list_people": _("List people"),
    "search": _("Search"),
    "fetch": _("Show a record that was found"),
    "list_work_orders": _("List work orders"),
    "get_work_order": _("Show a work order"),
    "create_work_order": _("Create a work order"),
    "update_work_order": _("Change a work order"),
    "cancel_work_order": _("Cancel a work order"),
    "list_work_requests": _("List work requests"),
    "get_work_request": _("Show a work request"),
    "update_work_request": _("Change a work request"),
    "create_work_request": _("Create a work request"),
    "get_shift_handover": _("Shift handover"),
    "get_my_day": _("My day"),
    "list_pending_tasks": _("List pending tasks"),
    "list_task_plans": _("List task plans"),
    "list_assets": _("List assets"),
    "get_asset": _("Show an asset"),
    "list_meters": _("List meters"),
    "add_meter_reading": _("Add a meter reading"),
    "list_meter_readings": _("List meter readings"),
    "list_stock": _("List stock"),
    "list_warehouse_documents": _("List warehouse documents"),
    "list_third_parties": _("List third parties"),
    "list_transactions": _("List transactions"),
    "get_maintenance_metrics": _("Maintenance metrics"),
    "create_pending_task_from_request": _("Plan a work request"),
    "create_pending_task": _("Report an event"),
    "assign_task_plan": _("Assign a task plan"),
    "list_planned_work": _("Planned work by day"),
    "list_documents": _("List documents"),
    "fill_subtask": _("Answer a subtask"),
    "add_work_order_resource": _("Add a resource to a work order"),
    "update_work_order_resource_note": _("Note on a resource of a work order"),
    "attach_to_work_order": _("Attach a note or link to a work order"),
    "create_warehouse": _("Create a warehouse"),
    "create_stock_item": _("Create a stock item"),
    "link_stock_item": _("Keep an item in a warehouse"),
    "adjust_stock": _("Adjust stock"),
    "register_warehouse_entry": _("Enter goods"),
    "register_warehouse_issue": _("Issue goods"),
    "update_material_request": _("Note on a material request"),
    "create_asset": _("Create an asset"),
    "update_asset": _("Change an asset"),
    "set_asset_custom_field": _("Set a custom field of an asset"),
    "create_meter": _("Create a meter"),
    "create_person": _("Create a person"),
    "update_person": _("Change a person"),
    "save_third_party": _("Create or change a third party"),
    "set_third_party_service": _("Set a service of a third party and its cost"),
    "add_document": _("Add a document"),
}


def name_of_tool(name: str) -> str:
    """Return the tool's name in the active language; one that is not known keeps its code."""
    return str(TOOL_NAMES.get(name, name))
