"""Labels for the numeric codes of the contract, as pages show them."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maintenance.models import (
    FailureSeverity,
    ItemType,
    Priority,
    ReadingSource,
    RequestStatus,
    TaskStatus,
    ThirdPartyType,
    WorkOrderStatus,
)

WORK_ORDER_STATUS: Mapping[WorkOrderStatus, Promise] = {
    WorkOrderStatus.IN_PROCESS: _("In process"),
    WorkOrderStatus.REVIEW: _("In review"),
    WorkOrderStatus.FINISHED: _("Finished"),
    WorkOrderStatus.CANCELLED: _("Cancelled"),
}
TASK_STATUS: Mapping[TaskStatus, Promise] = {
    TaskStatus.NO_STARTED: _("Not started"),
    TaskStatus.IN_PROGRESS: _("In progress"),
    TaskStatus.PAUSED: _("Paused"),
    TaskStatus.DONE: pgettext_lazy("task", "Done"),
}
REQUEST_STATUS: Mapping[RequestStatus, Promise] = {
    RequestStatus.OPEN_STATUS: _("Open"),
    RequestStatus.PROCESS_STATUS: _("In process"),
    RequestStatus.OT_IN_PROCESS: _("Work order in process"),
    RequestStatus.SOLVED_WITHOUT_OT_STATUS: _("Resolved without work order"),
    RequestStatus.CANCEL_STATUS: _("Cancelled"),
    RequestStatus.SOLVED_WITH_OT_STATUS: _("Resolved with work order"),
    RequestStatus.REQUEST_TODO: _("Waiting for a work order"),
    RequestStatus.OT_IN_REVIEW: _("Work order in review"),
    RequestStatus.OT_CANCEL: _("Work order cancelled"),
    RequestStatus.AGAIN_REQUEST_TODO: _("Waiting for another work order"),
    RequestStatus.DELETE_TASK_TODO: _("Removed from pending tasks"),
    RequestStatus.REJECTED: _("Rejected"),
    RequestStatus.GUEST_PORTAL: _("Created from the guest portal"),
}
PRIORITY: Mapping[Priority, Promise] = {
    Priority.VERY_HIGH: _("Very high"),
    Priority.HIGH: _("High"),
    Priority.MEDIUM: _("Medium"),
    Priority.LOW: _("Low"),
    Priority.VERY_LOW: _("Very low"),
}
SEVERITY: Mapping[FailureSeverity, Promise] = {
    FailureSeverity.VERY_LOW: _("Very low"),
    FailureSeverity.LOW: _("Low"),
    FailureSeverity.MEDIUM: _("Medium"),
    FailureSeverity.HIGH: _("High"),
    FailureSeverity.VERY_HIGH: _("Very high"),
}
ITEM_TYPE: Mapping[ItemType, Promise] = {
    ItemType.FACILITIES: _("Location"),
    ItemType.EQUIPMENTS: _("Equipment"),
    ItemType.TOOLS: _("Tool"),
    ItemType.SPARE_PARTS: _("Spare part or supply"),
    ItemType.DIGITAL: _("Digital asset"),
}
THIRD_PARTY_TYPE: Mapping[ThirdPartyType, Promise] = {
    ThirdPartyType.SERVICE_PROVIDER: _("Service provider"),
    ThirdPartyType.MANUFACTURER: _("Manufacturer"),
    ThirdPartyType.SUPPLIER: _("Supplier"),
    ThirdPartyType.CUSTOMER: _("Customer"),
}
READING_SOURCE: Mapping[ReadingSource, Promise] = {
    ReadingSource.API: _("A program"),
    ReadingSource.WORK_ORDER: _("Work order"),
    ReadingSource.MANUAL: _("Manual"),
}
