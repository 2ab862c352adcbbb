"""What holds for every endpoint: envelope, paging, rights, limits, answers to invalid input."""

from __future__ import annotations

import json
import socket
from typing import Any
from unittest import mock

import pytest
from django.core.cache import cache
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Company, Membership, PermissionGroup
from accounts.rights import ALL_RIGHTS
from maintenance.models import (
    Movement,
    MovementType,
    TaskResource,
    ThirdPartyService,
    WorkOrder,
    WorkOrderStatus,
)
from maintenance.tokens import mint_user_token
from tests.contract.table import names, resources
from tests.maintenance import contract
from tests.maintenance.callers import Api, refused, refused_field

LONG = {"since": "2015-01-01", "until": "2100-01-01"}


def served_fields(path: str) -> set[str]:
    (resource,) = (resource for resource in resources() if resource["path"] == path)
    return {name.name for name in names(resource) if name.kind == "field"}


def body_of(path: str) -> list[str]:
    (resource,) = (resource for resource in resources() if resource["path"] == path)
    return [name.name for name in names(resource) if name.kind == "body"]


# Path, required parameters, right, and the keys of its rows.
LISTS: dict[str, tuple[dict[str, str], str, set[str]]] = {
    "items": ({}, "assets:view", contract.ITEM),
    "items_availability": ({"since": "2000-01-01"}, "assets:view", contract.AVAILABILITY),
    "meters": ({}, "meters:view", contract.METER),
    "meters_list": ({}, "meters:view", contract.METER),
    "meters_reading": ({"code": "CMP-01"}, "meters:view", contract.READING),
    "meters_reading_list": ({"code": "CMP-01"}, "meters:view", contract.READING),
    "work_orders": ({}, "work_orders:view", contract.WORK_ORDER),
    "work_requests": ({}, "work_requests:view", contract.WORK_REQUEST),
    "personnel": ({}, "people:view", contract.PERSONNEL),
    **{
        path: (parameters, right, served_fields(path.split("/")[0]))
        for path, parameters, right in (
            ("items_custom_fields/CMP-01", {"item_type": "2"}, "assets:view"),
            ("items_locations", {}, "assets:view"),
            ("items_document_management", {}, "assets:view"),
            ("personnel_document_management", {}, "people:view"),
            ("meters_advanced", {}, "meters:view"),
            ("inventories", {}, "inventory:view"),
            ("warehouses", {}, "inventory:view"),
            ("warehouses_items", {"code": "ALM-CENTRAL"}, "inventory:view"),
            ("warehouse_purchase_orders", {"warehouse_code": "ALM-CENTRAL", **LONG}, "inventory:view"),
            ("material_requests", LONG, "inventory:view"),
            ("work_orders_movements", LONG, "inventory:view"),
            ("third_parties", {}, "third_parties:view"),
            ("third_parties_services", {}, "third_parties:view"),
            ("third_parties_contacts", {}, "third_parties:view"),
            ("third_parties_document_management", {}, "third_parties:view"),
            ("transactions_log", {}, "transactions_log:view"),
            ("tasks", {}, "tasks:view"),
            ("tasks_triggers", {}, "tasks:view"),
            ("tasks_todo", {}, "tasks:view"),
            ("groups_tasks_details", {}, "tasks:view"),
            ("tasks_resources_hourly_rates", {}, "tasks:view"),
            ("tasks_resources_items", {}, "tasks:view"),
            ("tasks_resources_services", {}, "tasks:view"),
            ("work_orders_subtasks", LONG, "work_orders:view"),
            ("wo_resources", LONG, "work_orders:view"),
            ("work_requests_status", {}, "work_requests:view"),
        )
    },
}
WRITES = {
    ("PUT", "meter_reading/CMP-02"): "meters:add",
    ("PUT", "work_orders/OT-1"): "work_orders:edit",
    ("PUT", "work_orders_tasks"): "work_orders:edit",
    ("PUT", "work_order_change_status/OT-1"): "work_orders:edit",
    ("POST", "work_requests"): "work_requests:add",
    ("PUT", "work_requests"): "work_requests:edit",
    ("POST", "items"): "assets:add",
    ("PUT", "items/CMP-01"): "assets:edit",
    ("PUT", "items_custom_fields/CMP-01"): "assets:edit",
    ("POST", "items_document_management"): "assets:edit",
    ("POST", "meters"): "meters:add",
    ("POST", "personnel"): "people:add",
    ("PUT", "personnel/ADM-01"): "people:edit",
    ("POST", "personnel_document_management"): "people:edit",
    ("POST", "third_parties"): "third_parties:add",
    ("PUT", "third_parties/PRV-003"): "third_parties:edit",
    ("POST", "third_parties_services"): "third_parties:add",
    ("PUT", "third_parties_services/{service}"): "third_parties:edit",
    ("POST", "third_parties_document_management"): "third_parties:edit",
    ("POST", "warehouses"): "inventory:add",
    ("POST", "inventories"): "inventory:add",
    ("PUT", "inventories/REP-0101-A"): "inventory:edit",
    ("POST", "inventories_associate_warehouse"): "inventory:edit",
    ("PUT", "inventories_adjustment/REP-0101-A"): "inventory:edit",
    ("POST", "warehouse_entries_orders/ALM-CENTRAL"): "inventory:add",
    ("POST", "warehouse_outputs_orders"): "inventory:add",
    ("PUT", "material_requests/{wish}"): "inventory:edit",
    ("POST", "work_orders"): "work_orders:add",
    ("PUT", "work_order_cancel/{open}"): "work_orders:edit",
    ("PUT", "work_orders_subtasks"): "work_orders:edit",
    ("POST", "wo_resources/{open}"): "work_orders:edit",
    ("PUT", "wo_resources/{resource}"): "work_orders:edit",
    ("POST", "work_orders_tasks_files"): "work_orders:edit",
    ("POST", "tasks_nonscheduled"): "tasks:add",
    ("POST", "tasks_from_work_request"): "tasks:add",
    ("PUT", "items_associate_tasks_plan/CMP-01"): "tasks:edit",
}


