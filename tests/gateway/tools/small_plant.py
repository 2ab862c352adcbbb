"""A company with exactly the records that a test adds to it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from maintenance.models import (
    FailureTerm,
    Item,
    ItemType,
    OutOfService,
    Personnel,
    TaskStatus,
    WorkOrder,
    WorkOrderStatus,
    WorkOrderTask,
)
from tests.factories import MembershipFactory
from tests.gateway.tools.conftest import Person, caller_of

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)


class SmallPlant:
    def __init__(self, now: dt.datetime, time_zone: str = "UTC", currency: str = "") -> None:
        self.now = now
        membership = MembershipFactory()
        self.company = membership.company
        self.company.time_zone, self.company.currency = time_zone, currency
        self.company.save()
        self.email = email = membership.user.email
        self.technician = Personnel.objects.create(
            company=self.company, code="P1", first_name="Ana", account_email=email
        )
        self.person = Person(caller_of(email))
        self.failure_type = FailureTerm.objects.create(
            company=self.company, kind=FailureTerm.Kind.TYPE, description="Mechanical"
        )
        self._orders = 0

    def place(self, code: str, parent: Item | None = None) -> Item:
        return self.item(code, parent, type=ItemType.FACILITIES)

    def item(self, code: str, parent: Item | None = None, **fields: Any) -> Item:
        fields = {
            "type": ItemType.EQUIPMENTS,
            "field_1": code,
            "description": f"{code} {{ {code} }}",
            **fields,
        }
        if parent is not None:
            fields |= {
                "parent": parent,
                "ancestors": parent.subtree,
                "parent_description": parent.subtree_description,
            }
        return Item.objects.create(company=self.company, code=code, **fields)

    def order(
        self, status: WorkOrderStatus = WorkOrderStatus.FINISHED, days_ago: float = 10, **fields: Any
    ) -> WorkOrder:
        self._orders += 1
        made = self.now - days_ago * DAY
        fields = {
            "responsible": self.technician,
            "folio": f"OT-{self._orders}",
            "creation_date": made,
        } | fields
        return WorkOrder.objects.create(company=self.company, status=status, **fields)

    def task(self, order: WorkOrder, item: Item, **fields: Any) -> WorkOrderTask:
        """Add a task. By default it was scheduled for the day after the order's creation, and done then."""
        day_after = order.creation_date + DAY
        fields = {
            "status": TaskStatus.DONE,
            "description": "Work",
            "task_type": "Preventiva",
            "item_description": item.description,
            "date_maintenance": day_after,
            "cal_date_maintenance": fields.get("date_maintenance", day_after),
            "initial_date": day_after,
            "final_date": day_after + HOUR,
            "real_duration": 3600,
            **fields,
        }
        return WorkOrderTask.objects.create(
            company=self.company, work_order=order, order_date=order.creation_date, item=item, **fields
        )

    def to_do(self, order: WorkOrder, item: Item, **fields: Any) -> WorkOrderTask:
        nothing: dict[str, Any] = dict.fromkeys(("initial_date", "final_date", "real_duration"))
        return self.task(order, item, **{"status": TaskStatus.NO_STARTED, **nothing, **fields})

    def stop(
        self, item: Item, days_ago: float, days: float | None = None, *, says_so: bool = True
    ) -> OutOfService:
        """Add a stop, open without `days`. The asset shows an open stop unless `says_so` is False."""
        begin = self.now - days_ago * DAY
        end = None if days is None else begin + days * DAY
        if end is None and says_so:
            item.available, item.initial_date_out_of_service = False, begin
            item.save()
        return OutOfService.objects.create(
            company=self.company, item=item, creation_date=begin, initial_date=begin, final_date=end
        )

    def metric(self, metric: str, **arguments: Any) -> dict[str, Any]:
        return self.person.ask("get_maintenance_metrics", metric=metric, **arguments)

    def ago(self, days: float) -> str:
        return (self.now - days * DAY).isoformat()
