from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone

from maintenance.models import Item, Personnel, WorkOrder, WorkOrderStatus, WorkOrderTask
from tests.gateway.tools.conftest import Person, embedded_only

DEMO = {"company__slug": "demo"}


def folios(**filters: object) -> list[str]:
    return list(WorkOrder.objects.filter(**DEMO, **filters).distinct().values_list("folio", flat=True))


def asked(person: Person, **arguments: object) -> list[str]:
    return [order["folio"] for order in person.everything("list_work_orders", "work_orders", **arguments)]


@pytest.mark.parametrize("limit", [7, 100])
def test_every_page_together_is_every_order_once(planner: Person, limit: int) -> None:
    found = asked(planner, status=["in_process"], limit=limit)
    assert found == folios(status=WorkOrderStatus.IN_PROCESS)


def test_several_statuses_come_one_after_another(planner: Person) -> None:
    found = asked(planner, status=["review", "in_process"], limit=20)
    assert found == [*folios(status=1), *folios(status=2)]


def test_an_order_is_never_cut_at_the_edge_of_a_page(planner: Person) -> None:
    orders = planner.everything("list_work_orders", "work_orders", limit=90, date_kind="created")
    found = {order["folio"]: len(order["tasks"]) + order.get("tasks_left_out", 0) for order in orders}
    assert len(orders) == len(found)
    assert found == {order.folio: order.tasks.count() for order in WorkOrder.objects.filter(**DEMO)}


def test_a_period_is_of_the_date_that_was_meant(planner: Person) -> None:
    end = timezone.now() - dt.timedelta(days=20)
    begin = end - dt.timedelta(days=15)
    for kind, column in (
        ("created", "creation_date"),
        ("scheduled", "tasks__date_maintenance"),
        ("closed", "final_date"),
    ):
        found = asked(planner, since=begin.isoformat(), until=end.isoformat(), date_kind=kind, limit=50)
        assert found
        assert set(found) == set(folios(**{f"{column}__gte": begin, f"{column}__lte": end}))


def test_one_end_of_a_period_is_enough(planner: Person) -> None:
    begin = timezone.now() - dt.timedelta(days=10)
    assert set(asked(planner, since=begin.isoformat())) == set(folios(creation_date__gte=begin))


def test_assets_and_places(planner: Person) -> None:
    task = WorkOrderTask.objects.filter(**DEMO).select_related("item__parent").order_by("-id")[10]
    place = task.item.parent
    assert place is not None
    assert set(asked(planner, asset=task.item.code)) == set(folios(tasks__item=task.item))
    inside = Item.objects.filter(ancestors__startswith=place.subtree) | Item.objects.filter(pk=place.pk)
    assert set(asked(planner, location=place.code)) == set(folios(tasks__item__in=inside))


def test_filters_that_the_upstream_does_not_have(planner: Person) -> None:
    responsible = WorkOrder.objects.filter(**DEMO, status=1).exclude(responsible=None)[0].responsible
    assert responsible is not None
    expected = set(folios(status=1, responsible=responsible))
    assert expected
    assert set(asked(planner, status=["in_process"], responsible=responsible.code)) == expected
    assert set(asked(planner, status=["in_process"], responsible=responsible.full_name.upper())) == expected
    urgent = set(folios(status=1, tasks__priority=1))
    assert set(asked(planner, status=["in_process"], priority=["very_high"])) == urgent
    late = set(
        folios(
            status__in=(1, 2),
            tasks__in=WorkOrderTask.objects.filter(
                date_maintenance__lt=timezone.now(), final_date=None
            ).exclude(status=3),
        )
    )
    assert late
    assert set(asked(planner, status=["in_process", "review"], overdue=True)) == late


def test_who_is_responsible_is_never_guessed(planner: Person) -> None:
    people = list(Personnel.objects.filter(**DEMO).exclude(code=None))
    piece, several = next(
        (piece, found)
        for person in people
        for piece in (word[:3] for word in person.full_name.split() if word[:3].isascii())
        if 1 < len(found := [each for each in people if piece.lower() in each.full_name.lower()]) < 8
    )
    refused = planner.refused("list_work_orders", responsible=piece)
    assert refused["code"] == "ambiguous"
    assert {each.code for each in several} <= {each["code"] for each in refused["candidates"]}
    nobody = planner.ask("list_work_orders", status=["in_process"], responsible="Nadie Conocido")
    assert nobody["work_orders"] == []
    assert "not a known person" in " ".join(nobody["notes"])


def test_pages_are_of_the_person_that_was_found_first(planner: Person) -> None:
    order = WorkOrder.objects.filter(**DEMO, status=3).exclude(responsible=None)[0]
    assert order.responsible is not None
    found = asked(planner, status=["completed"], responsible=order.responsible.full_name, limit=20)
    assert found == folios(status=3, responsible=order.responsible)