def existing(path: str) -> str:
    """Return the path of an existing record."""
    ours = {"company__slug": "demo"}
    wishes = Movement.objects.filter(type=MovementType.MATERIAL_REQUEST, **ours)
    opened = WorkOrder.objects.filter(status=WorkOrderStatus.IN_PROCESS, **ours)
    resources = TaskResource.objects.filter(task__work_order__in=opened)
    return path.format(
        service=ThirdPartyService.objects.filter(**ours)[0].pk,
        wish=wishes[0].pk,
        open=opened[0].folio,
        resource=resources[0].pk,
    )


every_list = pytest.mark.parametrize("path", LISTS)
every_write = pytest.mark.parametrize(("method", "path"), WRITES)
slashes = pytest.mark.parametrize("slash", ["", "/"])


def with_rights(rights: frozenset[str]) -> Api:
    """Create a program of the demo company with exactly these rights."""
    company = Company.objects.get(slug="demo")
    group = PermissionGroup.objects.create(company=company, name="Exactly", rights=sorted(rights))
    return Api(mint_user_token(company_id=company.pk, user_id=None, group_id=group.pk))


@every_list
@slashes
def test_rows_have_the_keys_of_the_contract(admin: Api, path: str, slash: str) -> None:
    parameters, _, keys = LISTS[path]
    rows = admin.rows(path + slash, **parameters)
    assert rows
    exactly = hasattr(contract, path.upper().removesuffix("S"))
    assert all(set(row) == keys if exactly else set(row) >= keys for row in rows)


@every_list
def test_pages_follow_each_other(admin: Api, path: str) -> None:
    parameters, _, _ = LISTS[path]
    first = admin.page(path, **parameters)
    assert len(first["data"]) == min(100, first["total"])
    assert admin.rows(path, limit=7, **parameters) == first["data"][:7]
    assert admin.rows(path, start=2, limit=4, **parameters) == first["data"][2:6]
    assert admin.total(path, **parameters) == first["total"]
    last = admin.page(path, start=first["total"] - 1, **parameters)
    assert len(last["data"]) == 1
    assert last["total"] == first["total"]
    beyond = admin.page(path, start=first["total"], **parameters)
    assert beyond["data"] == []
    assert beyond["total"] == first["total"]


