"""The URLs of the contract.

Codes may contain anything, slashes too. `Endpoint` removes the optional slash at the end of the URL.
"""

from django.urls import URLPattern, re_path

from maintenance.api.documents import ItemDocuments, PersonDocuments, ThirdPartyDocuments
from maintenance.api.equipment.item_details import CustomFields, Moves
from maintenance.api.equipment.items import Items, ItemsAvailability
from maintenance.api.equipment.meters import MeterReadings, Meters, MetersAdvanced
from maintenance.api.equipment.reading_writes import InsertReading
from maintenance.api.kit.endpoint import URL_NAMES, Endpoint, UnknownEndpoint
from maintenance.api.parties.personnel import People
from maintenance.api.parties.third_parties import ThirdParties
from maintenance.api.parties.third_party_services import Contacts, Services
from maintenance.api.supply.inventories import Adjustment, AssociateWarehouse, Inventories
from maintenance.api.supply.movements import Entries, Outputs
from maintenance.api.supply.stock_documents import MaterialRequests, PurchaseOrders, Requisitions
from maintenance.api.supply.warehouses import WarehouseItems, Warehouses
from maintenance.api.transactions import Transactions
from maintenance.api.work.attachments import Attachments, RequestAttachments, SharedUrl, TaskFiles
from maintenance.api.work.pending_task_creation import FromRequest, NonScheduled
from maintenance.api.work.pending_tasks import PendingTasks
from maintenance.api.work.plan_assignment import PlanOfItem
from maintenance.api.work.subtasks import Subtasks
from maintenance.api.work.task_plans import (
    PlannedLabour,
    PlannedParts,
    PlannedServices,
    Plans,
    Tasks,
    TaskTriggers,
    TaskTypes,
)
from maintenance.api.work.task_resources import Resources
from maintenance.api.work.work_order_cancellation import WorkOrderCancel
from maintenance.api.work.work_orders import WorkOrderChangeStatus, WorkOrders, WorkOrdersTasks
from maintenance.api.work.work_requests import RequestHistory, WorkRequests


def resource(name: str, endpoint: type[Endpoint], key: str | None = "code") -> URLPattern:
    record = f"(?:/(?P<{key}>.*))?" if key else "/?"
    return re_path(rf"^{name}{record}$", endpoint.as_view(), name=f"{URL_NAMES}{name}")


urlpatterns = [
    re_path(r"^tasks/types/?$", TaskTypes.as_view(), name=f"{URL_NAMES}task-types"),
    resource("items", Items),
    resource("items_details", Items),
    resource("items_availability", ItemsAvailability),
    resource("items_custom_fields", CustomFields),
    resource("items_locations", Moves),
    resource("items_document_management", ItemDocuments),
    resource("meters", Meters),
    resource("meters_list", Meters),
    resource("meters_advanced", MetersAdvanced),
    resource("meters_reading", MeterReadings),
    resource("meters_reading_list", MeterReadings),
    resource("meter_reading", InsertReading),
    resource("work_orders", WorkOrders, "folio"),
    resource("work_orders_tasks", WorkOrdersTasks, None),
    resource("work_order_change_status", WorkOrderChangeStatus, "folio"),
    resource("work_order_cancel", WorkOrderCancel, "folio"),
    resource("work_orders_subtasks", Subtasks, "folio"),
    resource("work_orders_tasks_files", TaskFiles, "folio"),
    resource("work_orders_attachments", Attachments, "folio"),
    resource("work_orders_shared_url", SharedUrl, "folio"),
    resource("wo_resources", Resources, "folio"),
    resource("work_requests", WorkRequests),
    resource("work_requests_status", RequestHistory),
    resource("work_requests_attachments", RequestAttachments),
    resource("tasks", Tasks),
    resource("tasks_triggers", TaskTriggers),
    resource("tasks_todo", PendingTasks),
    resource("tasks_nonscheduled", NonScheduled),
    resource("tasks_from_work_request", FromRequest),
    resource("groups_tasks_details", Plans),
    resource("tasks_resources_hourly_rates", PlannedLabour),
    resource("tasks_resources_items", PlannedParts),
    resource("tasks_resources_services", PlannedServices),
    resource("items_associate_tasks_plan", PlanOfItem),
    resource("work_orders_movements", Requisitions),
    resource("personnel", People),
    resource("personnel_document_management", PersonDocuments),
    resource("third_parties", ThirdParties),
    resource("third_parties_services", Services),
    resource("third_parties_contacts", Contacts),
    resource("third_parties_document_management", ThirdPartyDocuments),
    resource("warehouses", Warehouses),
    resource("warehouses_list", Warehouses),
    resource("warehouses_items", WarehouseItems),
    resource("inventories", Inventories),
    resource("inventories_details", Inventories),
    resource("inventories_associate_warehouse", AssociateWarehouse),
    resource("inventories_adjustment", Adjustment),
    resource("warehouse_entries_orders", Entries),
    resource("warehouse_outputs_orders", Outputs),
    resource("warehouse_purchase_orders", PurchaseOrders),
    resource("material_requests", MaterialRequests),
    resource("transactions_log", Transactions),
    re_path(r"", UnknownEndpoint.as_view()),
]
