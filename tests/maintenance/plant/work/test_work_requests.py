"""/work_requests."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone

from maintenance.api.kit.query import parse_moment
from maintenance.models import RequestStatus, WorkRequest
from tests.maintenance.callers import Api, refused, refused_field


def good(**changes: Any) -> dict[str, Any]:
    incident = timezone.now() - datetime.timedelta(minutes=10)
    return {
        "description": "Fuga en la bomba P-101",
        "user_code": "PLA-01",
        "date_incident": incident.isoformat(),
        "requested_by": "Luis Herrera",
        "is_urgent": True,
        **changes,
    }


def test_newest_first(admin: Api) -> None:
    dates = [row["date"] for row in admin.rows("work_requests")]
    assert dates == sorted(dates, reverse=True)


def test_one_by_number(admin: Api, stranger: Api) -> None:
    (row, *_) = admin.rows("work_requests")
    assert row["id"] == row["id_code"]
    assert admin.rows("work_requests", code=row["id"]) == [row]
    assert admin.rows(f"work_requests/{row['id']}") == [row]
    assert admin.rows(f"work_requests/{row['id']}/") == [row]
    refused(stranger.get(f"work_requests/{row['id']}"), 404)
    assert stranger.total("work_requests", code=row["id"]) == 0
    for unknown in ("999999", "abc", "-1", "1.5", "9" * 30, "²"):
        refused(admin.get(f"work_requests/{unknown}"), 404)
    assert refused_field(admin.get("work_requests", code="abc")) == "code"


@pytest.mark.parametrize("status", RequestStatus)
def test_each_of_the_13_states(admin: Api, status: RequestStatus) -> None:
    rows = admin.rows("work_requests", id_status=int(status))
    assert rows
    assert {row["id_status"] for row in rows} == {int(status)}
    assert {row["requests_x_status_description"] for row in rows} == {status.name}
    with_order = {3, 6, 8, 9}
    assert all(bool(row["wo_folio"]) == (status in with_order) for row in rows)


def test_the_folio_leads_to_the_order_of_the_request(admin: Api) -> None:
    (row, *_) = admin.rows("work_requests", id_status=6)
    tasks = admin.rows(f"work_orders/{row['wo_folio']}")
    assert row["id"] in {task["id_request"] for task in tasks}
    assert {task["id_status_work_order"] for task in tasks} == {3}


def test_filters(admin: Api) -> None:
    row = next(row for row in admin.rows("work_requests") if row["identifier"])
    assert row in admin.rows("work_requests", identifier=row["identifier"])
    row = next(row for row in admin.rows("work_requests") if row["code_item"])
    assert {found["code_item"] for found in admin.rows("work_requests", code_item=row["code_item"])} == {
        row["code_item"]
    }
    by_creator = admin.rows("work_requests", code_creator="OPE-01")
    assert {found["accounts_name"] for found in by_creator} == {"Luz Dary Gómez"}
    assert admin.total("work_requests", code_creator="NOPE") == 0


@pytest.mark.parametrize("type_date", ["date", "date_incident", "date_solution"])
def test_a_period(admin: Api, type_date: str) -> None:
    now = timezone.now()
    since, until = now - datetime.timedelta(days=200), now - datetime.timedelta(days=100)
    rows = admin.rows("work_requests", since=since.isoformat(), until=until.isoformat(), type_date=type_date)
    assert rows
    assert all(since <= parse_moment(row[type_date]) <= until for row in rows)


def test_one_end_of_a_period_is_enough(admin: Api) -> None:
    since = timezone.now() - datetime.timedelta(days=20)
    rows = admin.rows("work_requests", since=since.isoformat())
    assert rows
    assert all(parse_moment(row["date"]) >= since for row in rows)
    assert len(rows) < admin.total("work_requests")


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("id_status", "14"), ("id_status", "0"), ("id_status", "OPEN"), ("type_date", "x"), ("since", "x")],
)
def test_a_filter_that_cannot_be_used(admin: Api, parameter: str, value: str) -> None:
    assert refused_field(admin.get("work_requests", **{parameter: value})) == parameter


class TestCreate:
    def test_with_everything(self, planner: Api) -> None:
        total = planner.total("work_requests")
        body = good(
            code="P-101",
            observation="Gotea <b>mucho</b> desde ayer",
            email_requested_by="luis@demo.example",
            identifier="TCK-1",
            types_description="Mantenimiento",
            types_1_description="Mecánico",
            types_2_description="Producción afectada",
            key_words_descriptions=["fuga", "bomba"],
        )
        response = planner.post("work_requests/", body)
        assert response.status_code == 200
        envelope = response.json()
        assert (envelope["success"], envelope["total"]) == (True, 1)
        number = envelope["data"][0]["id"]
        (row,) = planner.rows(f"work_requests/{number}")
        assert row["description"] == body["description"]
        assert row["observation"] == body["observation"]
        assert row["code_item"] == "P-101"
        assert row["accounts_name"] == "Luis Herrera Pardo"
        assert row["accounts_email"] == "planner@demo.example"
        assert row["is_urgent"] is True
        assert row["id_status"] == 1
        assert row["requests_x_status_description"] == "OPEN_STATUS"
        assert row["requests_x_key_words_descriptions"] == ["fuga", "bomba"]
        assert row["wo_folio"] is None
        assert parse_moment(row["date_incident"]) == parse_moment(body["date_incident"])
        assert planner.total("work_requests") == total + 1
        assert planner.rows("work_requests", limit=1)[0]["id"] == number

    def test_with_what_is_needed(self, planner: Api) -> None:
        number = planner.post("work_requests", good(is_urgent="false")).json()["data"][0]["id"]
        (row,) = planner.rows(f"work_requests/{number}")
        assert row["is_urgent"] is False
        assert row["code_item"] is None
        assert row["observation"] is None

    def test_leaves_a_first_entry_in_the_history(self, planner: Api) -> None:
        number = planner.post("work_requests", good()).json()["data"][0]["id"]
        (change,) = WorkRequest.objects.get(pk=number).status_changes.all()
        assert (change.status, change.changed_by and change.changed_by.code) == (1, "PLA-01")

    def test_an_unknown_field_is_ignored(self, planner: Api) -> None:
        body = good(id_status=6, id_company=99, company_id=99, user_type="HUMAN_RESOURCES", rating=5)
        number = planner.post("work_requests", body).json()["data"][0]["id"]
        (row,) = planner.rows(f"work_requests/{number}")
        assert (row["id_status"], row["rating"]) == (1, None)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("description", ""),
            ("description", "   "),
            ("description", "x" * 301),
            ("description", 5),
            ("description", ["x"]),
            ("description", "a\x00b"),
            ("user_code", "ADM-01"),
            ("user_code", "OPE-01"),
            ("user_code", "NOPE"),
            ("user_code", None),
            ("date_incident", "soon"),
            ("date_incident", 20260101),
            ("date_incident", "2999-01-01"),
            ("requested_by", {}),
            ("is_urgent", "perhaps"),
            ("is_urgent", 1),
            ("code", "NOPE"),
            ("code", "TQL-01"),
            ("code", 5),
            ("email_requested_by", "no e-mail"),
            ("observation", "x" * 4001),
            ("key_words_descriptions", "fuga"),
            ("key_words_descriptions", [1]),
            ("key_words_descriptions", ["x"] * 21),
        ],
    )
    def test_a_field_that_cannot_be_used_is_refused_by_name(
        self, planner: Api, field: str, value: Any
    ) -> None:
        count = WorkRequest.objects.count()
        assert refused_field(planner.post("work_requests", good(**{field: value}))) == field
        assert WorkRequest.objects.count() == count

    @pytest.mark.parametrize(
        "field", ["description", "user_code", "date_incident", "requested_by", "is_urgent"]
    )
    def test_what_is_missing_is_named(self, planner: Api, field: str) -> None:
        body = good()
        del body[field]
        assert refused_field(planner.post("work_requests", body)) == field

    def test_not_at_the_address_of_another(self, planner: Api) -> None:
        refused(planner.post("work_requests/1", good()), 404)


class TestStatus:
    def put(self, api: Api, number: int, status: Any, **more: Any) -> Any:
        body = {"code": number, "user_code": "PLA-01", "id_status": status, **more}
        return api.put("work_requests", body)

    def open_one(self, api: Api) -> int:
        return int(api.post("work_requests", good()).json()["data"][0]["id"])

    @pytest.mark.parametrize("status", [2, 4, 5, 12])
    def test_moves_an_open_request(self, planner: Api, status: int) -> None:
        number = self.open_one(planner)
        response = self.put(planner, number, status, notes="Ya quedó")
        assert response.json()["data"] == [{"SUCCESS": "WORK_REQUESTS_UPDATED"}]
        (row,) = planner.rows(f"work_requests/{number}")
        assert row["id_status"] == status
        assert row["requests_x_status_notes"] == "Ya quedó"
        assert row["requests_x_status_accounts_name"] == "Luis Herrera Pardo"
        assert (row["date_solution"] is not None) == (status == 4)
        statuses = WorkRequest.objects.get(pk=number).status_changes.values_list("status", flat=True)
        assert list(statuses) == [status, 1]

    def test_takes_the_parameters_in_the_query_too(self, planner: Api) -> None:
        number = self.open_one(planner)
        path = f"work_requests?code={number}&user_code=PLA-01&id_status=2&notes=x"
        assert planner.put(path, {}).status_code == 200
        assert planner.rows(f"work_requests/{number}")[0]["id_status"] == 2

    def test_takes_them_in_the_query_alone(self, planner: Api) -> None:
        number = self.open_one(planner)
        path = f"work_requests/?code={number}&user_code=PLA-01&id_status=2"
        assert planner.send("PUT", path, "").status_code == 200

    def test_takes_the_number_in_the_path_too(self, planner: Api) -> None:
        number = self.open_one(planner)
        body = {"user_code": "PLA-01", "id_status": 12}
        assert planner.put(f"work_requests/{number}", body).status_code == 200
        assert planner.rows(f"work_requests/{number}")[0]["id_status"] == 12

    def test_a_rejected_request_opens_again_and_a_settled_one_does_not(self, planner: Api) -> None:
        number = self.open_one(planner)
        assert self.put(planner, number, 12).status_code == 200
        assert self.put(planner, number, 1).status_code == 200
        assert self.put(planner, number, 4).status_code == 200
        assert "only while" in refused(self.put(planner, number, 1), 400)["data"][0]["ERROR"]

    @pytest.mark.parametrize("status", [3, 4, 5, 6, 7, 8, 9, 10, 11, 13])
    def test_no_other_state_can_be_left(self, planner: Api, status: int) -> None:
        (row, *_) = planner.rows("work_requests", id_status=status)
        refused(self.put(planner, row["id"], 2), 400)
        assert planner.rows(f"work_requests/{row['id']}")[0]["id_status"] == status

    @pytest.mark.parametrize("status", [0, 3, 6, 7, 13, 14, "x", None, True])
    def test_no_other_state_can_be_set(self, planner: Api, status: Any) -> None:
        number = self.open_one(planner)
        assert refused_field(self.put(planner, number, status)) == "id_status"

    def test_who_changes_it_must_be_the_caller(self, planner: Api) -> None:
        number = self.open_one(planner)
        body = {"code": number, "user_code": "ADM-01", "id_status": 2}
        assert refused_field(planner.put("work_requests", body)) == "user_code"

    def test_requests_of_another_company_are_not_there(self, planner: Api, stranger: Api) -> None:
        (row, *_) = stranger.rows("work_requests", id_status=1)
        refused(self.put(planner, row["id"], 2), 404)
        refused(self.put(planner, 999_999, 2), 404)
        assert refused_field(self.put(planner, 10**20, 2)) == "code"

    def test_not_dated_in_the_future(self, planner: Api) -> None:
        date = (timezone.now() + datetime.timedelta(days=1)).isoformat()
        response = self.put(planner, self.open_one(planner), 2, date_new_status=date)
        assert refused_field(response) == "date_new_status"
