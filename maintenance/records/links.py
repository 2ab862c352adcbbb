"""Cells that link to a record if the reader may see it."""

from __future__ import annotations

from urllib.parse import quote

from django.urls import reverse

from accounts.principal import Principal
from maintenance.models import Item, Personnel, ThirdParty, Warehouse
from maintenance.record_urls import page_of
from maintenance.records.page import Cell, may


def asset(principal: Principal, item: Item | None) -> Cell | None:
    if item is None:
        return None
    url = page_of("asset", item.code) if may(principal, "assets:view") else ""
    return Cell(item.description, url)


def person(principal: Principal, someone: Personnel | None) -> Cell | None:
    if someone is None:
        return None
    url = page_of("person", someone.code) if someone.code and may(principal, "people:view") else ""
    return Cell(someone.full_name, url)


def work_order(principal: Principal, folio: str | None) -> Cell | None:
    if not folio:
        return None
    linked = may(principal, "work_orders:view")
    return Cell(folio, page_of("work-order", folio) if linked else "")


def work_request(principal: Principal, number: int | None) -> Cell | None:
    if number is None:
        return None
    linked = may(principal, "work_requests:view")
    return Cell(str(number), reverse("record-work-request", args=[number]) if linked else "")


def warehouse(principal: Principal, record: Warehouse) -> Cell:
    linked = may(principal, "inventory:view")
    return Cell(record.description, page_of("warehouse", record.code) if linked else "")


def stock_item(principal: Principal, item: Item) -> Cell:
    linked = may(principal, "inventory:view")
    return Cell(item.description, page_of("stock-item", item.code) if linked else "")


def third_party(principal: Principal, party: ThirdParty | None) -> Cell | None:
    if party is None:
        return None
    linked = may(principal, "third_parties:view")
    return Cell(party.name, page_of("third-party", party.code) if linked else "")


def e_mail(address: str | None) -> Cell | None:
    return Cell(address, f"mailto:{quote(address, safe='@')}") if address else None
