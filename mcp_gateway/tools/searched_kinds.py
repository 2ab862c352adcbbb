"""How search finds the records of each kind: exactly, and by the words that they hold."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.calls.text_matching import composed_forms, contains
from mcp_gateway.tools.equipment import asset_records, meter_records
from mcp_gateway.tools.kit.codes import ITEM_TYPE, number_of
from mcp_gateway.tools.kit.identifiers import in_another_dress, much_like, shown_code
from mcp_gateway.tools.kit.looking import look, look_from_the_end
from mcp_gateway.tools.kit.resolving import is_number, item_with_code
from mcp_gateway.tools.kit.text import UntrustedText
from mcp_gateway.tools.parties import person_records
from mcp_gateway.tools.work import order_records, request_records
from mcp_gateway.tools.work.order_shapes import order_texts
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.resources.items import ItemFilter, ItemRow, find_item, list_items
from mcp_gateway.upstream.resources.meters import MeterRow, list_meters
from mcp_gateway.upstream.resources.personnel import PersonRow, find_person, list_people
from mcp_gateway.upstream.resources.work_orders import TaskLine, list_tasks, tasks_of
from mcp_gateway.upstream.resources.work_requests import RequestRow, find_request, list_requests

MOST_RESULTS = 25


class Result(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, Field(description="Pass it to fetch.")]
    title: UntrustedText
    url: str


def _asset(row: ItemRow) -> Result:
    return Result(
        id=f"asset:{shown_code(row.code)}",
        title=row.description or row.code,
        url=record_url("assets", row.code),
    )


def _order(row: TaskLine) -> Result:
    return Result(
        id=f"work_order:{shown_code(row.wo_folio)}",
        title=f"{row.wo_folio} · {row.description or ''} · {row.items_log_description or ''}",
        url=record_url("work-orders", row.wo_folio),
    )


def _request(row: RequestRow) -> Result:
    return Result(
        id=f"work_request:{row.id}",
        title=f"{row.id} · {row.description or ''}",
        url=record_url("work-requests", row.id),
    )


def _meter(row: MeterRow) -> Result:
    return Result(
        id=f"meter:{row.id}",
        title=f"{row.serial or row.id} · {row.description or ''} · {row.items_description or row.code or ''}",
        url=record_url("meters", row.id),
    )


def _person(row: PersonRow) -> Result:
    return Result(
        id=f"person:{shown_code(row.code or '')}",
        title=row.full_name,
        url=record_url("people", row.code or ""),
    )


@dataclass(slots=True)
class Found:
    """The matches of one kind. `left_out` says what was not read, `whole` that every record was."""

    results: list[Result]
    left_out: str = ""
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Lookup:
    """How a kind is searched: `exact` by code, number or name, `holding` by words.

    With `in_list`, what `exact` finds is among the results of `holding` if that read every record.
    """

    exact: Callable[[Upstream, str], Awaitable[list[Result]]]
    holding: Callable[[Upstream, str], Awaitable[Found]]
    in_list: bool = True


async def _exact_assets(upstream: Upstream, words: str) -> list[Result]:
    exact, called = await asyncio.gather(
        item_with_code(upstream, words), list_items(upstream, ItemFilter(name=words))
    )
    rows = [*([exact] if exact is not None else []), *called.rows]
    return once(map(_asset, rows or await in_another_dress(words, partial(find_item, upstream))))


async def _assets_holding(upstream: Upstream, words: str, *, item_type: int | None = None) -> Found:
    looked = await look_from_the_end(
        partial(list_items, upstream, ItemFilter(item_type=item_type)),
        lambda row: contains(words, *asset_records.asset_texts(row)) or much_like(words, row.code),
    )
    looked.rows.sort(key=lambda row: not _is_called(words, row.code, row.field_1))
    return Found(once(map(_asset, looked.rows)), looked.left_out, looked.whole)


async def _exact_orders(upstream: Upstream, words: str) -> list[Result]:
    if not any(map(str.isdigit, words)):
        return []  # a folio has a number
    for folio in composed_forms(words):
        if rows := await tasks_of(upstream, folio):
            return [_order(rows[0])]
    numbered = await order_records.numbered_like_the_newest(upstream, words)
    return [_order(numbered[0])] if numbered else []


async def _orders_holding(upstream: Upstream, words: str) -> Found:
    every = partial(list_tasks, upstream, TaskLine)
    looked = await look(every, lambda row: contains(words, *order_texts([row])), enough=_are_enough)
    return Found(once(map(_order, looked.rows)), looked.left_out)


async def _exact_requests(upstream: Upstream, words: str) -> list[Result]:
    exact = await find_request(upstream, int(words)) if is_number(words) else None
    return [_request(exact)] if exact is not None else []


async def _requests_holding(upstream: Upstream, words: str) -> Found:
    every = partial(list_requests, upstream)
    looked = await look(
        every, lambda row: contains(words, *request_records.request_texts(row)), enough=_are_enough
    )
    return Found(once(map(_request, looked.rows)), looked.left_out)


async def _exact_meters(upstream: Upstream, words: str) -> list[Result]:
    pages = await asyncio.gather(list_meters(upstream, serial=words), list_meters(upstream, asset=words))
    return once(_meter(row) for page in pages for row in page.rows)


async def _meters_holding(upstream: Upstream, words: str) -> Found:
    looked = await look_from_the_end(
        partial(meter_records.page_of_meters, upstream),
        lambda row: contains(words, *meter_records.meter_texts(row)),
    )
    looked.rows.sort(key=lambda row: not _is_called(words, row.serial, row.code))
    return Found(once(map(_meter, looked.rows)), looked.left_out, looked.whole)


async def _exact_people(upstream: Upstream, words: str) -> list[Result]:
    exact = await find_person(upstream, words)
    return [_person(exact)] if exact is not None else []


async def _people_holding(upstream: Upstream, words: str) -> Found:
    every = partial(list_people, upstream)
    looked = await look(
        every, lambda row: bool(row.code) and contains(words, *person_records.person_texts(row))
    )
    looked.rows.sort(key=lambda row: not _is_called(words, row.code))
    return Found(once(map(_person, looked.rows)), looked.left_out, looked.whole)


# Kinds that a query can name besides those of KINDS: assets of one type.
ASSETS_OF_TYPE = ("location", "tool", "spare_part")

SEARCHED_AS = dict.fromkeys(ASSETS_OF_TYPE, "asset")

SEARCHES: Mapping[str, Lookup] = {
    "asset": Lookup(_exact_assets, _assets_holding),
    "work_order": Lookup(_exact_orders, _orders_holding, in_list=False),
    "work_request": Lookup(_exact_requests, _requests_holding, in_list=False),
    "meter": Lookup(_exact_meters, _meters_holding),
    "person": Lookup(_exact_people, _people_holding),
    **{
        kind: Lookup(_exact_assets, partial(_assets_holding, item_type=number_of(ITEM_TYPE, kind)))
        for kind in ITEM_TYPE.values()
        if kind in ASSETS_OF_TYPE
    },
}


def _are_enough(rows: Sequence[TaskLine] | Sequence[RequestRow]) -> bool:
    """Say whether no further record would be shown."""
    return len({row.wo_folio if isinstance(row, TaskLine) else row.id for row in rows}) > MOST_RESULTS


def _is_called(words: str, *names: str | None) -> bool:
    """Say whether one of these is what the words say, spelled in any way."""
    return any(name is not None and much_like(words, name) for name in names)


def once(results: Iterable[Result]) -> list[Result]:
    return list({result.id: result for result in results}.values())
