"""Pages about records. Codes and folios may hold slashes."""

from django.urls import path

from maintenance.records import views

urlpatterns = [
    path("work-orders/<path:folio>", views.work_order, name="record-work-order"),
    path("assets/<path:code>", views.asset, name="record-asset"),
    path("work-requests/<int:number>", views.work_request, name="record-work-request"),
    path("meters/<int:number>", views.meter, name="record-meter"),
    path("people/<path:code>", views.person, name="record-person"),
]
