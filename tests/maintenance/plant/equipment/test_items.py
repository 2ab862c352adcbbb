"""/items and /items_availability."""

from __future__ import annotations

import datetime
from urllib.parse import quote

import pytest
from django.utils import timezone

from accounts.models import Company
from maintenance.api.kit.query import parse_moment
from maintenance.models import Item, OutOfService
from tests.maintenance.callers import Api, refused, refused_field


def codes(api: Api, **parameters: object) -> set[str]:
    """Return the codes of all pages."""
    found: set[str] = set()
    start = 0
    while rows := api.rows("items", start=start, **parameters):
        found |= {row["code"] for row in rows}
        start += len(rows)
    return found


def test_a_row_as_the_contract_shows_it(admin: Api) -> None:
    (row,) = admin.rows("items", code="CMP-01")
    assert row["id_type_item"] == 2
    assert row["items_types_description"] == "EQUIPMENTS"
    assert row["field_1"] == "Compresor de tornillo 1"
    assert row["description"] == f"Compresor de tornillo 1 {row['field_2']} {row['field_3']} {{ CMP-01 }}"
    assert row["location_code"] == "SALA COMPRESORES"
    assert row["parent_description"] == "// Planta Demo/ Servicios industriales/ Sala de compresores/ "
    assert row["groups_description"] == "Compresor"
    assert row["warehouses"] == []
    (root,) = admin.rows("items", code="PLANTA")
    assert root["items_types_description"] == "FACILITIES"
    assert root["location_code"] is None
    assert root["id_parent"] is None
    assert root["parent_description"] == "// "


@pytest.mark.parametrize(
    "code", ["CMP-01", "CALDERA 02", "AA/P3", "DOCK/AC-1", "TRF Nº 1", "LÍNEA 3", "L3/TRA-02", "P-101/A"]
)
@pytest.mark.parametrize("slash", ["", "/"])
def test_codes_with_anything_in_them_are_found_by_path_and_by_query(
    admin: Api, code: str, slash: str
) -> None:
    by_path = admin.page(f"items/{quote(code, safe='')}{slash}")
    assert by_path["total"] == 1
    assert by_path["data"][0]["code"] == code
    assert by_path == admin.page(f"items{slash}", code=code)


def test_an_unknown_code_is_404_by_path_and_empty_by_query(admin: Api) -> None:
    refused(admin.get("items/NOPE"), 404)
    refused(admin.get("items/CMP"), 404)
    refused(admin.get("items/cmp-01"), 404)
    assert admin.page("items", code="NOPE") == {"success": True, "message": "200", "data": [], "total": 0}


def test_the_assets_of_another_company_are_not_there(admin: Api, stranger: Api) -> None:
    assert admin.total("items", code="LÍNEA 1") == 1
    refused(stranger.get(f"items/{quote('LÍNEA 1')}"), 404)
    assert stranger.total("items", code="LÍNEA 1") == 0
    (ours,) = admin.rows("items", code="LÍNEA 1")
    assert stranger.total("items", id=ours["id"]) == 0
    # The same code may belong to a different asset in each company.
    assert admin.rows("items", code="CMP-01")[0]["id"] != stranger.rows("items", code="CMP-01")[0]["id"]


def test_filters_by_id_type_and_state(admin: Api) -> None:
    (row,) = admin.rows("items", code="CMP-01")
    assert admin.rows("items", id=row["id"]) == [row]
    for item_type, constant in (
        (1, "FACILITIES"),
        (2, "EQUIPMENTS"),
        (3, "TOOLS"),
        (4, "SPARE_PARTS"),
        (5, "DIGITAL"),
    ):
        rows = admin.rows("items", item_type=item_type)
        assert {row["items_types_description"] for row in rows} == {constant}
    out = admin.rows("items", available="false")
    assert out
    assert all(row["initial_date_out_of_service"] for row in out)
    assert admin.total("items", available="true") + len(out) == admin.total("items")
    inactive = admin.total("items", active="false")
    assert 0 < inactive < 40
    assert admin.total("items", active="True") + inactive == admin.total("items")


def test_filters_by_fields(admin: Api) -> None:
    (row,) = admin.rows("items", code="CMP-01")
    assert [found["code"] for found in admin.rows("items", field_1="Compresor de tornillo 1")] == ["CMP-01"]
    same_make = admin.rows("items", field_2=row["field_2"], field_3=row["field_3"])
    assert {(found["field_2"], found["field_3"]) for found in same_make} == {(row["field_2"], row["field_3"])}
    assert "CMP-01" in {found["code"] for found in same_make}
    assert admin.total("items", field_4="no such serial number") == 0


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("item_type", "6"),
        ("item_type", "0"),
        ("item_type", "EQUIPMENTS"),
        ("active", "yes"),
        ("available", "2"),
        ("id", "abc"),
        ("id", str(2**64)),
    ],
)
def test_a_filter_that_cannot_be_used_is_refused(admin: Api, parameter: str, value: str) -> None:
    assert refused_field(admin.get("items", **{parameter: value})) == parameter


