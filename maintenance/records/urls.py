"""Pages about records. Codes and folios may hold slashes."""

from django.urls import path

from maintenance.records import closing, supply, views
from maintenance.records.meter_form import change_meter

urlpatterns = [
    path("work-orders/<path:folio>", views.work_order, name="record-work-order"),
    path("close-work-order/<path:folio>", closing.close_work_order, name="close-work-order"),
    path("assets/<path:code>", views.asset, name="record-asset"),
    path("work-requests/<int:number>", views.work_request, name="record-work-request"),
    path("meters/<int:number>", views.meter, name="record-meter"),
    path("meters/<int:number>/change", change_meter, name="record-meter-change"),
    path("people/<path:code>", views.person, name="record-person"),
    path("warehouses/<path:code>", supply.warehouse, name="record-warehouse"),
    path("stock-items/<path:code>", supply.stock_item, name="record-stock-item"),
    path("third-parties/<path:code>", supply.third_party, name="record-third-party"),
]
