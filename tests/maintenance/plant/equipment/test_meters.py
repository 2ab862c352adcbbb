"""/meters, /meters_reading and /meter_reading."""

from __future__ import annotations

import datetime
from typing import Any
from urllib.parse import quote

import pytest
from django.utils import timezone

from maintenance.api.kit.query import parse_moment
from maintenance.models import Item, Meter, MeterReading
from tests.maintenance import contract
from tests.maintenance.callers import Api, refused, refused_field


def newer(meter: dict[str, Any], hours: float = 1) -> str:
    return (parse_moment(meter["last_data"]["date"]) + datetime.timedelta(hours=hours)).isoformat()


def one_meter(api: Api, **parameters: Any) -> dict[str, Any]:
    (row,) = api.rows("meters", **parameters)
    return row


def test_counters_and_gauges(admin: Api) -> None:
    rows = admin.rows("meters")
    assert {row["is_counter"] for row in rows} == {True, False}
    for row in rows:
        assert set(row["last_data"]) == contract.DIAL
        if row["is_counter"]:
            assert row["counter_value"] == row["last_data"]["accumulated_value"]
            assert row["counter_value"] == row["counter_offset_value"] + row["last_data"]["value"]
        else:
            assert row["counter_value"] is None
            assert row["min_value"] < row["max_value"]
    assert any(row["serial"] is None for row in rows)
    assert any(row["counter_offset_value"] > 0 for row in rows)


def test_meters_of_an_asset(admin: Api) -> None:
    rows = admin.rows("meters", code="CMP-01")
    assert [row["units_code"] for row in rows] == ["HRS", "°C"]
    assert {row["code"] for row in rows} == {"CMP-01"}
    assert {row["code_parent_location"] for row in rows} == {"SALA COMPRESORES"}
    assert admin.rows("meters/CMP-01") == rows
    assert admin.rows("meters_list/CMP-01/") == rows
    assert admin.rows(f"meters/{quote('CALDERA 02')}")[0]["units_code"] == "bar"
    assert one_meter(admin, serial=rows[0]["serial"]) == rows[0]
    refused(admin.get("meters/NOPE"), 404)
    assert admin.total("meters", code="NOPE") == 0
    assert admin.page("meters/BODEGA")["total"] == 0


def stands_in(item: Item | None, place: str) -> bool:
    """Say whether an asset is in a location, going through its parents one after another."""
    return item is not None and (item.code == place or stands_in(item.parent, place))


def test_meters_of_what_stands_in_a_location(admin: Api) -> None:
    rows = admin.rows("meters", location_code="SALA COMPRESORES")
    assert {row["code_parent_location"] for row in rows} == {"SALA COMPRESORES"}
    assert {row["code"] for row in rows} == {f"CMP-0{n}" for n in (1, 2, 3, 4)}
    meters = Meter.objects.filter(company__slug="demo").select_related("item")
    below = {meter.item.code for meter in meters if stands_in(meter.item, "SERVICIOS")}
    for resource, parameter in (("meters", "location_code"), ("meters_advanced", "code_parent_location")):
        found = admin.rows(resource, **{parameter: "SERVICIOS"})  # two levels below it
        assert {row["code"] for row in found} == below
        assert len({row["id"] for row in found}) == 20
    assert refused_field(admin.get("meters", location_code="NOPE")) == "location_code"


def test_a_meter_of_another_company_is_not_there(admin: Api, stranger: Api) -> None:
    serial = "HR-1000"
    assert admin.rows("meters", serial=serial) != stranger.rows("meters", serial=serial)
    refused(stranger.get(f"meters/{quote('CALDERA 02')}"), 404)
    refused(stranger.put(f"meter_reading/{quote('CALDERA 02')}", {"date": "2026-01-01", "value": 1}), 404)


