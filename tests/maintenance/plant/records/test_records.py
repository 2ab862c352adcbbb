"""The record pages that the links in answers lead to."""

from __future__ import annotations

import datetime
import re
from typing import Any
from urllib.parse import quote, unquote

import pytest
from django.test import Client

from accounts.models import Company, Membership, User
from maintenance.models import (
    Item,
    Meter,
    StockLevel,
    ThirdParty,
    Warehouse,
    WorkOrder,
    WorkOrderTask,
    WorkRequest,
)
from maintenance.records.page import Cell, Table, duration
from tests.maintenance.callers import browser


def addresses(slug: str = "demo") -> dict[str, str]:
    """Return the URL of one record of each kind, by the right that its page needs."""
    mine = WorkOrder.objects.filter(company__slug=slug).order_by("pk")
    if slug == "demo":
        mine = mine.filter(responsible__code="TEC-01")
    order, item = mine.first(), Item.objects.filter(company__slug=slug, code__contains="/").first()
    request, meter = (model.objects.filter(company__slug=slug).first() for model in (WorkRequest, Meter))
    assert order
    assert item
    assert request
    assert meter
    warehouse = Warehouse.objects.filter(company__slug=slug).latest("levels__stock")
    party = ThirdParty.objects.filter(company__slug=slug)[0]
    return {
        "work_orders:view": f"/records/work-orders/{quote(order.folio)}",
        "assets:view": f"/records/assets/{quote(item.code, safe='')}",
        "work_requests:view": f"/records/work-requests/{request.pk}",
        "meters:view": f"/records/meters/{meter.pk}",
        "people:view": f"/records/people/{'TEC-01'}",
        "inventory:view": "/records/warehouses/" + quote(warehouse.code, safe=""),
        "third_parties:view": "/records/third-parties/" + quote(party.code, safe=""),
    }


def get(client: Client, path: str) -> Any:
    return client.get(path, headers={"Accept-Language": "en"})


def test_each_record_has_a_page(admin_browser: Client) -> None:
    for path in addresses().values():
        response = get(admin_browser, path)
        assert response.status_code == 200, path
        assert response["Content-Type"].startswith("text/html")


def test_a_stock_item_says_where_it_lies(admin_browser: Client) -> None:
    page = get(admin_browser, "/records/stock-items/REP-0101-A").content.decode()
    assert "/records/warehouses/ALM" in page
    assert get(admin_browser, "/records/stock-items/CMP-01").status_code == 404


def test_a_page_needs_a_sign_in(plant: object, db: None) -> None:
    for path in addresses().values():
        response = get(Client(), path)
        assert response.status_code == 302
        assert unquote(response["Location"]).endswith("?next=" + unquote(path))


def test_a_page_needs_the_right(admin_browser: Client) -> None:
    group = Membership.objects.get(user__email="admin@demo.example").permission_group
    for right, path in addresses().items():
        group.rights = [other for other in addresses() if other != right]
        group.save()
        refused, not_there = (
            get(admin_browser, path),
            get(admin_browser, path.rpartition("/")[0] + "/9999999"),
        )
        assert refused.status_code == not_there.status_code == 403, right
        assert group.name in refused.content.decode(), "the reason is the group"
        group.rights = [right]
        group.save()
        assert get(admin_browser, path).status_code == 200, right


def test_a_page_of_another_company_is_not_there(admin_browser: Client, client: Client) -> None:
    stranger = browser("admin@other.example")
    for right, path in addresses("demo").items():
        if right != "people:view":  # both companies have a person with this code
            assert get(stranger, path).status_code == 404, path
    for right, path in addresses("other").items():
        assert get(stranger, path).status_code == 200, path
        if right != "people:view":
            assert get(admin_browser, path).status_code == 404, path
    assert get(admin_browser, "/records/people/OPE-10").status_code == 200
    assert get(stranger, "/records/people/OPE-10").status_code == 404


def test_who_has_no_company_sees_nothing(admin_browser: Client) -> None:
    Membership.objects.filter(user__email="admin@demo.example").update(active=False)
    for path in addresses().values():
        assert get(admin_browser, path).status_code == 403


def test_a_technician_sees_only_own_orders(technician_browser: Client) -> None:
    orders = WorkOrder.objects.filter(company__slug="demo")
    own, other = orders.filter(responsible__code="TEC-01")[0], orders.exclude(responsible__code="TEC-01")[0]
    assert get(technician_browser, f"/records/work-orders/{own.folio}").status_code == 200
    assert get(technician_browser, f"/records/work-orders/{other.folio}").status_code == 404
    item = WorkOrderTask.objects.filter(work_order=other)[0].item
    page = get(technician_browser, f"/records/assets/{quote(item.code, safe='')}").content.decode()
    foreign = WorkOrderTask.objects.filter(item=item).exclude(work_order__responsible__code="TEC-01")
    assert all(f">{task.work_order.folio}<" not in page for task in foreign.select_related("work_order"))