@every_list
def test_a_page_has_at_most_100_rows(admin: Api, path: str) -> None:
    parameters, _, _ = LISTS[path]
    total = admin.total(path, **parameters)
    for limit in (101, 500, 10**9):
        assert len(admin.rows(path, limit=limit, **parameters)) == min(100, total)


@every_list
@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("limit", "abc"),
        ("limit", "-1"),
        ("limit", "0"),
        ("limit", "1.5"),
        ("limit", "9" * 500),
        ("limit", "9" * 5000),
        ("limit", "\x00"),
        ("start", "-1"),
        ("start", "abc"),
        ("start", str(2**63)),
        ("start", "٣٤٥x"),
    ],
)
def test_a_page_that_makes_no_sense_is_refused_by_name(
    admin: Api, path: str, parameter: str, value: str
) -> None:
    parameters, _, _ = LISTS[path]
    assert refused_field(admin.get(path, **parameters, **{parameter: value})) == parameter


@every_list
@pytest.mark.parametrize(
    "name", ["colour", "date[gte]", "id_company", "per_page", "__proto__", "code__contains"]
)
def test_an_unknown_parameter_is_ignored(admin: Api, path: str, name: str) -> None:
    parameters, _, _ = LISTS[path]
    assert admin.page(path, **parameters, **{name: "2\x00"}) == admin.page(path, **parameters)


@every_list
def test_an_empty_parameter_counts_as_absent(admin: Api, path: str) -> None:
    parameters, _, _ = LISTS[path]
    empty = dict.fromkeys(("start", "limit", "id", "until", "type_date", "serial", "folio", "id_status"), "")
    assert admin.page(path, **{**empty, **parameters}) == admin.page(path, **parameters)


@every_list
def test_another_company_sees_its_own_rows_only(admin: Api, stranger: Api, path: str) -> None:
    parameters = {**LISTS[path][0], "limit": "100"}
    if "warehouse_code" in parameters or path == "warehouses_items":
        assert refused_field(stranger.get(path, **parameters)) in ("code", "warehouse_code")
        return
    key = "id" if path != "personnel" else "account_email"
    key = {
        "work_orders_subtasks": "id_work_orders_tasks_form_items",
        "wo_resources": "id_wo_resource",
    }.get(path, key)
    if path == "work_orders":
        key = "id_work_orders_tasks"
    if path.startswith("meters_reading"):
        key = "id_meter"
    ours = {row[key] for row in admin.rows(path, **parameters)} - {None}
    theirs = {row[key] for row in stranger.rows(path, **parameters)} - {None}
    assert ours
    assert theirs
    assert ours.isdisjoint(theirs)


@every_list
def test_the_right_alone_opens_a_list(plant: object, db: None, path: str) -> None:
    parameters, right, _ = LISTS[path]
    assert with_rights(frozenset({right})).rows(path, **parameters)


@every_list
def test_without_the_right_a_list_is_unauthorized(plant: object, db: None, path: str) -> None:
    parameters, right, _ = LISTS[path]
    response = with_rights(ALL_RIGHTS - {right}).get(path, **parameters)
    refused(response, 401, "UNAUTHORIZED_ENDPOINT")


@every_write
def test_without_the_right_a_write_is_unauthorized(plant: object, db: None, method: str, path: str) -> None:
    api = with_rights(ALL_RIGHTS - {WRITES[method, path]})
    refused(api.send(method, path, "{}"), 401, "UNAUTHORIZED_ENDPOINT")


@every_write
def test_a_read_only_token_writes_nothing(reader: Api, method: str, path: str) -> None:
    refused(reader.send(method, path, "{}"), 401, "UNAUTHORIZED_ENDPOINT")


@every_write
def test_a_write_without_a_token_is_unauthorized(plant: object, db: None, method: str, path: str) -> None:
    refused(Api(None).send(method, path, "{}"), 401, "UNAUTHORIZED")