@embedded_only
def test_who_may_not_read_people_compares_names(technician: Person) -> None:
    own = folios(status=1, responsible__account_email="technician@demo.example")
    name = WorkOrder.objects.get(**DEMO, folio=own[0]).responsible
    assert name is not None
    assert asked(technician, status=["in_process"], responsible=name.full_name) == own


def test_a_search_over_part_of_the_rows_says_so(planner: Person) -> None:
    page = planner.ask("list_work_orders", text="zzzz nothing has this")
    assert page["work_orders"] == []
    assert page["partial"] is True
    assert page["has_more"] is True
    assert "1000" in " ".join(page["notes"])


@embedded_only
def test_a_technician_sees_the_own_orders_only(technician: Person, planner: Person) -> None:
    own = asked(technician, status=["in_process"], limit=50)
    assert own == folios(status=1, responsible__account_email="technician@demo.example")
    somebody_elses = (set(folios(status=1)) - set(own)).pop()
    assert technician.refused("get_work_order", folio=somebody_elses)["code"] == "not_found"
    assert planner.ask("get_work_order", folio=somebody_elses)["folio"] == somebody_elses


def test_another_company_sees_nothing_of_it(stranger: Person) -> None:
    folio = folios()[0]
    assert stranger.refused("get_work_order", folio=folio)["code"] == "not_found"
    assert not set(asked(stranger, status=["in_process"])) & set(folios())


def test_one_order_with_everything(planner: Person) -> None:
    task = (
        WorkOrderTask.objects.filter(**DEMO, work_order__status=3)
        .exclude(failure_type=None)
        .exclude(out_of_service=None)
        .select_related("work_order", "failure_type", "out_of_service")[0]
    )
    order = planner.ask("get_work_order", folio=task.work_order.folio)
    (shown,) = [entry for entry in order["tasks"] if entry["id"] == task.pk]
    assert order["status"] == "completed"
    assert order["url"].endswith(f"/records/work-orders/{task.work_order.folio}")
    assert task.failure_type is not None
    assert shown["failure"]["type"] == task.failure_type.description
    assert task.out_of_service is not None
    assert task.out_of_service.final_date is not None
    stopped = task.out_of_service.final_date - task.out_of_service.initial_date
    assert shown["out_of_service_minutes"] == round(int(stopped.total_seconds()) / 60)
    assert dt.datetime.fromisoformat(shown["scheduled_at"]) == task.date_maintenance.replace(microsecond=0)
    assert shown["scheduled_at"].endswith("-05:00")  # Bogotá


def test_a_limit_that_fracttal_one_does_not_keep_for_us_is_kept_by_refusing(
    technician: Person, planner: Person
) -> None:
    refused = planner.caller.remote is not None
    result = technician.result("list_work_orders", limit=1)
    assert result.is_error == refused
    assert not refused or result.meta["fracttal-one/error"]["code"] == "not_permitted"
    assert planner.ask("list_work_orders", limit=1)["work_orders"]


@embedded_only
def test_costs_need_the_right_to_see_them(person: Callable[..., Person]) -> None:
    folio = folios(status=3)[0]
    assert "total_cost" in person().ask("get_work_order", folio=folio)
    assert "total_cost" not in person("technician@demo.example").ask(
        "get_work_order", folio=folios(status=3, responsible__account_email="technician@demo.example")[0]
    )


def test_arguments_that_cannot_be_used(planner: Person) -> None:
    for arguments in (
        {"status": ["closed"]},
        {"since": "yesterday"},
        {"since": "2026-01-02", "until": "2026-01-01"},
        {"since": "0001-01-01"},
        {"limit": 0},
        {"limit": 101},
        {"unknown": 1},
        {"cursor": "made-up"},
        {"cursor": "é.é"},
    ):
        assert planner.refused("list_work_orders", **arguments)["code"] == "invalid_arguments", arguments


def test_a_cursor_is_of_one_person_and_one_question(
    planner: Person, admin: Person, person: Callable[..., Person]
) -> None:
    cursor = planner.ask("list_work_orders", status=["in_process"], limit=2)["next_cursor"]
    assert planner.ask("list_work_orders", status=["in_process"], limit=50, cursor=cursor)["work_orders"]
    flipped = cursor[:-2] + ("A" if cursor[-2] != "A" else "B") + cursor[-1]
    for who, arguments in (
        (planner, {"status": ["review"], "cursor": cursor}),
        (planner, {"status": ["in_process"], "cursor": flipped}),
        (planner, {"status": ["in_process"], "cursor": "X" + cursor}),
        (admin, {"status": ["in_process"], "cursor": cursor}),
        (person("planner@demo.example", consumer_id=2), {"status": ["in_process"], "cursor": cursor}),
    ):
        assert who.refused("list_work_orders", **arguments)["code"] == "invalid_arguments"
