"""The tables that a demo plant fills."""

from __future__ import annotations

from maintenance import models

SEEDED = (
    models.Item, models.Personnel, models.Meter, models.MeterReading, models.OutOfService, models.WorkOrder,
    models.WorkOrderTask, models.WorkRequest, models.RequestStatusChange, models.FailureTerm,
)  # fmt: skip
