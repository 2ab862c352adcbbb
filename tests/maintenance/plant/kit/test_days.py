"""A date stays the same date in every time zone, and today is the company's, not the server's."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest

from accounts.models import Company
from maintenance.models import Document, Item, PendingTask, TaskPlan, TriggerType
from tests.maintenance.callers import Api

# Zones without clock changes, with their offsets in hours: at every hour one of them has another date.
AHEAD = {"Pacific/Kiritimati": 14, "Pacific/Pago_Pago": -11, "America/Bogota": -5, "UTC": 0}


def company_in(zone: str) -> Company:
    company = Company.objects.get(slug="demo")
    company.time_zone = zone
    company.save()
    return company


@pytest.mark.parametrize("zone", AHEAD)
def test_a_document_holds_through_the_last_day_of_the_company(admin: Api, zone: str) -> None:
    company = company_in(zone)
    item = Item.objects.filter(company=company, code="CMP-01")[0]
    today = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=AHEAD[zone])).date()
    for name, days in (("yesterday", -1), ("today", 0), ("tomorrow", 1)):
        Document.objects.create(
            company=company, item=item, name=name, valid_through=today + dt.timedelta(days=days)
        )
    found = {row["name"]: row["status"] for row in admin.rows("items_document_management", code="CMP-01")}
    assert {name: found[name] for name in ("yesterday", "today", "tomorrow")} == {
        "yesterday": False, "today": True, "tomorrow": True,
    }  # fmt: skip


@pytest.mark.parametrize("zone", [*AHEAD, "Pacific/Auckland", "America/Santiago"])
@pytest.mark.parametrize("last", ["2026-03-01", "2026-09-06", "2026-04-05"])
def test_the_last_maintenance_stays_the_date_that_was_given(admin: Api, zone: str, last: str) -> None:
    company = company_in(zone)
    plans = TaskPlan.objects.filter(company=company, tasks__triggers__type=TriggerType.DATE)
    plan = plans.exclude(tasks__triggers__type=TriggerType.EVERY).exclude(tasks__form_items__isnull=False)[0]
    asset = Item.objects.filter(company=company, type=2, active=True, task_plan_id=None)[0]
    body = {"id_tasks_plan": plan.pk, "code_user": "ADM-01", "last_date_maintenance": last}
    assert admin.put(f"items_associate_tasks_plan/{asset.code}", body).status_code == 200
    made = PendingTask.objects.filter(item=asset, task__plan=plan)
    assert made.exists()
    local = zoneinfo.ZoneInfo(zone)
    for task in made:
        assert task.last_date_maintenance is not None
        assert task.last_date_maintenance.astimezone(local).date().isoformat() == last
        trigger = task.task.triggers.get(type=TriggerType.DATE)
        days = {1: 1, 2: 7, 3: 30, 4: 365}[trigger.period or 0] * int(trigger.value_main or 1)
        right = dt.date.fromisoformat(last) + dt.timedelta(days=days)
        assert task.cal_date_maintenance.astimezone(local).date() == right