def test_links_lead_only_where_the_reader_may_go(admin_browser: Client, technician_browser: Client) -> None:
    path = addresses()["work_orders:view"]
    full, less = (get(client, path).content.decode() for client in (admin_browser, technician_browser))
    assert 'href="/records/people/' in full
    assert 'href="/records/people/' not in less
    assert 'href="/records/assets/' in less


def test_costs_need_the_right_to_see_metrics(admin_browser: Client, technician_browser: Client) -> None:
    path = addresses()["work_orders:view"]
    heading = ">Cost</th>"
    assert heading in get(admin_browser, path).content.decode()
    assert heading not in get(technician_browser, path).content.decode()


def test_what_people_wrote_is_shown_as_text(admin_browser: Client) -> None:
    request = WorkRequest.objects.filter(company__slug="demo")[0]
    request.description = request.observation = "<script>alert(1)</script>"
    request.save()
    page = get(admin_browser, f"/records/work-requests/{request.pk}").content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_times_are_in_the_zone_of_the_company(admin_browser: Client) -> None:
    request = WorkRequest.objects.filter(company__slug="demo")[0]
    request.date_incident = datetime.datetime(2026, 1, 5, 2, 30, tzinfo=datetime.UTC)
    request.save()
    page = get(admin_browser, f"/records/work-requests/{request.pk}").content.decode()
    assert "4 Jan 2026 21:30" in page


def test_numbers_and_sources_as_the_reader_writes_them(admin_browser: Client) -> None:
    meter = Meter.objects.filter(company__slug="demo", readings__isnull=False)[0]
    Meter.objects.filter(pk=meter.pk).update(last_value=16160.9, monthly_average=480.0, min_value=0.0)
    meter.readings.update(value=1234.5, source="WORK_ORDER")
    User.objects.filter(email="admin@demo.example").update(language="es")
    page = get(admin_browser, f"/records/meters/{meter.pk}").content.decode().replace("\xa0", " ")
    page = " ".join(page.split())
    assert '<th scope="col" class="number">Valor</th>' in page
    assert "WORK_ORDER" not in page
    for shown in (
        '<td class="number" data-label="Valor">1 234,5',
        ">Orden de trabajo",
        "<dd>16 160,9",
        "<dd>480</dd>",
        "<dd>0</dd>",
    ):
        assert shown in page, shown
    stock = StockLevel.objects.filter(warehouse__company__slug="demo")[0]
    StockLevel.objects.filter(pk=stock.pk).update(stock=9.0, unit_cost=1044.6)
    address = f"/records/warehouses/{quote(stock.warehouse.code)}"
    page = get(admin_browser, address).content.decode().replace("\xa0", " ")
    figures = re.findall(r'<td class="number"[^>]*>([^<\n]+)', page)
    assert {"9", "1 044,60"} <= {figure.strip() for figure in figures}


@pytest.mark.parametrize(
    "path",
    [
        "work-orders/NOPE", "assets/NOPE", "work-requests/999999", "work-requests/" + "9" * 40,
        "meters/" + "9" * 40, "meters/0", "people/NOPE", "assets/%00", "assets/" + "x" * 5000, "people/%2F",
        "work-requests/abc", "assets/", "",
    ],
)  # fmt: skip
def test_what_is_not_there_is_404(admin_browser: Client, path: str) -> None:
    assert get(admin_browser, f"/records/{path}").status_code == 404


def test_every_asset_has_a_page_at_its_own_address(admin_browser: Client) -> None:
    demo = Company.objects.get(slug="demo")
    for code in ("CALDERA 02", "TRF Nº 1", "LÍNEA 3", "DOCK/AC-1", "P-101/A"):
        response = get(admin_browser, f"/records/assets/{quote(code, safe='')}")
        assert response.status_code == 200
        assert Item.objects.get(company=demo, code=code).field_1 in response.content.decode()


def test_a_column_in_which_nothing_is_known_is_left_out() -> None:
    rows: list[tuple[Any, ...]] = [("a", None, Cell("")), ("b", "", Cell("x", "/x"))]
    shown = Table("Work", ("Task", "Note", "Order"), rows).filled
    assert (shown.headings, shown.rows) == (("Task", "Order"), [("a", Cell("")), ("b", Cell("x", "/x"))])


def test_durations_in_words() -> None:
    assert [duration(seconds) for seconds in (None, 0, 59, 3600, 5430, 360_000)] == [
        "", "0 h 00 min", "0 h 01 min", "1 h 00 min", "1 h 30 min", "100 h 00 min",
    ]  # fmt: skip
