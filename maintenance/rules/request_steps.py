"""Status changes of a work request, made by a person or by its work order."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from django.utils import timezone

from maintenance.models import (
    Personnel,
    RequestStatus,
    RequestStatusChange,
    WorkOrder,
    WorkOrderStatus,
    WorkRequest,
)

# A person can move a request from one of MOVABLE_FROM to one of MOVABLE_TO.
MOVABLE_FROM = (RequestStatus.OPEN_STATUS, RequestStatus.PROCESS_STATUS, RequestStatus.REJECTED)
MOVABLE_TO = (
    RequestStatus.OPEN_STATUS,
    RequestStatus.PROCESS_STATUS,
    RequestStatus.SOLVED_WITHOUT_OT_STATUS,
    RequestStatus.CANCEL_STATUS,
    RequestStatus.REJECTED,
)
SOLVED = (RequestStatus.SOLVED_WITHOUT_OT_STATUS, RequestStatus.SOLVED_WITH_OT_STATUS)
OF_ORDER: Mapping[WorkOrderStatus, RequestStatus] = {
    WorkOrderStatus.IN_PROCESS: RequestStatus.OT_IN_PROCESS,
    WorkOrderStatus.REVIEW: RequestStatus.OT_IN_REVIEW,
    WorkOrderStatus.FINISHED: RequestStatus.SOLVED_WITH_OT_STATUS,
    WorkOrderStatus.CANCELLED: RequestStatus.OT_CANCEL,
}


def step(
    request: WorkRequest,
    status: RequestStatus,
    person: Personnel | None,
    *,
    notes: str | None = None,
    date: datetime.datetime | None = None,
) -> None:
    change = RequestStatusChange.objects.create(
        request=request, status=status, date=date or timezone.now(), notes=notes, changed_by=person
    )
    request.status, request.status_date = change.status, change.date
    request.status_notes, request.status_by = change.notes, change.changed_by
    request.date_solution = change.date if status in SOLVED else None
    request.save()


def follow(order: WorkOrder, person: Personnel | None) -> None:
    """Sets the status of the order's requests to match the order."""
    asked_for = order.tasks.values("request_id")
    for request in WorkRequest.objects.select_for_update().filter(pk__in=asked_for).order_by("pk"):
        step(request, OF_ORDER[WorkOrderStatus(order.status)], person)