@every_write
@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "nonsense",
        "null",
        "true",
        "7",
        '"text"',
        "[]",
        '[{"description": "x"}]',
        "{'a': 1}",
        '{"a": NaN}',
        '{"value": 1e999}',
        '{"a": "\\ud800"}',
        b"\xff\xfe{}",
        "[" * 100_000,
        '{"note": "' + "x" * 300_000 + '", "first_name": "' + "x" * 300_000 + '"}',
    ],
    ids=range(16),
)
def test_a_body_that_is_not_an_object_is_refused(admin: Api, method: str, path: str, body: Any) -> None:
    assert refused(admin.send(method, existing(path), body), 400)["message"]


SAMPLED = {
    ("PUT", "meter_reading/CMP-02"), ("PUT", "work_orders/OT-1"), ("PUT", "work_orders_tasks"),
    ("PUT", "work_order_change_status/OT-1"), ("POST", "work_requests"), ("PUT", "work_requests"),
}  # fmt: skip
# Every field of every form, one at a time, with each of these.
NONSENSE: list[Any] = [
    None, True, -1, 0, 10**30, -(10**30), 1.5, "", " ", "\x00", "a\x00b", "x" * 5000, "NaN", "Infinity",
    "abc", [], [1], {}, {"a": {"b": []}}, "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59",
    "2026-13-45", "\u202e", "💥" * 50,
]  # fmt: skip
FORMS: dict[tuple[str, str], list[str]] = {
    ("PUT", "meter_reading/CMP-02"): ["date", "value", "serial", "is_historical"],
    ("PUT", "work_orders/OT-1"): ["note", "account_code"],
    ("PUT", "work_orders_tasks"): [
        "id_work_order_task", "initial_date", "final_date", "real_duration", "is_done", "code_account",
        "asset_failure", "failure_type", "failure_cause", "failure_detection_method",
        "id_failure_severity", "id_damage_type", "asset_out_of_service", "date_asset_out_of_service",
    ],
    ("PUT", "work_order_change_status/OT-1"): ["id_status_work_order", "user_code"],
    ("POST", "work_requests"): [
        "description", "user_code", "date_incident", "requested_by", "is_urgent", "code", "observation",
        "email_requested_by", "identifier", "types_description", "types_1_description",
        "types_2_description", "key_words_descriptions",
    ],
    ("PUT", "work_requests"): ["code", "user_code", "id_status", "notes", "date_new_status"],
    **{
        way: body_of(way[1].split("/")[0])
        for way in WRITES
        if way[1].split("/")[0] in {resource["path"] for resource in resources()}
        and way not in SAMPLED
        and body_of(way[1].split("/")[0])
    },
}  # fmt: skip
SENSE: dict[str, Any] = {
    "date": "2026-01-05T10:00:00Z", "value": 5, "serial": "HR-1001", "is_historical": True, "note": "x",
    "account_code": "ADM-01", "id_work_order_task": 1, "initial_date": "2026-01-05T10:00:00Z",
    "final_date": "2026-01-05T11:00:00Z", "code_account": "ADM-01", "id_status_work_order": 2,
    "user_code": "ADM-01", "description": "x", "date_incident": "2026-01-05T10:00:00Z",
    "requested_by": "x", "is_urgent": False, "code": 1, "id_status": 2,
}  # fmt: skip


@pytest.mark.parametrize(("method", "path"), FORMS)
def test_no_field_of_any_form_breaks_the_server(admin: Api, method: str, path: str) -> None:
    address = existing(path)
    for field in FORMS[method, path]:
        for value in NONSENSE:
            sense = {name: SENSE[name] for name in FORMS[method, path] if name in SENSE}
            if method == "POST":
                sense.pop("code", None)
            response = admin.send(method, address, json.dumps({**sense, field: value}))
            assert response.status_code in (200, 400, 404, 408), (field, value, response.content)
            if response.status_code != 200:
                refused(response, response.status_code)


