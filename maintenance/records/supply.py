"""Pages about warehouses and stock items."""

from __future__ import annotations

from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts.principal import Principal
from maintenance import labels
from maintenance.models import Item, ItemType, StockLevel, Warehouse
from maintenance.records import links
from maintenance.records.changes import add_changes
from maintenance.records.page import Page, Table, money, of_company, one, quantity, record_page

MOST_ROWS = 100


@record_page("inventory:view")
def warehouse(principal: Principal, code: str) -> Page:
    record: Warehouse = one(of_company(Warehouse, principal).select_related("location"), code=code)
    page = Page(_("Warehouse"), record.description, _("Active") if record.active else _("Inactive"))
    page.add(_("Code"), record.code)
    page.add(_("Located in"), links.asset(principal, record.location))
    page.add(_("Address"), ", ".join(part for part in (record.address, record.city, record.country) if part))
    if record.external_integration:
        page.add(_("Stock managed by"), _("Another system"))
    levels = record.levels.select_related("item").order_by("item__description", "pk")
    short = list(levels.filter(Q(min_level__isnull=False), stock__lt=F("min_level"))[:MOST_ROWS])
    if short:
        page.tables.append(_levels(principal, _("Below the minimum"), short))
    page.tables.append(_levels(principal, _("Stock"), list(levels[:MOST_ROWS])))
    add_changes(page, principal, record)
    return page


def _levels(principal: Principal, title: str, levels: list[StockLevel]) -> Table:
    return Table(
        title,
        (_("Item"), _("Stock"), _("Minimum"), _("Maximum"), _("Unit cost"), _("Shelf")),
        [
            (
                links.stock_item(principal, level.item),
                quantity(level.stock),
                quantity(level.min_level),
                quantity(level.max_level),
                money(level.unit_cost),
                level.shelf,
            )
            for level in levels
        ],
    )


@record_page("inventory:view")
def stock_item(principal: Principal, code: str) -> Page:
    items = of_company(Item, principal).filter(type__in=(ItemType.TOOLS, ItemType.SPARE_PARTS))
    item: Item = one(items, code=code)
    page = Page(labels.ITEM_TYPE[ItemType(item.type)], item.description)
    page.add(_("Code"), item.code)
    page.add(_("Unit"), item.unit)
    page.add(_("Group"), item.group)
    page.add(_("Barcode"), item.barcode)
    page.add(_("Notes"), item.notes)
    levels = item.stock_levels.select_related("warehouse").order_by("pk")
    page.tables.append(
        Table(
            _("Stock"),
            (_("Warehouse"), _("Stock"), _("Minimum"), _("Maximum"), _("Unit cost"), _("Shelf")),
            [
                (
                    links.warehouse(principal, level.warehouse),
                    quantity(level.stock),
                    quantity(level.min_level),
                    quantity(level.max_level),
                    money(level.unit_cost),
                    level.shelf,
                )
                for level in levels
            ],
        )
    )
    add_changes(page, principal, item)
    return page
