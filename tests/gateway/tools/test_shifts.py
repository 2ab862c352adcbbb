"""get_shift_handover and get_my_day, compared with plain SQL over the demo plant."""

from __future__ import annotations

import datetime as dt

import pytest

from maintenance.models import Item, Personnel, WorkOrder
from tests.gateway.tools.conftest import Person, PersonMaker, embedded_only
from tests.gateway.tools.shift_tables import DEMO, TASKS, ZONE, expected_day, ids, one_column, rows

LONG = dt.timedelta(days=20)


def inside(location: str | None) -> str:
    """Return the condition that the item is the location or lies in it."""
    if location is None:
        return "1 = 1"
    number = Item.objects.get(code=location, company__slug="demo").pk
    return f"(item.ancestors LIKE '%%/{number}/%%' OR item.id = {number})"


@pytest.mark.parametrize("location", [None, "LÍNEA 1", "SERVICIOS"])
def test_a_handover_holds_what_the_tables_hold(admin: Person, location: str | None) -> None:
    until = dt.datetime.now(dt.UTC).replace(microsecond=0)
    since = until - LONG
    where = inside(location)
    answer = admin.ask(
        "get_shift_handover", since=since.isoformat(), until=until.isoformat(), limit=25,
        **({"location": location} if location else {}),
    )  # fmt: skip
    tasks = f"{TASKS} AND {where}"
    expected = {
        "closed": one_column(
            f"""SELECT DISTINCT folio FROM ({tasks} AND whole.status = 3
                                            AND whole.final_date BETWEEN %s AND %s) AS t""",
            since, until,
        ),
        "opened": one_column(
            f"""SELECT DISTINCT folio FROM ({tasks} AND whole.creation_date BETWEEN %s AND %s) AS t""",
            since, until,
        ),
        "still_open": one_column(f"SELECT DISTINCT folio FROM ({tasks} AND whole.status IN (1, 2)) AS t"),
        "out_of_service": one_column(
            f"SELECT code FROM maintenance_item AS item WHERE company_id = {DEMO} AND NOT available"
            f" AND {where}"
            + ("" if location is None else f" AND code <> '{location}'")
        ),
        "requests": one_column(
            f"""SELECT request.id FROM maintenance_workrequest AS request
                  LEFT JOIN maintenance_item AS item ON item.id = request.item_id
                 WHERE request.company_id = {DEMO} AND request.date BETWEEN %s AND %s AND {where}""",
            since, until,
        ),
        "meters_outside_limits": one_column(
            f"""SELECT coalesce(meter.serial, cast(meter.id AS text)) FROM maintenance_meter AS meter
                  JOIN maintenance_item AS item ON item.id = meter.item_id
                 WHERE meter.company_id = {DEMO} AND {where}
                   AND (meter.last_value < meter.min_value OR meter.last_value > meter.max_value)"""
        ),
        "parts_awaited": one_column(
            f"""SELECT DISTINCT movement.id FROM maintenance_movement AS movement
                 JOIN ({tasks} AND whole.status IN (1, 2)) AS t ON t.work_order_id = movement.work_order_id
                 WHERE movement.type = 12 AND movement.state IN (1, 2)"""
        ),
    }  # fmt: skip
    for name, found in expected.items():
        group = answer[name]
        assert group["total"] == len(found), name
        if name == "parts_awaited":  # its lines are named by the order
            continue
        shown = ids(group)
        assert shown <= set(map(str, found)), name
        assert len(shown) == min(25, len(found)), name
    assert answer["partial"] is False
    assert (answer["since"], answer["until"]) == (
        since.astimezone(ZONE).isoformat(), until.astimezone(ZONE).isoformat(),
    )  # fmt: skip


def test_what_is_still_open_begins_with_the_most_pressing(admin: Person) -> None:
    lines = admin.ask("get_shift_handover", limit=25)["still_open"]["lines"]
    highest = rows(f"SELECT folio, min(priority) AS first FROM ({TASKS}) AS t GROUP BY folio")
    priorities = {row["folio"]: row["first"] for row in highest}
    order = [priorities[line["id"]] for line in lines]
    assert order == sorted(order)
    everybody = one_column(f"SELECT min(priority) FROM ({TASKS} AND whole.status IN (1, 2)) AS t")
    assert order[0] == everybody[0]
    for line in lines:
        whole = WorkOrder.objects.get(folio=line["id"], company__slug="demo")
        assert line["who"] == (
            whole.responsible.full_name if whole.responsible else whole.contact and whole.contact.name
        )


def test_a_shift_is_the_last_twelve_hours(admin: Person) -> None:
    answer = admin.ask("get_shift_handover")
    since, until = (dt.datetime.fromisoformat(answer[name]) for name in ("since", "until"))
    assert until - since == dt.timedelta(hours=12)
    assert abs(dt.datetime.now(dt.UTC) - until) < dt.timedelta(minutes=5)
    assert (
        admin.refused("get_shift_handover", since="2026-01-02", until="2026-01-01")["code"]
        == "invalid_arguments"
    )
    assert admin.refused("get_shift_handover", location="NO-SUCH")["code"] == "not_found"