PARAMETERS = [
    "code", "id", "item_type", "location_code", "active", "available", "field_1", "field_6", "is_tree",
    "serial", "since", "until", "type_date", "code_location", "folio", "ot_status", "code_asset",
    "id_work_order_task", "id_items_availability", "task_note", "include_signature", "id_status",
    "identifier", "code_item", "code_creator", "start", "limit",
]  # fmt: skip


@pytest.mark.parametrize("path", ["items", "items_availability", "meters", "meters_reading", "work_orders",
                                  "work_requests", "personnel"])  # fmt: skip
def test_no_parameter_of_any_list_breaks_the_server(admin: Api, path: str) -> None:
    for parameter in PARAMETERS:
        for value in ("\x00", "x" * 5000, "-1", "9" * 30, "abc", "é/ %", "' OR 1=1 --", "%", "_", "1e5", "١"):
            given = {"limit": 3, **LISTS[path][0], parameter: value}
            response = admin.get(path, **given)
            assert response.status_code in (200, 400), (parameter, value, response.content)
            if response.status_code == 400:
                assert refused_field(response) == parameter


def test_too_many_parameters_are_refused(admin: Api) -> None:
    refused(admin.get("items?" + "&".join(f"p{n}=1" for n in range(2000))), 400)


def test_no_path_breaks_the_server(admin: Api) -> None:
    resources = ("items", "items_availability", "meters", "meters_reading", "work_orders", "work_requests",
                 "personnel")  # fmt: skip
    for resource in resources:
        for code in (
            "%00",
            "x" * 5000,
            "%2F%2F",
            "..%2F..%2Fetc",
            "%FF",
            "%0A",
            "a%0Ab",
            "9" * 40,
            "-1",
            "%20",
        ):
            response = admin.get(f"{resource}/{code}")
            assert response.status_code in (400, 404), (resource, code, response.content)
            refused(response, response.status_code)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "items_locations"),
        ("PUT", "warehouses/ALM-CENTRAL"),
        ("DELETE", "items/CMP-01"),
        ("PATCH", "work_orders/OT-1"),
        ("DELETE", "work_requests/1"),
        ("GET", "meter_reading/CMP-01"),
        ("GET", "work_orders_tasks"),
        ("POST", "transactions_log"),
        ("OPTIONS", "items"),
        ("TRACE", "items"),
    ],
)
def test_a_method_that_the_endpoint_lacks(admin: Api, method: str, path: str) -> None:
    refused(admin.send(method, path, "{}"), 405, "METHOD_NOT_ALLOWED")


def test_an_address_that_there_is_not(admin: Api) -> None:
    for path in ("", "nope", "user", "work_orders_sub", "itemsx", "ITEMS"):
        refused(admin.get(path), 404, "NOT_FOUND")
        refused(Api(None).get(path), 401, "UNAUTHORIZED")


def test_the_answer_is_json_whatever_the_client_accepts(admin: Api) -> None:
    for accept in ("text/html", "application/xml", "image/png;q=1", "nonsense"):
        response = admin.client.get("/api/items", headers={**admin.headers, "Accept": accept})
        assert response.status_code == 200
        assert response["Content-Type"] == "application/json"


def test_answers_are_not_stored(admin: Api) -> None:
    assert admin.get("items")["Cache-Control"] == "no-store"
    assert admin.get("nope")["Cache-Control"] == "no-store"


def test_a_defect_shows_nothing_of_the_inside(admin: Api, caplog: pytest.LogCaptureFixture) -> None:
    with mock.patch("maintenance.api.equipment.items.item_row", side_effect=RuntimeError("inner secret")):
        response = admin.get("items")
    assert refused(response, 500)["message"] == "INTERNAL_ERROR"
    assert b"inner secret" not in response.content
    assert "inner secret" in caplog.text


