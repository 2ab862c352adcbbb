"""The addresses of the contract. A trailing slash is optional; codes may hold anything, slashes too."""

from django.urls import URLPattern, re_path

from maintenance.api.endpoint import Endpoint, UnknownEndpoint
from maintenance.api.items import Items, ItemsAvailability
from maintenance.api.meters import InsertReading, MeterReadings, Meters
from maintenance.api.personnel import People
from maintenance.api.work_orders import WorkOrderChangeStatus, WorkOrders, WorkOrdersTasks
from maintenance.api.work_requests import WorkRequests


def resource(name: str, endpoint: type[Endpoint], key: str | None = "code") -> URLPattern:
    record = f"(?:/(?P<{key}>.+?))?" if key else ""
    return re_path(rf"^{name}{record}/?$", endpoint.as_view(), name=f"api-{name}")


urlpatterns = [
    resource("items", Items),
    resource("items_availability", ItemsAvailability),
    resource("meters", Meters),
    resource("meters_list", Meters),
    resource("meters_reading", MeterReadings),
    resource("meters_reading_list", MeterReadings),
    resource("meter_reading", InsertReading),
    resource("work_orders", WorkOrders, "folio"),
    resource("work_orders_tasks", WorkOrdersTasks, None),
    resource("work_order_change_status", WorkOrderChangeStatus, "folio"),
    resource("work_requests", WorkRequests),
    resource("personnel", People),
    re_path(r"", UnknownEndpoint.as_view()),
]
