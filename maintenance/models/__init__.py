"""The tables of the embedded plant. Every row belongs to one company."""

from maintenance.models.item_details import CustomField, CustomFieldValue, Document, ItemMove
from maintenance.models.items import Item, ItemType, OutOfService, Priority
from maintenance.models.meters import Meter, MeterReading, ReadingSource
from maintenance.models.people import Personnel
from maintenance.models.stock import (
    Movement,
    MovementLine,
    MovementState,
    MovementType,
    StockLevel,
    Warehouse,
)
from maintenance.models.third_parties import ThirdParty, ThirdPartyContact, ThirdPartyService, ThirdPartyType
from maintenance.models.transactions import Action, Module, Transaction
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
    "Action",
    "CustomField",
    "CustomFieldValue",
    "DamageType",
    "Document",
    "FailureSeverity",
    "FailureTerm",
    "Item",
    "ItemMove",
    "ItemType",
    "Meter",
    "MeterReading",
    "Module",
    "Movement",
    "MovementLine",
    "MovementState",
    "MovementType",
    "OutOfService",
    "Personnel",
    "Priority",
    "ReadingSource",
    "RequestStatus",
    "RequestStatusChange",
    "StockLevel",
    "TaskStatus",
    "ThirdParty",
    "ThirdPartyContact",
    "ThirdPartyService",
    "ThirdPartyType",
    "Transaction",
    "Warehouse",
    "WorkOrder",
    "WorkOrderStatus",
    "WorkOrderTask",
    "WorkRequest",
]