@every_list
def test_a_list_takes_at_most_five_queries(
    admin: Api, technician: Api, path: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    parameters, _, _ = LISTS[path]
    place = {"location_code": "SERVICIOS", "is_tree": "true", "code_location": "SERVICIOS"}
    for api in (admin, technician):
        for filters in ({}, place):
            with django_assert_max_num_queries(7 if path == "groups_tasks_details" else 5):
                api.get(path, **parameters, **filters)


class TestRateLimit:
    @pytest.fixture(autouse=True)
    def three_a_minute(self, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        settings.API_REQUESTS_PER_MINUTE = 3
        self.now = 1_800_000_000.0 // 60 * 60 + 10
        monkeypatch.setattr("maintenance.api.kit.rate_limit.time", lambda: self.now)
        cache.clear()

    @staticmethod
    def headers(response: Any) -> tuple[str, str, str]:
        return (
            response["ratelimit-limit"],
            response["ratelimit-remaining"],
            response["ratelimit-reset"],
        )

    def test_says_on_every_answer_how_much_is_left(self, admin: Api) -> None:
        assert self.headers(admin.get("items")) == ("3", "2", "50")
        self.now += 20
        assert self.headers(admin.get("nope")) == ("3", "1", "30")
        refusal = admin.get("items", limit="abc")
        assert refusal.status_code == 400
        assert self.headers(refusal) == ("3", "0", "30")

    def test_answers_406_beyond_and_serves_again_after_the_minute(self, admin: Api) -> None:
        for _ in range(3):
            assert admin.get("items", limit=1).status_code == 200
        beyond = admin.get("items", limit=1)
        assert "Maximum number of requests" in refused(beyond, 406)["message"]
        assert self.headers(beyond) == ("3", "0", "50")
        self.now += 50
        again = admin.get("items", limit=1)
        assert again.status_code == 200
        assert self.headers(again) == ("3", "2", "60")

    def test_is_shared_by_the_people_of_a_company_only(
        self, admin: Api, technician: Api, stranger: Api
    ) -> None:
        for _ in range(3):
            admin.get("items", limit=1)
        assert technician.get("items", limit=1).status_code == 406
        assert stranger.get("items", limit=1).status_code == 200

    def test_counts_refused_calls_too(self, technician: Api) -> None:
        for _ in range(3):
            refusal = technician.get("transactions_log")
            assert refusal.status_code == 401
            assert "ratelimit-remaining" in refusal
        assert technician.get("transactions_log").status_code == 406

    def test_a_write_beyond_the_limit_does_not_happen(self, admin: Api) -> None:
        for _ in range(3):
            admin.get("items", limit=1)
        body = {
            "description": "x",
            "user_code": "ADM-01",
            "date_incident": "2026-01-05",
            "requested_by": "x",
            "is_urgent": False,
        }
        assert admin.post("work_requests", body).status_code == 406

    def test_without_a_token_nothing_is_counted(self, admin: Api) -> None:
        for _ in range(10):
            assert "ratelimit-limit" not in Api("nonsense").get("items")
        assert admin.get("items", limit=1)["ratelimit-remaining"] == "2"

    def test_goes_on_in_the_process_while_redis_is_gone(self, admin: Api, settings: Settings) -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))  # but never listens
            settings.CACHES = {
                "default": {
                    "BACKEND": "fracttal_mcp.cache.SharedOrLocalCache",
                    "LOCATION": f"redis://127.0.0.1:{unused.getsockname()[1]}/0",
                }
            }
            cache.clear()
            answers = [admin.get("items", limit=1).status_code for _ in range(4)]
        assert answers == [200, 200, 200, 406]

    def test_a_count_that_the_cache_has_lost_breaks_nothing(self, admin: Api) -> None:
        with mock.patch.object(cache, "incr", side_effect=ValueError("no such key")):
            assert admin.get("items", limit=1).status_code == 200
        assert admin.get("items", limit=1)["ratelimit-remaining"] == "1"

    def test_zero_means_no_limit(self, admin: Api, settings: Settings) -> None:
        settings.API_REQUESTS_PER_MINUTE = 0
        for _ in range(6):
            response = admin.get("items", limit=1)
            assert response.status_code == 200
            assert "ratelimit-limit" not in response


def test_who_leaves_the_company_is_out_with_the_next_call(admin: Api) -> None:
    assert admin.get("items").status_code == 200
    Membership.objects.filter(user__email="admin@demo.example").update(active=False)
    refused(admin.get("items"), 401, "UNAUTHORIZED")