def test_a_location_lists_what_stands_directly_in_it(admin: Api) -> None:
    direct = codes(admin, location_code="SALA COMPRESORES")
    assert {"CMP-01", "SEC-01"} <= direct
    assert "CMP-01-01" not in direct
    assert codes(admin, location_code="CMP-01") == {"CMP-01-01", "CMP-01-02", "CMP-01-03"}
    assert codes(admin, location_code="SALA COMPRESORES", is_tree="false") == direct


def test_a_tree_lists_everything_below_a_location(admin: Api) -> None:
    below = codes(admin, location_code="SERVICIOS", is_tree="true")
    assert {"SALA COMPRESORES", "CMP-01", "CMP-01-01", "CALDERA 02", "TRF Nº 1"} <= below
    assert "SERVICIOS" not in below
    assert "L1-LLE-01" not in below
    tree = codes(admin, location_code="PLANTA", is_tree="true")
    loose = codes(admin, item_type=4) | codes(admin, item_type=5)
    assert tree | {"PLANTA"} | loose == codes(admin)


def test_an_unknown_location_is_refused(admin: Api, stranger: Api) -> None:
    assert refused_field(admin.get("items", location_code="NOPE")) == "location_code"
    assert refused_field(stranger.get("items", location_code="SERVICIOS")) == "location_code"


def test_times_are_utc_with_microseconds(admin: Api) -> None:
    (row, *_) = admin.rows("items", available="false")
    text = row["initial_date_out_of_service"]
    assert len(text) == len("2026-09-17T14:00:34.404671+00:00")
    assert text.endswith("+00:00")
    parse_moment(text)


class TestAvailability:
    def test_the_last_30_days_unless_since_says_otherwise(self, admin: Api) -> None:
        recent = admin.rows("items_availability")
        month_ago = timezone.now() - datetime.timedelta(days=30)
        assert recent
        assert all(parse_moment(row["creation_date"]) >= month_ago for row in recent)
        assert admin.total("items_availability", since="2000-01-01") > 500

    def test_newest_first(self, admin: Api) -> None:
        dates = [row["creation_date"] for row in admin.rows("items_availability", since="2000-01-01")]
        assert dates == sorted(dates, reverse=True)

    def test_counts_the_seconds_of_what_is_over(self, admin: Api) -> None:
        rows = admin.rows("items_availability", since="2000-01-01", limit=100)
        for row in rows:
            if row["final_date"] is None:
                assert row["out_of_service_sec"] is None
            else:
                period = parse_moment(row["final_date"]) - parse_moment(row["initial_date"])
                assert row["out_of_service_sec"] == int(period.total_seconds())
        assert any(row["final_date"] for row in rows)

    @pytest.mark.parametrize("type_date", ["creation_date", "initial_date", "final_date"])
    def test_a_period_on_each_date(self, admin: Api, type_date: str) -> None:
        now = timezone.now()
        since, until = now - datetime.timedelta(days=200), now - datetime.timedelta(days=100)
        rows = admin.rows(
            "items_availability", since=since.isoformat(), until=until.isoformat(), type_date=type_date
        )
        assert rows
        assert all(since <= parse_moment(row[type_date]) <= until for row in rows)

    def test_of_one_asset(self, admin: Api, stranger: Api) -> None:
        demo = Company.objects.get(slug="demo")
        period = OutOfService.objects.filter(company=demo).first()
        assert period is not None
        code = period.item.code
        by_query = admin.page("items_availability", code=code, since="2000-01-01")
        by_path = admin.page(f"items_availability/{quote(code, safe='')}", since="2000-01-01")
        assert by_query == by_path
        assert {row["code"] for row in by_path["data"]} == {code}
        assert by_path["data"][0]["description"] == Item.objects.get(company=demo, code=code).description
        assert admin.total("items_availability", code="NOPE", since="2000-01-01") == 0
        refused(admin.get("items_availability/NOPE"), 404)
        only_ours = "LÍNEA 1"
        assert admin.page(f"items_availability/{quote(only_ours)}")["total"] == 0
        refused(stranger.get(f"items_availability/{quote(only_ours)}"), 404)

    @pytest.mark.parametrize(
        ("parameter", "value"), [("since", "yesterday"), ("until", "2026-02-30"), ("type_date", "date")]
    )
    def test_a_period_that_makes_no_sense(self, admin: Api, parameter: str, value: str) -> None:
        assert refused_field(admin.get("items_availability", **{parameter: value})) == parameter


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2016-07-12T20:00:00-03", "2016-07-12T23:00:00+00:00"),
        ("2016-07-12T20:00:00-03:00", "2016-07-12T23:00:00+00:00"),
        ("2016-07-12T20:00:00+00:00", "2016-07-12T20:00:00+00:00"),
        ("2016-07-12T20:00:00Z", "2016-07-12T20:00:00+00:00"),
        ("2016-07-12T20:00:00.25Z", "2016-07-12T20:00:00.250000+00:00"),
        ("2016-07-12T20:00:00", "2016-07-12T20:00:00+00:00"),
        ("2016-07-12", "2016-07-12T00:00:00+00:00"),
    ],
)
def test_the_forms_of_a_moment(text: str, utc: str) -> None:
    assert parse_moment(text) == datetime.datetime.fromisoformat(utc)