class TestReadings:
    def test_newest_first_with_the_dial(self, admin: Api) -> None:
        rows = admin.rows("meters_reading", code="CMP-01", serial="HR-1000")
        assert {row["id_meter"] for row in rows} == {one_meter(admin, serial="HR-1000")["id"]}
        dates = [row["date_reading"] for row in rows]
        assert dates == sorted(dates, reverse=True)
        for row in rows:
            assert set(row["data"]) == contract.DIAL
            assert row["data"]["date"] == row["date_reading"]
            assert row["source"] in {"API", "WORK_ORDER", "MANUAL"}
        assert rows[0]["data"] == one_meter(admin, serial="HR-1000")["last_data"]

    def test_which_meters_must_be_said(self, admin: Api) -> None:
        assert refused_field(admin.get("meters_reading")) == "code"
        assert admin.page("meters_reading/CMP-01") == admin.page("meters_reading", code="CMP-01")
        assert admin.total("meters_reading", code="NOPE") == 0
        refused(admin.get("meters_reading/NOPE"), 404)
        inside = admin.total("meters_reading", code_location="SALA COMPRESORES")
        assert inside > admin.total("meters_reading", code="CMP-01")
        assert admin.total("meters_reading", code_location="SERVICIOS") > inside
        assert refused_field(admin.get("meters_reading", code_location="NOPE")) == "code_location"

    @pytest.mark.parametrize("type_date", ["date", "date_reading"])
    def test_a_period(self, admin: Api, type_date: str) -> None:
        now = timezone.now()
        since, until = now - datetime.timedelta(days=100), now - datetime.timedelta(days=50)
        rows = admin.rows(
            "meters_reading",
            code="CMP-01",
            since=since.isoformat(),
            until=until.isoformat(),
            type_date=type_date,
        )
        assert rows
        assert all(since <= parse_moment(row[type_date]) <= until for row in rows)
        assert refused_field(admin.get("meters_reading", code="CMP-01", type_date="x")) == "type_date"


