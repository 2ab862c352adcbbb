"""Tools over odd rows and pages: one bad row costs one row, and the answer says what was not read.

Each call runs completely, with its audit row.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from aiohttp import web

from audit.models import Event, Outcome
from tests.conftest import World
from tests.gateway.upstream.conftest import Scripted, answers
from tests.gateway.upstream.rows import ME, Rows, ask, assets, refused, resources, told

pytestmark = pytest.mark.django_db(transaction=True)
DAY = {"since": "2026-01-01", "until": "2026-01-31"}
WORKED = {"started_at": "2026-01-05T08:00", "finished_at": "2026-01-05T09:00"}


async def everything(company: World, tool: str, plural: str, key: str, **arguments: Any) -> list[Any]:
    found: list[Any] = []
    cursor: dict[str, str] = {}
    for _ in range(100):
        answer = await told(company, tool, **arguments, **cursor)
        found += [row[key] for row in answer[plural]]
        if not answer["has_more"]:
            return found
        cursor = {"cursor": answer["next_cursor"]}
    raise AssertionError("the pages do not end")


# --- one bad row ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "odd",
    [
        {"initial_date_out_of_service": "0000-00-00"},
        {"available": "50%"},
        {"id": "1" + "0" * 30},
        {"id": "1.5"},
    ],
)
async def test_one_bad_row_of_a_list(scripted: Scripted, company: World, odd: dict[str, Any]) -> None:
    rows = assets(30)
    rows[7] |= odd
    scripted.script = [resources({"items": rows}, filters=("code",))]
    answer = await told(company, "list_assets", limit=100)
    assert [row["code"] for row in answer["assets"]] == [f"A{n}" for n in range(30) if n != 7]
    assert answer["partial"] is True
    (note,) = answer["notes"]
    assert note.startswith("1 record of items could not be read")
    assert next(iter(odd)) in note
    error = await refused(company, "get_asset", code="A7")
    assert error["code"] == "upstream_not_understood"
    assert next(iter(odd)) in error["message"]
    assert (await told(company, "get_asset", code="A8"))["code"] == "A8"


async def test_one_bad_row_of_a_figure(scripted: Scripted, company: World) -> None:
    done = {"id_status_work_order": 3, "id_status_work_order_task": 3, "total_cost_task": 10.0}
    dates = {"creation_date": "2026-01-05T00:00:00Z", "final_date": "2026-01-06T00:00:00Z"}
    rows: Rows = [{"wo_folio": f"OT-{n}", "id_work_orders_tasks": n, **done, **dates} for n in range(20)]
    rows[3]["total_cost_task"] = "50%"
    scripted.script = [resources({"work_orders": rows})]
    answer = await told(company, "get_maintenance_metrics", metric="cost", **DAY)
    assert answer["overall"]["total"] == 190.0
    assert answer["coverage"]["partial"] is True
    assert any("1 record of work_orders could not be read" in note for note in answer["notes"])


async def test_an_order_with_one_bad_task_and_one_of_nothing_else(scripted: Scripted, company: World) -> None:
    rows: Rows = [
        {"wo_folio": "OT-1", "id_work_orders_tasks": 1, "total_cost_task": 5},
        {"wo_folio": "OT-1", "id_work_orders_tasks": 2, "total_cost_task": "50%"},
        {"wo_folio": "OT-2", "id_work_orders_tasks": 3, "date_maintenance": "0000-00-00"},
    ]

    async def of_folio(request: web.BaseRequest) -> web.StreamResponse:
        query = parse_qs(urlsplit(request.raw_path).query)
        found = [row for row in rows if "folio" not in query or row["wo_folio"] == query["folio"][0]]
        return web.Response(body=orjson.dumps({"success": True, "data": found, "total": len(found)}))

    scripted.script = [of_folio]
    order = await told(company, "get_work_order", folio="OT-1")
    assert [task["id"] for task in order["tasks"]] == [1]
    assert "total_cost" not in order  # 5 would be only a part of the cost
    assert any("1 record of work_orders" in note for note in order["notes"])
    error = await refused(company, "get_work_order", folio="OT-2")
    assert (error["code"], "date_maintenance" in error["message"]) == ("upstream_not_understood", True)
    assert (await refused(company, "get_work_order", folio="OT-3"))["code"] == "not_found"


async def test_what_has_no_notes_says_it_beside(scripted: Scripted, company: World) -> None:
    rows = [{"id": "x", "code": "A1", "description": "Counter"}]
    scripted.script = [
        resources({"items": assets(3), "meters": rows}, filters=("code",)),
    ]
    result = await ask(company, "get_asset", code="A1", include=["meters"])
    assert result.structured is not None
    assert not result.structured.get("meters")
    assert "1 record of meters could not be read" in result.content[0]["text"]


async def test_nothing_found_is_no_fact_while_a_row_cannot_be_read(
    scripted: Scripted, company: World
) -> None:
    rows: Rows = [{"code": "W1", "description": "North"}, {"code": ["W2"]}]
    scripted.script = [resources({"warehouses": rows})]
    error = await refused(company, "list_stock", warehouse="South")
    assert error["code"] == "not_found"
    assert "1 record of warehouses could not be read" in error["message"]


# --- odd answers ---------------------------------------------------------------------------


@pytest.mark.parametrize("tool", ["list_work_orders", "list_assets", "list_meters", "list_people"])
async def test_an_answer_that_is_not_utf_8(scripted: Scripted, company: World, tool: str) -> None:
    body = '{"success":true,"data":[{"id":1,"code":"é","wo_folio":"é","description":"é"}],"total":1}'
    scripted.script = [answers(raw=body.encode("latin-1"))]
    assert (await refused(company, tool))["code"] == "upstream_not_understood"
    scripted.script = [answers(raw=body.encode())]
    assert (await told(company, tool))["returned"] == 1


@pytest.mark.parametrize("total", [10**30, "1" + "0" * 30, -5, 1e300, "9" * 5000])
async def test_a_total_beyond_reason(scripted: Scripted, company: World, total: object) -> None:
    body = (
        b'{"success":true,"data":[{"code":"A"}],"total":%s}'
        % (f'"{total}"' if isinstance(total, str) else f"{total}").encode()
    )

    async def script(request: web.BaseRequest) -> web.StreamResponse:
        first = "start=0" in request.raw_path
        return web.Response(body=body if first else b'{"success":true,"data":[]}')

    scripted.script = [script]
    answer = await told(company, "list_assets")
    # Nothing is made of the number: the list was read to its end.
    assert (answer["returned"], answer["has_more"], answer["total"]) == (1, False, 1)
    row = await Event.objects.alatest("id")
    assert (row.tool, row.outcome) == ("list_assets", Outcome.DONE)


async def test_a_read_that_meets_408_wrote_nothing_and_found_nothing_twice(
    scripted: Scripted, company: World
) -> None:
    scripted.script = [answers({}, status=408)]
    error = await refused(company, "list_assets")
    assert error["code"] == "upstream_timeout"
    assert "already" not in error["message"]


# --- paging --------------------------------------------------------------------------------

PARTIES: Rows = [{"code": f"T{n}", "name": f"Party {n}"} for n in range(60)]
PEOPLE: Rows = [{"code": f"P{n}", "name": f"Person {n}", "active": True} for n in range(60)]
LISTS: list[tuple[str, str, str, str, Rows, str]] = [
    ("list_third_parties", "third_parties", "third_parties", "code", PARTIES, "T"),
    ("list_assets", "assets", "items", "code", assets(60), "A"),
    ("list_people", "people", "personnel", "code", PEOPLE, "P"),
]


@pytest.mark.parametrize("total", [True, False])
@pytest.mark.parametrize(("tool", "plural", "resource", "key", "rows", "letter"), LISTS)
async def test_an_upstream_that_gives_everything_whatever_it_is_asked_for(
    scripted: Scripted, company: World, tool: str, plural: str, resource: str, key: str, rows: Rows,
    letter: str, total: bool,
) -> None:  # fmt: skip
    scripted.script = [resources({resource: rows}, total=total, ignores=("start", "limit"))]
    expected = [f"{letter}{n}" for n in range(60)]
    for limit in (25, 60, 100):
        assert await everything(company, tool, plural, key, limit=limit) == expected


@pytest.mark.parametrize("total", [True, False])
@pytest.mark.parametrize(("tool", "plural", "resource", "key", "rows", "letter"), LISTS)
async def test_an_upstream_that_gives_the_first_page_for_ever(
    scripted: Scripted, company: World, tool: str, plural: str, resource: str, key: str, rows: Rows,
    letter: str, total: bool,
) -> None:  # fmt: skip
    scripted.script = [resources({resource: rows}, total=total, ignores=("start",), most=40)]
    first = await told(company, tool, limit=25)
    assert [row[key] for row in first[plural]] == [f"{letter}{n}" for n in range(25)]
    second = await told(company, tool, limit=25, cursor=first["next_cursor"])
    assert not {row[key] for row in second[plural]} & {row[key] for row in first[plural]}
    assert (second["has_more"], second["partial"]) == (False, True)
    assert any("same page twice" in note for note in second["notes"])


async def test_records_that_moved_down_by_a_page_are_no_repeat(scripted: Scripted, company: World) -> None:
    """A whole page of new records: the second page now begins with the row that was the very first."""
    rows = assets(60)
    tables = {"items": rows}
    scripted.script = [resources(tables)]
    first = await told(company, "list_assets", limit=25)
    tables["items"] = [{"code": f"NEW{n}", "id_type_item": 2} for n in range(25)] + rows
    second = await told(company, "list_assets", limit=25, cursor=first["next_cursor"])
    assert [row["code"] for row in second["assets"]] == [f"A{n}" for n in range(25)]
    assert (second["has_more"], second["partial"]) == (True, False)


async def test_short_pages_without_a_total_are_not_the_end(scripted: Scripted, company: World) -> None:
    scripted.script = [resources({"items": assets(130)}, total=False, most=50)]
    codes = [f"A{n}" for n in range(130)]
    for limit in (20, 100):
        assert await everything(company, "list_assets", "assets", "code", limit=limit) == codes
    orders: Rows = [
        {
            "wo_folio": f"OT-{n}", "id_work_orders_tasks": n, "id_status_work_order": 3, "total_cost_task": 1,
            "id_status_work_order_task": 3, "creation_date": "2026-01-05T00:00:00Z",
            "final_date": "2026-01-06T00:00:00Z",
        }
        for n in range(130)
    ]  # fmt: skip
    scripted.script = [resources({"work_orders": orders}, total=False, most=50)]
    answer = await told(company, "get_maintenance_metrics", metric="cost", **DAY)
    assert (answer["overall"]["total"], answer["coverage"]["partial"]) == (130, False)
    folios = await everything(company, "list_work_orders", "work_orders", "folio", limit=30)
    assert folios == [f"OT-{n}" for n in range(130)]


async def test_a_total_larger_than_what_is_given(scripted: Scripted, company: World) -> None:
    async def script(request: web.BaseRequest) -> web.StreamResponse:
        rows = assets(30) if "start=0" in request.raw_path else []
        return web.Response(body=orjson.dumps({"success": True, "data": rows, "total": 90}))

    scripted.script = [script]
    answer = await told(company, "list_assets", limit=100)
    assert (answer["returned"], answer["has_more"], answer["partial"]) == (30, False, True)
    assert any("counts more records than it gives" in note for note in answer["notes"])


# --- bounded looks -------------------------------------------------------------------------


def order_of(count: int) -> Rows:
    same = {"wo_folio": "OT-1", "id_status_work_order": 1, "total_cost_task": 1}
    return [{"id_work_orders_tasks": n, "id_work_order_task": n, **same} for n in range(1, count + 1)]


async def test_an_order_of_620_tasks(scripted: Scripted, company: World) -> None:
    scripted.script = [
        resources({"work_orders": order_of(620), "personnel": [ME]}, filters=("id_work_order_task",))
    ]
    order = await told(company, "get_work_order", folio="OT-1")
    assert len(order["tasks"]) + order["tasks_left_out"] == 620
    assert order["total_cost"] == 620
    changed = await told(company, "update_work_order", folio="OT-1", task={"id": 615, "done": True, **WORKED})
    assert changed["changed"] == "task"
    error = await refused(
        company, "update_work_order", folio="OT-1", task={"id": 621, "done": True, **WORKED}
    )
    assert error["code"] == "not_found"


async def test_an_order_beyond_all_bounds_says_so(scripted: Scripted, company: World) -> None:
    scripted.script = [
        resources({"work_orders": order_of(2100), "personnel": [ME]}, filters=("id_work_order_task",))
    ]
    order = await told(company, "get_work_order", folio="OT-1")
    assert "total_cost" not in order
    assert any("Only the first 2000 tasks" in note for note in order["notes"])
    changed = await told(
        company, "update_work_order", folio="OT-1", task={"id": 2099, "done": True, **WORKED}
    )
    assert changed["changed"] == "task"


@pytest.mark.parametrize(("before", "found"), [(2500, True), (5999, True), (6001, False)])
async def test_the_record_of_an_account_behind_many_people(
    scripted: Scripted, company: World, before: int, found: bool
) -> None:
    people: Rows = [{"code": f"P{n}", "name": f"P {n}", "active": True} for n in range(before)]
    people.append(ME)
    table = resources({"personnel": people, "work_requests": [{"id": 7}]})

    async def script(request: web.BaseRequest) -> web.StreamResponse:
        if request.method == "POST":
            return web.Response(body=b'{"success":true,"data":{"id":79.0},"total":1}')
        answer: web.StreamResponse = await table(request)
        return answer

    scripted.script = [script]
    if found:
        assert (await told(company, "whoami"))["personnel_code"] == "ME"
        made = await told(company, "create_work_request", title="Leak", even_if_similar=True)
        assert made["id"] == 79  # a number with a decimal point is a number
        return
    result = await ask(company, "whoami")
    assert "Only the first 6000 people could be examined" in result.content[0]["text"]
    error = await refused(company, "create_work_request", title="Leak", even_if_similar=True)
    assert "was not found among the people that could be examined" in error["message"]
    assert "no active record" not in error["message"]
