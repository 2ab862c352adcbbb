"""One page for each kind of record. They are where the links in an assistant's answers lead."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.principal import Principal
from maintenance import labels
from maintenance.models import (
    FailureSeverity,
    Item,
    ItemType,
    Meter,
    Personnel,
    Priority,
    ReadingSource,
    RequestStatus,
    TaskStatus,
    WorkOrder,
    WorkOrderStatus,
    WorkOrderTask,
    WorkRequest,
)
from maintenance.records import links
from maintenance.records.page import (
    Button,
    Cell,
    Page,
    Table,
    duration,
    may,
    moment,
    money,
    quantity,
    record_page,
)
from maintenance.rules.visibility import visible_tasks

NEWEST = 20


def one(rows: QuerySet[Any, Any], **lookup: Any) -> Any:
    found = rows.filter(**lookup).first()
    if found is None:
        raise Http404
    return found


def of_company(model: type[Model], principal: Principal) -> QuerySet[Any, Any]:
    return model._default_manager.filter(company_id=principal.company_id)


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
    page.add(_("Completed"), f"{order.completed_percentage} %")
    page.add(_("Part of"), links.work_order(principal, order.parent.folio if order.parent else None))
    page.add(_("Note"), order.note)
    tasks = list(
        mine.select_related("item", "failure_type", "failure_cause", "failure_detection").order_by("pk")
    )
    page.tables.append(_tasks_of_order(principal, tasks))
    if order.status in WorkOrderStatus.open() and may(principal, "work_orders:edit"):
        page.button = Button(
            _("Close the work order"),
            _("When every task is done. A closed order does not change any more."),
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
    return page


def _severity(value: int | None) -> Any:
    return None if value is None else labels.SEVERITY[FailureSeverity(value)]


def _tasks_of_order(principal: Principal, tasks: list[WorkOrderTask]) -> Table:
    with_costs = may(principal, "metrics:view")
    headings = (
        _("Task"), _("Asset"), _("Type"), _("Priority"), _("State"), _("Scheduled"), _("Started"),
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


@record_page("assets:view")
def asset(principal: Principal, code: str) -> Page:
    item: Item = one(of_company(Item, principal).select_related("parent"), code=code)
    page = Page(_("Asset"), item.description, _("In service") if item.available else _("Out of service"))
    page.add(_("Code"), item.code)
    page.add(_("Type"), labels.ITEM_TYPE[ItemType(item.type)])
    page.add(_("Located in"), links.asset(principal, item.parent))
    page.add(_("Active"), _("Yes") if item.active else _("No"))
    page.add(_("Group"), item.group)
    page.add(_("Classification 1"), item.group_1)
    page.add(_("Classification 2"), item.group_2)
    if item.priority is not None:
        page.add(_("Priority"), labels.PRIORITY[Priority(item.priority)])
    if item.type == ItemType.EQUIPMENTS:
        page.add(_("Manufacturer"), item.field_2)
        page.add(_("Model"), item.field_3)
        page.add(_("Serial number"), item.field_4)
    page.add(_("Barcode"), item.barcode)
    page.add(_("Cost center"), item.cost_center)
    page.add(_("Notes"), item.notes)
    children = list(item.children.order_by("pk")[:100])
    if children:
        page.tables.append(
            Table(
                _("Contains"),
                (_("Asset"), _("Group")),
                [(links.asset(principal, child), child.group) for child in children],
            )
        )
    if may(principal, "meters:view"):
        _add_meters(page, item)
    if may(principal, "work_orders:view"):
        _add_tasks(page, principal, visible_tasks(principal).filter(item=item))
    periods = list(item.out_of_service.order_by("-initial_date")[:NEWEST])
    if periods:
        page.tables.append(
            Table(
                _("Out of service"),
                (_("From"), _("Until")),
                [(moment(period.initial_date), moment(period.final_date)) for period in periods],
            )
        )
    return page


def _add_meters(page: Page, item: Item) -> None:
    meters = list(item.meters.order_by("pk"))
    if meters:
        rows = [
            (
                Cell(meter.description, reverse("record-meter", args=[meter.pk])),
                quantity(meter.last_value),
                meter.unit_code,
                moment(meter.last_date),
            )
            for meter in meters
        ]
        headings = (_("Meter"), _("Last value"), _("Unit"), _("Read"))
        page.tables.append(Table(_("Meters"), headings, rows))


def _add_tasks(page: Page, principal: Principal, tasks: QuerySet[WorkOrderTask]) -> None:
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
        page.tables.append(Table(_("Newest work"), headings, rows))


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
    return page


@record_page("meters:view")
def meter(principal: Principal, number: int) -> Page:
    record: Meter = one(of_company(Meter, principal).select_related("item"), pk=number)
    page = Page(_("Meter"), record.description, _("Active") if record.active else _("Inactive"))
    page.add(_("Asset"), links.asset(principal, record.item))
    page.add(_("Serial number"), record.serial)
    page.add(_("Kind"), _("Counter") if record.is_counter else _("Gauge"))
    page.add(_("Unit"), f"{record.unit} ({record.unit_code})")
    page.add(_("Last value"), quantity(record.last_value))
    page.add(_("Accumulated value"), quantity(record.counter_value))
    page.add(_("Read"), record.last_date)
    page.add(_("Lowest value"), quantity(record.min_value))
    page.add(_("Highest value"), quantity(record.max_value))
    page.add(_("Monthly average"), quantity(record.monthly_average))
    if may(principal, "meters:edit"):
        change = reverse("record-meter-change", args=[record.pk])
        page.add(_("To correct"), Cell(_("The dial began anew, or a reading is wrong"), change))
    page.tables.append(
        Table(
            _("Newest readings"),
            (_("Read"), _("Value"), _("Accumulated value"), _("Source")),
            [
                (
                    moment(reading.date_reading),
                    quantity(reading.value),
                    quantity(reading.accumulated_value),
                    labels.READING_SOURCE[ReadingSource(reading.source)],
                )
                for reading in record.readings.order_by("-date_reading", "-pk")[:NEWEST]
            ],
        )
    )
    return page


@record_page("people:view")
def person(principal: Principal, code: str) -> Page:
    someone: Personnel = one(of_company(Personnel, principal).select_related("location"), code=code)
    page = Page(_("Person"), someone.full_name, _("Active") if someone.active else _("Inactive"))
    page.add(_("Code"), someone.code)
    page.add(_("E-mail"), links.e_mail(someone.email))
    page.add(_("Telephone"), someone.telephone_1)
    page.add(_("Group"), someone.group_1)
    page.add(_("Role"), someone.group_2)
    page.add(_("Work shift"), someone.work_shift)
    page.add(_("Location"), links.asset(principal, someone.location))
    page.add(_("City"), someone.city)
    if may(principal, "work_orders:view"):
        _add_tasks(page, principal, visible_tasks(principal).filter(work_order__responsible=someone))
    return page
