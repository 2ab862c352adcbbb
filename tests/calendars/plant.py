"""A company in America/Bogota with a task of an order, one without a time, one done, and a pending task."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.test import Client

from accounts.models import Membership
from calendars import links
from maintenance.models import PendingTask, PlannedTask, TaskPlan, TaskType, WorkOrderStatus
from tests.factories import MembershipFactory, PermissionGroupFactory, UserFactory
from tests.gateway.tools.small_plant import DAY, HOUR, SmallPlant

BOGOTA = ZoneInfo("America/Bogota")
READ_WORK = ["work_orders:view", "tasks:view"]


class PlannedPlant(SmallPlant):
    def __init__(self, now: dt.datetime) -> None:
        super().__init__(now, "America/Bogota")
        self.at_nine = (now.astimezone(BOGOTA) + 2 * DAY).replace(hour=9, minute=0, second=0, microsecond=0)
        end_of_day = self.at_nine.replace(hour=23, minute=59, second=59)
        pump = self.item("PUMP")
        self.order_open = self.order(WorkOrderStatus.IN_PROCESS)
        self.timed = self.to_do(
            self.order_open, pump, description="Align, then test; \\ done\nnext line",
            date_maintenance=self.at_nine, duration=5400,
        )  # fmt: skip
        self.dated = self.to_do(self.order_open, pump, description="Grease", date_maintenance=end_of_day)
        self.task(self.order_open, pump, description="Finished already", date_maintenance=self.at_nine)
        self.to_do(self.order_open, pump, description="Far ahead", date_maintenance=now + 200 * DAY)
        cancelled = self.order(WorkOrderStatus.CANCELLED)
        self.to_do(cancelled, pump, description="Cancelled", date_maintenance=self.at_nine)
        plan = TaskPlan.objects.create(company=self.company, description="Plan")
        kind = TaskType.objects.create(company=self.company, description="Preventiva")
        planned = PlannedTask.objects.create(
            company=self.company, plan=plan, type=kind, description="Change oil", duration=3600
        )
        self.pending = PendingTask.objects.create(
            company=self.company, item=pump, task=planned, description="Change oil", duration=3600,
            date_maintenance=self.at_nine + HOUR, cal_date_maintenance=self.at_nine + HOUR,
        )  # fmt: skip

    def somebody(self, rights: list[str] | None = None, **group: object) -> Membership:
        made = PermissionGroupFactory(company=self.company, rights=rights or READ_WORK, **group)
        return MembershipFactory(user=UserFactory(), permission_group=made)

    def path(self, membership: Membership) -> str:
        """Make a link and return its path."""
        url = links.renew(membership, "127.0.0.1")
        return "/calendar/" + url.rpartition("/calendar/")[2]


def status(path: str) -> int:
    """Ask for a calendar as the program of a subscriber does, without a session."""
    return Client().get(path).status_code
