"""Paging while records change: each record is shown once, whatever happens to those before it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Company
from maintenance.models import Item, PendingTask, RequestStatus, WorkOrder, WorkOrderStatus, WorkRequest
from mcp_gateway.calls.cursors import MAX_LENGTH
from tests.gateway.tools.conftest import Person

DEMO = {"company__slug": "demo"}


Rows = list[dict[str, Any]]


def in_order(admin: Person, tool: str, plural: str, work: Callable[[Rows], None], **arguments: Any) -> Rows:
    """Read all pages; between two pages, change the records that were just shown."""
    shown: Rows = []
    cursor: dict[str, str] = {}
    for _ in range(100):
        page = admin.ask(tool, **arguments, **cursor)
        shown += page[plural]
        if not page["has_more"]:
            return shown
        work(page[plural])
        cursor = {"cursor": page["next_cursor"]}
    raise AssertionError("the pages do not end")


@pytest.mark.parametrize("date_kind", [{}, {"date_kind": "incident", "since": "2020-01-01"}])
def test_requests_that_are_triaged(admin: Person, date_kind: dict[str, str]) -> None:
    waiting = WorkRequest.objects.filter(**DEMO, status=RequestStatus.OPEN_STATUS).order_by("-date", "-pk")
    expected = list(waiting.values_list("pk", flat=True))
    assert len(expected) > 6

    def triage(page: Rows) -> None:
        for row in page:
            admin.ask("update_work_request", id=row["id"], status="in_process")

    shown = in_order(
        admin, "list_work_requests", "work_requests", triage, status=["open"], limit=3, **date_kind
    )
    try:
        assert [row["id"] for row in shown] == expected
    finally:
        WorkRequest.objects.filter(pk__in=expected).update(status=RequestStatus.OPEN_STATUS)


@pytest.mark.parametrize("arguments", [{}, {"text": "a"}], ids=["plain", "looked through"])
def test_requests_that_arrive_meanwhile_are_not_shown_twice(admin: Person, arguments: dict[str, str]) -> None:
    company = Company.objects.get(slug="demo")
    model = WorkRequest.objects.filter(**DEMO, date__lt=timezone.now()).order_by("-date")[0]
    made: list[int] = []

    def arrive(page: Rows) -> None:
        for _ in range(7 if len(made) < 50 else 0):
            row = WorkRequest.objects.get(pk=model.pk)
            row.pk, row.company, row.date = None, company, timezone.now()
            row._state.adding = True
            row.save()
            made.append(row.pk)

    if arguments:
        arguments = {"text": (model.description or "")[:2]}
    try:
        shown = in_order(admin, "list_work_requests", "work_requests", arrive, limit=20, **arguments)
        numbers = [row["id"] for row in shown]
        assert len(numbers) == len(set(numbers))
        if not arguments:
            before = WorkRequest.objects.filter(**DEMO).exclude(pk__in=made)
            assert numbers == list(before.order_by("-date", "-pk").values_list("pk", flat=True))
    finally:
        WorkRequest.objects.filter(pk__in=made).delete()


def test_pending_tasks_of_which_orders_are_made(admin: Person) -> None:
    until = timezone.now() + dt.timedelta(days=3)
    waiting = PendingTask.objects.filter(**DEMO, order_task=None, cal_date_maintenance__lte=until)
    expected = list(waiting.order_by("cal_date_maintenance", "pk").values_list("pk", flat=True))[:40]
    assert len(expected) > 9
    done: list[int] = []

    def plan(page: Rows) -> None:
        numbers = [row["id"] for row in page]
        if len(done) < 12:
            admin.ask("create_work_order", source="pending", pending_tasks=numbers, responsible="TEC-01")
        done.extend(numbers)

    shown = in_order(admin, "list_pending_tasks", "pending_tasks", plan, until=until.isoformat(), limit=4)
    assert [row["id"] for row in shown][: len(expected)] == expected


def test_orders_that_are_moved_on(admin: Person) -> None:
    mine = WorkOrder.objects.filter(**DEMO, status=WorkOrderStatus.REVIEW).order_by("-creation_date", "-pk")
    expected = list(mine.values_list("folio", flat=True))
    assert len(expected) > 6

    def back(page: Rows) -> None:
        for row in page:
            admin.ask("update_work_order", folio=row["folio"], status="in_process")

    shown = in_order(admin, "list_work_orders", "work_orders", back, status=["review"], limit=4)
    try:
        assert [row["folio"] for row in shown] == expected
    finally:
        WorkOrder.objects.filter(**DEMO, folio__in=expected).update(status=WorkOrderStatus.REVIEW)


def test_assets_that_are_switched_off(admin: Person) -> None:
    tools = Item.objects.filter(**DEMO, type=3, active=True).order_by("pk")
    expected = list(tools.values_list("code", flat=True))
    assert len(expected) > 6

    def switch_off(page: Rows) -> None:
        for row in page:
            admin.ask("update_asset", asset=row["code"], active=False)

    shown = in_order(admin, "list_assets", "assets", switch_off, type="tool", active=True, limit=3)
    try:
        assert [row["code"] for row in shown] == expected
    finally:
        Item.objects.filter(**DEMO, code__in=expected).update(active=True)


def test_a_cursor_of_ours_is_taken_however_long_its_place_is_called(admin: Person) -> None:
    """M22: 119 letters of three bytes each."""
    company = Company.objects.get(slug="demo")
    code = "線" * 119
    place = Item(
        company=company, code=code, type=1, field_1="長", description="長", parent_description="// ",
        ancestors="/",
    )  # fmt: skip
    place.save()
    below = [
        Item(
            company=company, code=f"CJK-{number}", type=2, field_1=f"機 {number}", description="機",
            parent=place, ancestors=place.subtree, parent_description="// 長/ ",
        )
        for number in range(5)
    ]  # fmt: skip
    Item.objects.bulk_create(below)
    try:
        first = admin.ask("list_assets", location=code, limit=2)
        assert len(first["next_cursor"]) > 512
        assert len(first["next_cursor"]) <= MAX_LENGTH
        rows = admin.everything("list_assets", "assets", location=code, limit=2)
        assert [row["code"] for row in rows] == [item.code for item in below]
        orders = admin.ask("list_work_orders", location=code)
        assert orders["work_orders"] == []
        assert admin.everything("list_work_requests", "work_requests", location=code, limit=2) == []
    finally:
        Item.objects.filter(code__startswith="CJK-").delete()
        place.delete()
