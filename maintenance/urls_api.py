"""The addresses of the contract. A trailing slash is optional; codes may hold anything, slashes too."""

from django.urls import URLPattern, re_path

from maintenance.api.documents import ItemDocuments, PersonDocuments, ThirdPartyDocuments
from maintenance.api.endpoint import Endpoint, UnknownEndpoint
from maintenance.api.inventories import Adjustment, AssociateWarehouse, Inventories
from maintenance.api.item_details import CustomFields, Moves
from maintenance.api.items import Items, ItemsAvailability
from maintenance.api.meters import InsertReading, MeterReadings, Meters, MetersAdvanced
from maintenance.api.movements import Entries, MaterialRequests, Outputs, PurchaseOrders, Requisitions
from maintenance.api.personnel import People
from maintenance.api.third_parties import Contacts, Services, ThirdParties
from maintenance.api.transactions import Transactions
from maintenance.api.warehouses import WarehouseItems, Warehouses
from maintenance.api.work_orders import WorkOrderChangeStatus, WorkOrders, WorkOrdersTasks
from maintenance.api.work_requests import WorkRequests


def resource(name: str, endpoint: type[Endpoint], key: str | None = "code") -> URLPattern:
    record = f"(?:/(?P<{key}>.+?))?" if key else ""
    return re_path(rf"^{name}{record}/?$", endpoint.as_view(), name=f"api-{name}")


urlpatterns = [
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
    resource("work_requests", WorkRequests),
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
