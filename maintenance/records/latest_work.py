"""The latest work orders of an asset or a person, as a table of its page."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.principal import Principal
from maintenance import labels
from maintenance.models import (
    WorkOrderStatus,
    WorkOrderTask,
)
from maintenance.records import links
from maintenance.records.page import (
    Page,
    Table,
    moment,
)

NEWEST = 20


def add_latest_work(page: Page, principal: Principal, tasks: QuerySet[WorkOrderTask]) -> None:
    newest = list(tasks.select_related("work_order").order_by("-work_order__creation_date", "-pk")[:NEWEST])
    if newest:
        rows = [
            (
                links.work_order(principal, task.work_order.folio),
                task.description,
                labels.WORK_ORDER_STATUS[WorkOrderStatus(task.work_order.status)],
                moment(task.date_maintenance),
            )
            for task in newest
        ]
        headings = (_("Work order"), _("Task"), _("Status"), _("Scheduled"))
        page.tables.append(Table(_("Latest work orders"), headings, rows))
