"""What a tool did, in the reader's language. Placeholders: the app and the record, which may be unknown."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.rights import MODULE_NAMES, Module
from mcp_gateway.tools.catalogue import CATALOGUE

DONE: Mapping[str, Promise] = {
    "whoami": _("%(app)s looked up who is connected"),
    "search": _("%(app)s searched the records"),
    "fetch": _("%(app)s read record %(record)s"),
    "create_work_order": _("%(app)s created work order %(record)s"),
    "update_work_order": _("%(app)s changed work order %(record)s"),
    "cancel_work_order": _("%(app)s cancelled work order %(record)s"),
    "create_work_request": _("%(app)s created work request %(record)s"),
    "update_work_request": _("%(app)s changed work request %(record)s"),
    "add_meter_reading": _("%(app)s added a reading to meter %(record)s"),
    "create_pending_task_from_request": _("%(app)s planned work request %(record)s"),
    "create_pending_task": _("%(app)s created pending task %(record)s"),
    "assign_task_plan": _("%(app)s assigned task plan %(record)s"),
    "fill_subtask": _("%(app)s answered a subtask of work order %(record)s"),
    "add_work_order_resource": _("%(app)s added a resource to work order %(record)s"),
    "update_work_order_resource_note": _("%(app)s wrote a note on a resource of work order %(record)s"),
    "attach_to_work_order": _("%(app)s attached a note or link to work order %(record)s"),
    "create_warehouse": _("%(app)s created warehouse %(record)s"),
    "create_stock_item": _("%(app)s created stock item %(record)s"),
    "link_stock_item": _("%(app)s added item %(record)s to a warehouse"),
    "adjust_stock": _("%(app)s adjusted the stock of %(record)s"),
    "register_warehouse_entry": _("%(app)s entered goods: %(record)s"),
    "register_warehouse_issue": _("%(app)s issued goods: %(record)s"),
    "update_material_request": _("%(app)s wrote a note on material request %(record)s"),
    "create_asset": _("%(app)s created asset %(record)s"),
    "update_asset": _("%(app)s changed asset %(record)s"),
    "set_asset_custom_field": _("%(app)s set a custom field of asset %(record)s"),
    "create_meter": _("%(app)s created meter %(record)s"),
    "create_person": _("%(app)s created person %(record)s"),
    "update_person": _("%(app)s changed person %(record)s"),
    "save_third_party": _("%(app)s saved third party %(record)s"),
    "set_third_party_service": _("%(app)s set a service of third party %(record)s"),
    "list_documents": _("%(app)s looked up documents"),
    "add_document": _("%(app)s added a document to %(record)s"),
}
READ = _("%(app)s read %(what)s")
READ_RECORD = _("%(app)s read %(what)s, record %(record)s")
CALLED = _("%(app)s called %(tool)s")


def tool_sentence(tool: str, *, done: bool, record: str) -> tuple[Promise, dict[str, str]]:
    """Return the sentence for a call, and the values of its placeholders other than `app`."""
    known = CATALOGUE.named(tool)
    if not done or known is None:
        return CALLED, {"tool": tool}
    if tool in DONE:
        return DONE[tool], {"record": record}
    modules = sorted({right.partition(":")[0] for right in known.rights})
    what = ", ".join(str(MODULE_NAMES[Module(module)]) for module in modules)
    return (READ_RECORD, {"what": what, "record": record}) if record else (READ, {"what": what})
