"""A record's page says who made and changed it, and through which app."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import PermissionGroup, User
from maintenance.models import Meter, WorkOrder
from maintenance.tokens import mint_user_token
from tests.maintenance.callers import Api, browser, token_of
from tests.pages import XSS

ANA = "admin@demo.example"


def through(app: str, email: str = ANA) -> Api:
    return Api(token_of(email, via_app=app))


def changes_on(page: str, reader: Client | None = None) -> list[str]:
    answer = (reader or browser(ANA)).get(page)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "<script>alert" not in text
    cells = re.findall(r"<td[^>]*>(.*?)</td>", text, re.DOTALL)
    told = [" ".join(html.unescape(re.sub(r"<[^>]*>", "", cell)).split()) for cell in cells]
    begins = ("Created", "Changed", "Closed", "Cancelled", "Cread", "Criad", "Modific", "Alterad")
    return [each for each in told if each.startswith(begins)]


def open_order() -> WorkOrder:
    found = WorkOrder.objects.filter(company__slug="demo", status=1).order_by("pk").first()
    assert found
    return found


def done(answer: Any) -> Any:
    assert answer.status_code in {200, 201}, answer.content
    return answer.json()["data"]


@pytest.mark.usefixtures("plant", "db")
def test_changes_of_a_work_order_newest_first() -> None:
    User.objects.filter(email=ANA).update(name="Ana", language="en")
    order = open_order()
    for caller, note in ((through("ChatGPT"), "a"), (Api(token_of(ANA)), "b"), (through(XSS), "c")):
        done(caller.put(f"work_orders/{order.folio}", {"note": note, "account_code": "ADM-01"}))
    page = f"/records/work-orders/{order.folio}"
    assert changes_on(page)[:3] == [
        f"Changed with {XSS} by Ana",
        "Changed by Ana",
        "Changed with ChatGPT by Ana",
    ]
    for language, words in (
        ("es", "Modificado con ChatGPT por Ana"),
        ("pt-br", "Alterado com ChatGPT por Ana"),
    ):
        User.objects.filter(email=ANA).update(language=language)
        assert words in changes_on(page)
    with connection.cursor() as cursor:
        cursor.execute("SELECT via_app FROM maintenance_transaction ORDER BY id DESC LIMIT 3")
        assert [row[0] for row in cursor.fetchall()] == [XSS, "", "ChatGPT"]


@pytest.mark.usefixtures("plant", "db")
def test_a_program_that_acts_for_the_company_has_its_name_alone() -> None:
    group = PermissionGroup.objects.get(company__slug="demo", memberships__user__email=ANA)
    token = mint_user_token(company_id=group.company_id, user_id=None, group_id=group.pk, via_app="Sheet")
    User.objects.filter(email=ANA).update(language="en")
    done(Api(token).post("warehouses", {"code": "W-78", "description": "New"}))
    assert changes_on("/records/warehouses/W-78") == ["Created with Sheet"]


@pytest.mark.usefixtures("plant", "db")
def test_a_record_that_was_made_and_a_part_that_was_added() -> None:
    User.objects.filter(email=ANA).update(name="Ana", language="en")
    app = through("Claude")
    asked = {
        "description": "Leak", "user_code": "ADM-01", "date_incident": timezone.now().isoformat(),
        "requested_by": "x", "is_urgent": True, "code": "CMP-02",
    }  # fmt: skip
    number = done(app.post("work_requests", asked))[0]["id"]
    assert changes_on(f"/records/work-requests/{number}") == ["Created with Claude by Ana"]
    meter = Meter.objects.filter(company__slug="demo", item__code="CMP-02")[0]
    assert changes_on(f"/records/meters/{meter.pk}") == []
    done(app.put("meter_reading/CMP-02", {"date": "2015-01-05", "value": 5, "is_historical": True}))
    assert changes_on(f"/records/meters/{meter.pk}") == ["Changed with Claude by Ana"], (
        "a reading is no meter"
    )
    stranger = User.objects.get(email="admin@other.example")
    assert browser(stranger.email).get(f"/records/meters/{meter.pk}").status_code == 404
