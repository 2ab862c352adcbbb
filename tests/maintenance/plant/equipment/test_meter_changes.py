"""A counter whose dial was replaced or rolled over, and a wrong reading: how people correct them."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, User
from maintenance.models import Meter
from tests.maintenance.callers import Api, browser


def zone_of(meter: Meter) -> ZoneInfo:
    return ZoneInfo(meter.company.time_zone)


@pytest.fixture
def counter() -> Meter:
    meter = Meter.objects.filter(is_counter=True, active=True, company__slug="demo").exclude(serial=None)[0]
    assert meter.last_value is not None
    return meter


def put(admin: Api, meter: Meter, value: float, **more: Any) -> Any:
    moment = timezone.now().isoformat()
    return admin.put(
        f"meter_reading/{meter.item.code}", {"value": value, "date": moment, "serial": meter.serial} | more
    )


def change(browser: Client, meter: Meter, **given: Any) -> Any:
    """Submit as the page's forms do: with the company for which they were drawn."""
    return browser.post(f"/records/meters/{meter.pk}/change", {"drawn_for": meter.company_id, **given})


def told(meter: Meter, action: str) -> list[Any]:
    """Return the entries of the log about the readings of this meter."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT data FROM maintenance_transaction WHERE company_id = %s AND sub_module = 'READINGS' "
            "AND action = %s AND description LIKE %s ORDER BY id",
            [meter.company_id, action, f"{meter.description}%"],
        )
        return [json.loads(data) if isinstance(data, str) else data for (data,) in cursor.fetchall()]


def test_a_new_dial_goes_on_from_what_was_counted(admin: Api, admin_browser: Client, counter: Meter) -> None:
    before, counted = counter.last_value or 0.0, counter.last_accumulated_value or 0.0
    refusal = put(admin, counter, 3)
    assert refusal.status_code == 400
    assert f"/records/meters/{counter.pk}/change" in refusal.content.decode()
    when = timezone.localtime(timezone=zone_of(counter)).replace(microsecond=0) - dt.timedelta(minutes=1)
    answer = change(admin_browser, counter, value="0", read_at=f"{when:%Y-%m-%dT%H:%M:%S}", serial="")
    assert answer.status_code == 302, answer.content.decode()
    assert put(admin, counter, 3).status_code == 200
    counter.refresh_from_db()
    assert (counter.last_value, counter.counter_value) == (3, counted + 3)
    between = (when - dt.timedelta(seconds=1)).astimezone(dt.UTC)
    old = put(admin, counter, before, date=between.isoformat(), is_historical=True)
    assert old.status_code == 200, old.content
    assert counter.readings.get(date_reading=between).accumulated_value == pytest.approx(counted)
    high = put(admin, counter, before + 1, date=(between - dt.timedelta(seconds=5)).isoformat())
    assert high.status_code == 400
    assert told(counter, "EDIT") == [{"began_anew_at": 0, "serial": counter.serial}]


def test_a_dial_that_rolled_over_is_taken_back_by_its_newest_reading(
    admin: Api, admin_browser: Client, counter: Meter
) -> None:
    was = (counter.last_value, counter.counter_offset, counter.counter_value, counter.monthly_average)
    when = timezone.localtime(timezone=zone_of(counter)).replace(microsecond=0)
    assert change(admin_browser, counter, value="7", read_at=f"{when:%Y-%m-%dT%H:%M:%S}").status_code == 302
    newest = counter.readings.order_by("-date_reading")[0]
    assert (newest.value, newest.accumulated_value) == (7, was[2])
    assert change(admin_browser, counter, reading=newest.pk, sure="on").status_code == 302
    counter.refresh_from_db()
    assert (counter.last_value, counter.counter_offset, counter.counter_value) == was[:3]


def test_a_wrong_reading_is_taken_back_once(admin: Api, admin_browser: Client, counter: Meter) -> None:
    before = counter.last_value or 0.0
    assert put(admin, counter, before + 10_000).status_code == 200
    counter.refresh_from_db()
    spoilt = counter.monthly_average
    wrong = counter.readings.order_by("-date_reading")[0]
    assert put(admin, counter, before + 1).status_code == 400
    asked = change(admin_browser, counter, reading=wrong.pk)
    assert asked.status_code == 422
    assert counter.readings.filter(pk=wrong.pk).exists(), "not before the box is ticked"
    assert change(admin_browser, counter, reading=wrong.pk, sure="on").status_code == 302
    again = change(admin_browser, counter, reading=wrong.pk, sure="on")
    assert again.status_code == 422
    newest = counter.readings.order_by("-date_reading")[0]
    assert f'name="reading" value="{newest.pk}"' in again.content.decode(), "the form is about the newest now"
    counter.refresh_from_db()
    assert counter.last_value == before
    assert counter.monthly_average != spoilt
    assert put(admin, counter, before + 1).status_code == 200
    assert told(counter, "DELETE") == [{"value": before + 10_000}]


def test_the_average_is_that_of_what_is_left(admin: Api, admin_browser: Client, counter: Meter) -> None:
    """900 in 60 days are 450 a month, whatever wrong reading came afterwards."""
    counter.readings.all().delete()
    now = timezone.now()
    Meter.objects.filter(pk=counter.pk).update(
        last_date=None, last_value=None, last_accumulated_value=None, counter_value=None, counter_offset=0,
        monthly_average=None, monthly_average_auto=True,
    )  # fmt: skip
    for days, value in ((61, 100), (1, 1_000), (0, 90_000)):
        moment = (now - dt.timedelta(days=days)).isoformat()
        assert put(admin, counter, value, date=moment).status_code == 200
    wrong = counter.readings.order_by("-date_reading")[0]
    assert change(admin_browser, counter, reading=wrong.pk, sure="on").status_code == 302
    counter.refresh_from_db()
    assert counter.monthly_average == pytest.approx(450, abs=0.01)
    only = [change(admin_browser, counter, reading=pk, sure="on").status_code for pk in
            counter.readings.order_by("-date_reading").values_list("pk", flat=True)]  # fmt: skip
    assert only == [302, 302]
    counter.refresh_from_db()
    assert (counter.last_date, counter.last_value, counter.monthly_average) == (None, None, None)


def test_what_does_not_fit_is_said(admin_browser: Client, counter: Meter) -> None:
    page = admin_browser.get(f"/records/meters/{counter.pk}")
    assert f"/records/meters/{counter.pk}/change" in page.content.decode()
    other = Meter.objects.filter(company_id=counter.company_id).exclude(serial=None).exclude(pk=counter.pk)[0]
    now = f"{timezone.localtime(timezone=zone_of(counter)):%Y-%m-%dT%H:%M:%S}"
    rows = counter.readings.count()
    for given in (
        {"value": "x"},
        {"value": "-1", "read_at": now},
        {"value": "1,5", "read_at": now},
        {"value": "nan", "read_at": now},
        {"value": "1e16", "read_at": now},
        {"value": "0", "read_at": "2001-01-01T00:00"},
        {"value": "0", "read_at": "2999-01-01T00:00"},
        {"value": "0", "read_at": now, "serial": other.serial},
        {"value": "0", "read_at": now, "serial": "x" * 81},
        {"value": "0", "read_at": now, "serial": "a\x00b"},
        {"reading": "x", "sure": "on"},
        {"reading": "9" * 40, "sure": "on"},
    ):
        assert change(admin_browser, counter, **given).status_code == 422, given
    counter.refresh_from_db()
    assert counter.readings.count() == rows
    assert not told(counter, "EDIT")
    gauge = Meter.objects.filter(company_id=counter.company_id, is_counter=False)[0]
    assert 'name="read_at"' not in admin_browser.get(f"/records/meters/{gauge.pk}/change").content.decode()
    assert change(admin_browser, gauge, value="0", read_at=now).status_code == 422


def test_who_may_not_change_meters_can_neither_see_nor_send_it(
    admin_browser: Client, technician_browser: Client, counter: Meter
) -> None:
    path, newest = f"/records/meters/{counter.pk}/change", counter.readings.order_by("-date_reading")[0]
    harm = {"reading": newest.pk, "sure": "on"}
    stranger = browser("admin@other.example")
    theirs = User.objects.get(email="admin@other.example").memberships.get().company_id
    assert Client().get(path).status_code == 302
    assert Client().post(path, harm).status_code == 302
    assert path not in technician_browser.get(f"/records/meters/{counter.pk}").content.decode()
    for client, company, status in ((technician_browser, counter.company_id, 403), (stranger, theirs, 404)):
        assert client.get(path).status_code == status
        assert client.post(path, {"drawn_for": company, **harm}).status_code == status
    assert admin_browser.post(path, harm).status_code == 409, "a form of no company"
    assert admin_browser.post(path, {"drawn_for": theirs, **harm}).status_code == 409
    assert admin_browser.get(f"{path}?reading={newest.pk}&sure=on").status_code == 200, "GET changes nothing"
    assert admin_browser.put(path, harm).status_code in {405, 409}
    checked = Client(enforce_csrf_checks=True)
    checked.force_login(User.objects.get(email="admin@demo.example"))
    assert checked.post(path, {"drawn_for": counter.company_id, **harm}).status_code == 403
    group = Membership.objects.get(user__email="admin@demo.example").permission_group
    group.rights = ["meters:view", "meters:add"]
    group.save()
    assert admin_browser.post(path, {"drawn_for": counter.company_id, **harm}).status_code == 403
    assert counter.readings.filter(pk=newest.pk).exists()