class TestInsert:
    def test_adds_to_the_history_and_to_the_meter(self, admin: Api) -> None:
        before = one_meter(admin, code="CMP-02")
        total = admin.total("meters_reading", code="CMP-02")
        date, value = newer(before), before["last_data"]["value"] + 24.5
        response = admin.put("meter_reading/CMP-02", {"date": date, "value": value})
        assert response.status_code == 200
        envelope = response.json()
        assert envelope["success"] is True
        data = envelope["data"]
        assert set(data) == {"id_meters_readings", "is_duplicate", "meter", "tasks"}
        assert data["is_duplicate"] is False
        assert data["tasks"] == []
        assert set(data["meter"]) == {
            "counter_offset_value", "counter_value", "max_value", "min_value", "monthly_average_data",
            "last_data",
        }  # fmt: skip
        assert data["meter"]["last_data"]["value"] == value
        after = one_meter(admin, code="CMP-02")
        assert after["last_data"] == data["meter"]["last_data"]
        assert after["counter_value"] == before["counter_offset_value"] + value
        assert admin.total("meters_reading", code="CMP-02") == total + 1
        newest = admin.rows("meters_reading", code="CMP-02", limit=1)[0]
        assert newest["source"] == "API"
        assert newest["data"]["value"] == value

    def test_takes_the_code_in_the_query_too(self, admin: Api) -> None:
        meter = one_meter(admin, code="CMP-02")
        body = {"date": newer(meter), "value": meter["last_data"]["value"] + 1}
        assert admin.put("meter_reading?code=CMP-02", body).status_code == 200
        assert refused_field(admin.put("meter_reading/", body)) == "code"

    def test_a_technician_may_add(self, technician: Api) -> None:
        meter = one_meter(technician, code="CMP-02")
        body = {"date": newer(meter), "value": str(meter["last_data"]["value"] + 1)}
        assert technician.put("meter_reading/CMP-02", body).status_code == 200

    def test_the_same_reading_again_changes_nothing(self, admin: Api) -> None:
        meter = one_meter(admin, code="CMP-02")
        body = {"date": newer(meter), "value": meter["last_data"]["value"] + 1}
        first = admin.put("meter_reading/CMP-02", body).json()["data"]
        total = admin.total("meters_reading", code="CMP-02")
        again = admin.put("meter_reading/CMP-02", body).json()["data"]
        assert again["is_duplicate"] is True
        assert again["id_meters_readings"] == first["id_meters_readings"]
        assert admin.total("meters_reading", code="CMP-02") == total
        other = admin.put("meter_reading/CMP-02", {**body, "value": body["value"] + 1})
        assert "another reading" in refused(other, 400)["data"][0]["ERROR"]

    def test_must_be_newer_unless_historical(self, admin: Api) -> None:
        meter = one_meter(admin, code="CALDERA 02")
        path = f"meter_reading/{quote('CALDERA 02')}"
        older = {"date": newer(meter, -5), "value": 8.1}
        assert "newer" in refused(admin.put(path, older), 400)["data"][0]["ERROR"]
        assert admin.put(path, {**older, "is_historical": True}).status_code == 200
        assert one_meter(admin, code="CALDERA 02")["last_data"] == meter["last_data"]

    def test_a_counter_only_counts_up(self, admin: Api) -> None:
        meter = one_meter(admin, code="CMP-02")
        less = {"date": newer(meter), "value": meter["last_data"]["value"] - 1}
        refused(admin.put("meter_reading/CMP-02", less), 400)
        more_than_later = {
            "date": newer(meter, -1),
            "value": meter["last_data"]["value"] + 1,
            "is_historical": True,
        }
        refused(admin.put("meter_reading/CMP-02", more_than_later), 400)
        gauge = one_meter(admin, code="CALDERA 02")
        lower = {"date": newer(gauge), "value": gauge["last_data"]["value"] - 1}
        assert admin.put(f"meter_reading/{quote('CALDERA 02')}", lower).status_code == 200

    def test_of_several_meters_one_must_be_named(self, admin: Api) -> None:
        hours, temperature = admin.rows("meters", code="CMP-01")
        body = {"date": newer(hours, 24), "value": hours["last_data"]["value"] + 1}
        assert refused_field(admin.put("meter_reading/CMP-01", body)) == "serial"
        assert refused_field(admin.put("meter_reading/CMP-01", {**body, "serial": "NOPE"})) == "serial"
        elsewhere = one_meter(admin, code="CMP-02")["serial"]
        assert refused_field(admin.put("meter_reading/CMP-01", {**body, "serial": elsewhere})) == "serial"
        assert admin.put("meter_reading/CMP-01", {**body, "serial": hours["serial"]}).status_code == 200
        assert one_meter(admin, serial=temperature["serial"]) == temperature

    def test_an_inactive_meter_takes_nothing(self, admin: Api) -> None:
        meter = one_meter(admin, code="CMP-02")
        Meter.objects.filter(pk=meter["id"]).update(active=False)
        body = {"date": newer(meter), "value": meter["last_data"]["value"] + 1}
        refused(admin.put("meter_reading/CMP-02", body), 404)
        assert admin.rows("meters", code="CMP-02")[0]["active"] is False

    def test_not_in_the_future(self, admin: Api) -> None:
        date = (timezone.now() + datetime.timedelta(hours=2)).isoformat()
        assert refused_field(admin.put("meter_reading/CMP-02", {"date": date, "value": 10**9})) == "date"

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("value", "abc"),
            ("value", True),
            ("value", None),
            ("value", "NaN"),
            ("value", "inf"),
            ("value", 1e300),
            ("date", 5),
            ("date", "2026-99-01"),
            ("is_historical", "perhaps"),
            ("is_historical", 1),
            ("serial", {"$ne": 1}),
            ("serial", "x" * 81),
        ],
    )
    def test_a_field_that_cannot_be_used_is_refused_by_name(self, admin: Api, field: str, value: Any) -> None:
        count = MeterReading.objects.count()
        body = {"date": "2026-01-01", "value": 1.0, field: value}
        assert refused_field(admin.put("meter_reading/CMP-02", body)) == field
        assert MeterReading.objects.count() == count

    def test_fields_that_are_missing_are_named(self, admin: Api) -> None:
        (entry,) = refused(admin.put("meter_reading/CMP-02", {}), 400)["data"]
        assert {problem["field"] for problem in entry["invalid_fields"]} == {"date", "value"}

    def test_the_monthly_average_follows(self, admin: Api) -> None:
        meter = one_meter(admin, code="CMP-02")
        body = {"date": newer(meter), "value": meter["last_data"]["value"] + 5000}
        data = admin.put("meter_reading/CMP-02", body).json()["data"]
        assert data["meter"]["monthly_average_data"] > meter["monthly_average_data"] + 1000
