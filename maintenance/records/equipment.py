"""Pages about assets and meters."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.principal import Principal
from maintenance import labels
from maintenance.models import (
    Item,
    ItemType,
    Meter,
    Priority,
    ReadingSource,
)
from maintenance.records import links
from maintenance.records.changes import add_changes
from maintenance.records.latest_work import add_latest_work
from maintenance.records.page import (
    Cell,
    Page,
    Table,
    may,
    moment,
    of_company,
    one,
    quantity,
    record_page,
)
from maintenance.rules.visibility import visible_tasks

NEWEST = 20
METER_COLUMNS = ("description", "last_value", "unit_code", "last_date")


@record_page("assets:view")
def asset(principal: Principal, code: str) -> Page:
    item, meters = _with_meters(principal, code)
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
    if meters:
        headings = (_("Meter"), _("Last value"), _("Unit"), _("Last read"))
        page.tables.append(Table(_("Meters"), headings, meters))
    if may(principal, "work_orders:view"):
        add_latest_work(page, principal, visible_tasks(principal).filter(item=item))
    periods = list(item.out_of_service.order_by("-initial_date")[:NEWEST])
    if periods:
        page.tables.append(
            Table(
                _("Out of service"),
                (_("From"), _("Until")),
                [(moment(period.initial_date), moment(period.final_date)) for period in periods],
            )
        )
    add_changes(page, principal, item)
    return page


def _with_meters(principal: Principal, code: str) -> tuple[Item, list[tuple[Any, ...]]]:
    """Return the asset, and the rows of its meters if the person may see them, by one query."""
    found = of_company(Item, principal).filter(code=code).select_related("parent").order_by("pk")
    if not may(principal, "meters:view"):
        return one(found), []
    joined = {f"of_meter_{name}": F(f"meters__{name}") for name in ("pk", *METER_COLUMNS)}
    rows = list(found.annotate(**joined).order_by("pk", "meters__pk"))
    if not rows:
        raise Http404
    item = rows[0]
    return item, [
        (
            Cell(row.of_meter_description, reverse("record-meter", args=[row.of_meter_pk])),
            quantity(row.of_meter_last_value),
            row.of_meter_unit_code,
            moment(row.of_meter_last_date),
        )
        for row in rows
        if row.pk == item.pk and row.of_meter_pk is not None
    ]


@record_page("meters:view")
def meter(principal: Principal, number: int) -> Page:
    record: Meter = one(of_company(Meter, principal).select_related("item"), pk=number)
    page = Page(_("Meter"), record.description, _("Active") if record.active else _("Inactive"))
    page.add(_("Asset"), links.asset(principal, record.item))
    page.add(_("Serial number"), record.serial)
    page.add(_("Type"), _("Counter") if record.is_counter else _("Gauge"))
    page.add(_("Unit"), f"{record.unit} ({record.unit_code})")
    page.add(_("Last value"), quantity(record.last_value))
    page.add(_("Accumulated value"), quantity(record.counter_value))
    page.add(_("Last read"), record.last_date)
    page.add(_("Lowest value"), quantity(record.min_value))
    page.add(_("Highest value"), quantity(record.max_value))
    page.add(_("Monthly average"), quantity(record.monthly_average))
    if may(principal, "meters:edit"):
        change = reverse("record-meter-change", args=[record.pk])
        page.add(_("To correct"), Cell(_("The dial was reset, or a reading is wrong"), change))
    page.tables.append(
        Table(
            _("Latest readings"),
            (_("Date"), _("Value"), _("Accumulated value"), _("Source")),
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
    add_changes(page, principal, record)
    return page
