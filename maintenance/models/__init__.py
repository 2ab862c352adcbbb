"""The tables of the embedded plant. Every row belongs to one company."""

from maintenance.models.items import Item, ItemType, OutOfService, Priority
from maintenance.models.meters import Meter, MeterReading, ReadingSource
from maintenance.models.people import Personnel
from maintenance.models.work_orders import (
    DamageType,
    FailureSeverity,
    FailureTerm,
    TaskStatus,
    WorkOrder,
    WorkOrderStatus,
    WorkOrderTask,
)
from maintenance.models.work_requests import RequestStatus, RequestStatusChange, WorkRequest

__all__ = [
    "DamageType",
    "FailureSeverity",
    "FailureTerm",
    "Item",
    "ItemType",
    "Meter",
    "MeterReading",
    "OutOfService",
    "Personnel",
    "Priority",
    "ReadingSource",
    "RequestStatus",
    "RequestStatusChange",
    "TaskStatus",
    "WorkOrder",
    "WorkOrderStatus",
    "WorkOrderTask",
    "WorkRequest",
]