def test_what_a_person_may_not_see_is_left_out_and_told(person: PersonMaker) -> None:
    blind = person(rights=frozenset({"work_orders:view"}))
    answer = blind.ask("get_shift_handover")
    assert not answer.keys() & {"out_of_service", "requests", "meters_outside_limits", "parts_awaited"}
    assert "may not see: out of service, requests, meters outside limits, parts awaited" in answer["notes"][0]
    assert answer["still_open"]["total"] > 0
    none = person(rights=frozenset({"assets:view"}))
    assert none.refused("get_shift_handover")["code"] == "not_permitted"


def test_another_company_sees_nothing_of_it(stranger: Person, admin: Person) -> None:
    theirs = stranger.ask("get_shift_handover", limit=25)["still_open"]
    own = one_column(
        "SELECT folio FROM maintenance_workorder WHERE status IN (1, 2) AND company_id <> " + DEMO
    )
    assert theirs["total"] == len(set(own))
    assert stranger.refused("get_shift_handover", location="LÍNEA 1")["code"] == "not_found"


@embedded_only
@pytest.mark.parametrize(
    ("email", "code"), [("technician@demo.example", "TEC-01"), ("planner@demo.example", None)]
)
def test_a_day_holds_the_orders_of_the_person(person: PersonMaker, email: str, code: str | None) -> None:
    me = Personnel.objects.get(account_email=email, company__slug="demo")
    assert code in (None, me.code)
    answer = person(email).ask("get_my_day", limit=25)
    assert (answer["person"], answer["code"]) == (me.full_name, me.code)
    assert me.code is not None
    expected = expected_day(me.code)
    for name, folios in expected.items():
        assert answer[name]["total"] == len(folios), name
        assert ids(answer[name]) <= folios, name
    orders = set().union(*expected.values())
    if not orders:
        assert "No open work order names this person as responsible." in answer["notes"]
    for name in expected:
        for line in answer[name]["lines"]:
            if "subtasks_left" in line:
                left = one_column(
                    f"""SELECT count(*) FROM maintenance_subtask AS part
                          JOIN ({TASKS} AND whole.folio = %s) AS t ON t.id = part.task_id
                         WHERE part.value IS NULL OR part.value = ''""",
                    line["id"],
                )
                assert line["subtasks_left"] == left[0]
    behind = one_column(
        f"""SELECT DISTINCT request_id FROM ({TASKS} AND whole.status IN (1, 2)) AS t
             WHERE request_id IS NOT NULL AND responsible_id = {me.pk}"""
    )
    assert answer["requests"]["total"] == len(behind)
    assert ids(answer["requests"]) <= set(map(str, behind))
    if "parts_awaited" in answer:
        waiting = one_column(
            f"""SELECT movement.id FROM maintenance_movement AS movement
                  JOIN maintenance_workorder AS whole ON whole.id = movement.work_order_id
                 WHERE movement.type = 12 AND movement.state IN (1, 2) AND whole.status IN (1, 2)
                   AND whole.responsible_id = {me.pk}"""
        )
        assert answer["parts_awaited"]["total"] == len(waiting)
    asked = one_column(
        f"""SELECT id FROM maintenance_workrequest
             WHERE created_by_id = {me.pk} AND status NOT IN (4, 5, 6, 12)"""
    )
    assert answer["asked_by_me"]["total"] == len(asked)
    assert ids(answer["asked_by_me"]) <= set(map(str, asked))


@embedded_only
def test_the_technician_of_the_demo_has_work(technician: Person) -> None:
    """So that the comparison above compares something."""
    answer = technician.ask("get_my_day")
    assert sum(answer[name]["total"] for name in ("overdue", "today", "other_open")) > 3
    assert any(
        "subtasks_left" in line for name in ("overdue", "other_open") for line in answer[name]["lines"]
    )


@embedded_only
def test_a_list_says_what_it_leaves_out(technician: Person) -> None:
    whole, short = (technician.ask("get_my_day", limit=limit) for limit in (25, 1))
    for name in ("overdue", "other_open"):
        assert short[name]["lines"] == whole[name]["lines"][:1]
        assert short[name]["total"] == whole[name]["total"] == short[name]["left_out"] + 1


def test_who_may_not_see_orders_is_told_so(person: PersonMaker) -> None:
    answer = person("planner@demo.example", rights=frozenset({"work_requests:view"})).ask("get_my_day")
    assert answer["notes"] == ["This person may not see work orders."]
    assert not answer.keys() & {"overdue", "today", "other_open", "requests", "parts_awaited"}
    assert "total" in answer["asked_by_me"]


def test_a_program_has_no_day(person: PersonMaker) -> None:
    refused = person(user_id=None).refused("get_my_day")
    assert refused["code"] == "refused"
    assert "acts for the company" in refused["message"]


def test_who_has_no_record_is_told_so(person: PersonMaker) -> None:
    Personnel.objects.filter(account_email="planner@demo.example").update(active=False)
    try:
        answer = person("planner@demo.example").ask("get_my_day")
        assert "No person of the company belongs to this account" in answer["notes"][0]
        assert "overdue" not in answer
    finally:
        Personnel.objects.filter(account_email="planner@demo.example").update(active=True)
