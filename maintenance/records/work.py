"""Pages about work orders and work requests."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.principal import Principal
from maintenance import labels
from maintenance.models import (
    FailureSeverity,
    Priority,
    RequestStatus,
    TaskStatus,
    WorkOrder,
    WorkOrderStatus,
    WorkOrderTask,
    WorkRequest,
)
from maintenance.records import links
from maintenance.records.changes import add_changes
from maintenance.records.page import (
    Button,
    Page,
    Table,
    duration,
    may,
    moment,
    money,
    of_company,
    one,
    record_page,
)
from maintenance.rules.visibility import visible_tasks


@record_page("work_orders:view")
def work_order(principal: Principal, folio: str) -> Page:
    mine = visible_tasks(principal).filter(work_order__folio=folio)
    orders = WorkOrder.objects.select_related("created_by", "responsible", "validated_by", "parent")
    order: WorkOrder = one(orders, pk__in=mine.values("work_order_id"))
    page = Page(_("Work order"), order.folio, labels.WORK_ORDER_STATUS[WorkOrderStatus(order.status)])
    page.add(_("Status detail"), order.custom_status)
    page.add(_("Responsible"), links.person(principal, order.responsible))
    page.add(_("Created by"), links.person(principal, order.created_by))
    page.add(_("Validated by"), links.person(principal, order.validated_by))
    page.add(_("Created"), order.creation_date)
    page.add(_("Sent to review"), order.review_date)
    page.add(_("Closed"), order.final_date)
    page.add(_("Estimated duration"), duration(order.duration))
    page.add(_("Progress"), f"{order.completed_percentage} %")
    page.add(_("Part of"), links.work_order(principal, order.parent.folio if order.parent else None))
    page.add(_("Note"), order.note)
    tasks = list(
        mine.select_related("item", "failure_type", "failure_cause", "failure_detection").order_by("pk")
    )
    page.tables.append(_tasks_of_order(principal, tasks))
    if order.status in WorkOrderStatus.open() and may(principal, "work_orders:edit"):
        page.button = Button(
            _("Close the work order"),
            _("Once every task is done. A closed order can no longer change."),
            reverse("close-work-order", args=[order.folio]),
        )
    failures = [task for task in tasks if task.failure_type or task.failure_severity]
    if failures:
        page.tables.append(
            Table(
                _("Failures"),
                (_("Task"), _("Type"), _("Cause"), _("Detected by"), _("Severity")),
                [
                    (
                        task.description,
                        task.failure_type,
                        task.failure_cause,
                        task.failure_detection,
                        _severity(task.failure_severity),
                    )
                    for task in failures
                ],
            )
        )
    add_changes(page, principal, order)
    return page


def _severity(value: int | None) -> Any:
    return None if value is None else labels.SEVERITY[FailureSeverity(value)]


def _tasks_of_order(principal: Principal, tasks: list[WorkOrderTask]) -> Table:
    with_costs = may(principal, "metrics:view")
    headings = (
        _("Task"), _("Asset"), _("Type"), _("Priority"), _("Status"), _("Scheduled"), _("Started"),
        _("Finished"), _("Duration"), _("Request"), _("Note"),
    )  # fmt: skip
    rows: list[tuple[Any, ...]] = []
    for task in tasks:
        row = (
            task.description,
            links.asset(principal, task.item),
            task.task_type,
            labels.PRIORITY[Priority(task.priority)],
            labels.TASK_STATUS[TaskStatus(task.status)],
            moment(task.date_maintenance),
            moment(task.initial_date),
            moment(task.final_date),
            duration(task.real_duration),
            links.work_request(principal, task.request_id),
            task.note,
        )
        cost = (money(task.inventory_cost + task.labour_cost + task.services_cost),) if with_costs else ()
        rows.append((*row, *cost))
    return Table(_("Tasks"), (*headings, _("Cost")) if with_costs else headings, rows)


@record_page("work_requests:view")
def work_request(principal: Principal, number: int) -> Page:
    requests = of_company(WorkRequest, principal).select_related("item", "created_by")
    request: WorkRequest = one(requests, pk=number)
    page = Page(
        _("Work request %(number)d") % {"number": request.pk},
        request.description,
        labels.REQUEST_STATUS[RequestStatus(request.status)],
    )
    page.add(_("Asset"), links.asset(principal, request.item))
    page.add(_("Requested by"), request.requested_by)
    page.add(_("Created by"), links.person(principal, request.created_by))
    page.add(_("Urgent"), _("Yes") if request.is_urgent else _("No"))
    if request.priority is not None:
        page.add(_("Priority"), labels.PRIORITY[Priority(request.priority)])
    page.add(_("Created"), request.date)
    page.add(_("Incident"), request.date_incident)
    page.add(_("Resolved"), request.date_solution)
    page.add(_("Work order"), links.work_order(principal, request.folio))
    page.add(_("Type"), request.type)
    page.add(_("Classification 1"), request.type_1)
    page.add(_("Classification 2"), request.type_2)
    page.add(_("Identifier"), request.identifier)
    page.add(_("Observation"), request.observation)
    page.add(_("Rating"), request.rating)
    changes = request.status_changes.select_related("changed_by").order_by("date", "pk")
    page.tables.append(
        Table(
            _("History"),
            (_("Status"), _("Date"), _("By"), _("Notes")),
            [
                (
                    labels.REQUEST_STATUS[RequestStatus(change.status)],
                    moment(change.date),
                    links.person(principal, change.changed_by),
                    change.notes,
                )
                for change in changes
            ],
        )
    )
    add_changes(page, principal, request)
    return page
