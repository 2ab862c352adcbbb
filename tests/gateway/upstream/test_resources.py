"""Rows are filtered again by the client, because the upstream ignores unknown filters."""

from __future__ import annotations

import datetime as dt

import pytest

from mcp_gateway.calls.errors import OutcomeUnknown, UpstreamNotUnderstood
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.paging import pages
from mcp_gateway.upstream.resources import availability, items, meters, work_orders, work_requests
from mcp_gateway.upstream.rows import Page, Period
from tests.gateway.upstream.conftest import Scripted, good

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
DAY = Period(NOON - dt.timedelta(days=1), NOON + dt.timedelta(days=1), "creation_date")


async def test_a_period_goes_out_whole_and_is_checked(scripted: Scripted, upstream: Upstream) -> None:
    scripted.script = [
        good(
            [
                {"wo_folio": 15088, "creation_date": "2026-03-01T12:00:00.404671+00:00"},
                {"wo_folio": "OLD", "creation_date": "2020-03-01T12:00:00+00:00"},
                {"wo_folio": "NONE", "creation_date": None},
                {"wo_folio": "EMPTY", "creation_date": ""},
            ],
            total=121_206,
        )
    ]
    page = await work_orders.list_tasks(upstream, work_orders.TaskRow, work_orders.TaskFilter(period=DAY))
    assert [row.wo_folio for row in page.rows] == ["15088"]
    assert (page.read, page.offsets, page.counted) == (4, [0], None)
    query = scripted.seen[0].raw_path
    for part in (
        "since=2026-02-28T12%3A00%3A00",
        "until=2026-03-02T12",
        "type_date=creation_date",
        "%2B00%3A00",
    ):
        assert part in query


async def test_ignored_filters_do_not_let_other_rows_in(scripted: Scripted, upstream: Upstream) -> None:
    scripted.script = [
        good([{"code": "A", "id_type_item": 2, "active": True}, {"code": "B", "id_type_item": 1}])
    ]
    page = await items.list_items(upstream, items.ItemFilter(item_type=2))
    assert [row.code for row in page.rows] == ["A"]
    assert await items.find_item(upstream, "Z") is None
    scripted.script = [good([{"id": 1, "id_status": 4, "code_item": "A"}])]
    assert not (await work_requests.list_requests(upstream, status=5)).rows
    assert not (await work_requests.list_requests(upstream, asset="B")).rows
    scripted.script = [good([{"id": 1, "code": "A", "initial_date": "2020-01-01T00:00:00Z"}])]
    period = Period(DAY.since, DAY.until, "initial_date")
    assert not (await availability.list_outages(upstream, period=period)).rows
    scripted.script = [good([{"id": 1, "code": "A", "serial": "S"}])]
    assert not (await meters.list_meters(upstream, serial="T")).rows


@pytest.mark.parametrize(
    "row", [{}, {"wo_folio": None}, {"wo_folio": "A", "creation_date": "never"}, {"wo_folio": ["A"]}]
)
async def test_a_row_that_makes_no_sense(
    scripted: Scripted, upstream: Upstream, row: dict[str, object]
) -> None:
    scripted.script = [good([row])]
    for period in (None, DAY):
        page = await work_orders.list_tasks(
            upstream, work_orders.TaskRow, work_orders.TaskFilter(period=period)
        )
        assert (page.rows, page.read, len(page.unread)) == ([], 1, 1)
    assert upstream.gaps.rows_unread == 1


async def test_the_same_page_again_is_noticed(scripted: Scripted, upstream: Upstream) -> None:
    scripted.script = [good([{"code": f"A{n}"} for n in range(100)], total=1000)]

    async def fetch(start: int, size: int) -> Page[items.ItemRow]:
        return await items.list_items(upstream, start=start, size=size)

    with pytest.raises(UpstreamNotUnderstood, match="same page twice"):
        [page async for page in pages(fetch, most=10)]
    assert len(scripted.seen) == 3  # the first row is read again, in case records moved down


async def test_a_row_that_moved_to_the_next_page_is_no_repeat(scripted: Scripted, upstream: Upstream) -> None:
    """Somebody added a record in the meantime: the last row of a page is the first of the next one."""
    others: list[dict[str, object]] = [{"code": f"X{n}", "active": False} for n in range(99)]
    kept: dict[str, object] = {"code": "A", "active": True}
    scripted.script = [good([*others, kept], total=150), good([kept, *others[:49]], total=150)]

    async def fetch(start: int, size: int) -> Page[items.ItemRow]:
        return await items.list_items(upstream, items.ItemFilter(active=True), start=start, size=size)

    assert [[row.code for row in page.rows] async for page in pages(fetch, most=10)] == [["A"], ["A"]]


async def test_pages_end_where_the_rows_end(scripted: Scripted, upstream: Upstream) -> None:
    full = [{"code": f"A{n}"} for n in range(100)]
    scripted.script = [good(full, total="x"), good([{"code": "B"}], total="x"), good([], total="x")]

    async def fetch(start: int, size: int) -> Page[items.ItemRow]:
        return await items.list_items(upstream, start=start, size=size)

    assert [page.read async for page in pages(fetch, most=10)] == [100, 1, 0]
    assert "start=100" in scripted.seen[1].raw_path
    assert "start=101" in scripted.seen[2].raw_path  # one row of a hundred does not prove the end
    assert [page.read async for page in pages(fetch, most=1)] == [0]


async def test_an_order_that_another_one_is_given_for(scripted: Scripted, upstream: Upstream) -> None:
    scripted.script = [good([{"wo_folio": "OTHER"}])]
    assert await work_orders.tasks_of(upstream, "OT-1") == []


@pytest.mark.parametrize("data", [[], [{}], [{"id": "x"}], [{"id": True}]])
async def test_a_created_record_without_a_number_is_unknown(
    scripted: Scripted, upstream: Upstream, data: list[dict[str, object]]
) -> None:
    scripted.script = [good(data)]
    with pytest.raises(OutcomeUnknown):
        await work_requests.create_request(
            upstream,
            title="t",
            user_code="u",
            requested_by="r",
            incident_at=NOON,
            urgent=False,
            asset=None,
            details=None,
        )
