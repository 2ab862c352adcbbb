"""The tables of the embedded plant. Every row belongs to one company."""

from maintenance.models.item_details import CustomField, CustomFieldValue, Document, ItemMove
from maintenance.models.items import Item, ItemType, OutOfService, Priority
from maintenance.models.meters import Meter, MeterReading, ReadingSource
from maintenance.models.people import Personnel
from maintenance.models.planning import (
    FormItem,
    FormItemType,
    PendingTask,
    Period,
    PlannedResource,
    PlannedTask,
    ResourceType,
    TaskPlan,
    TaskTrigger,
    TaskType,
    TriggerType,
)
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
from maintenance.models.work_order_details import (
    Attachment,
    AttachmentType,
    CancelReason,
    RequestAttachment,
    Subtask,
    TaskResource,
)
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
    "Attachment",
    "AttachmentType",
    "CancelReason",
    "CustomField",
    "CustomFieldValue",
    "DamageType",
    "Document",
    "FailureSeverity",
    "FailureTerm",
    "FormItem",
    "FormItemType",
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
    "PendingTask",
    "Period",
    "Personnel",
    "PlannedResource",
    "PlannedTask",
    "Priority",
    "ReadingSource",
    "RequestAttachment",
    "RequestStatus",
    "RequestStatusChange",
    "ResourceType",
    "StockLevel",
    "Subtask",
    "TaskPlan",
    "TaskResource",
    "TaskStatus",
    "TaskTrigger",
    "TaskType",
    "ThirdParty",
    "ThirdPartyContact",
    "ThirdPartyService",
    "ThirdPartyType",
    "Transaction",
    "TriggerType",
    "Warehouse",
    "WorkOrder",
    "WorkOrderStatus",
    "WorkOrderTask",
    "WorkRequest",
]
