"""Pages about records. Codes and folios may contain slashes."""

from django.urls import path

from maintenance.records import closing, equipment, parties, supply, work
from maintenance.records.meter_form import change_meter

urlpatterns = [
    path("work-orders/<path:folio>", work.work_order, name="record-work-order"),
    path("close-work-order/<path:folio>", closing.close_work_order, name="close-work-order"),
    path("assets/<path:code>", equipment.asset, name="record-asset"),
    path("work-requests/<int:number>", work.work_request, name="record-work-request"),
    path("meters/<int:number>", equipment.meter, name="record-meter"),
    path("meters/<int:number>/change", change_meter, name="record-meter-change"),
    path("people/<path:code>", parties.person, name="record-person"),
    path("warehouses/<path:code>", supply.warehouse, name="record-warehouse"),
    path("stock-items/<path:code>", supply.stock_item, name="record-stock-item"),
    path("third-parties/<path:code>", parties.third_party, name="record-third-party"),
]
