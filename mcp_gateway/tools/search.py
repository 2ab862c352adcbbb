"""search, in the form that ChatGPT expects."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from mcp_gateway.calls.errors import NotPermitted
from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.calls.text_matching import composed_forms, contains
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.equipment import asset_records, meter_records
from mcp_gateway.tools.kit.codes import ITEM_TYPE, number_of
from mcp_gateway.tools.kit.identifiers import bare, in_another_dress, much_like, read_code, shown_code
from mcp_gateway.tools.kit.kind_words import Named, named
from mcp_gateway.tools.kit.listing import Arguments
from mcp_gateway.tools.kit.looking import look, look_from_the_end
from mcp_gateway.tools.kit.record_kinds import KINDS
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
MOST_OF_A_KIND = 10


class SearchInput(Arguments):
    query: Annotated[
        str,
        Field(
            min_length=1,
            max_length=200,
            description="A folio, code or number, or words that a record must all contain.",
        ),
    ]


class Result(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, Field(description="Pass it to fetch.")]
    title: UntrustedText
    url: str


class SearchOutput(BaseModel):
    model_config = ConfigDict(extra="forbid")

    results: list[Result]
    notes: Annotated[list[str] | None, Field(description="What is not shown or was not examined.")] = None


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


async def search(call: Call, arguments: SearchInput) -> SearchOutput:
    """Find records by code, number, name or words.

    Exact codes, numbers and names come first, then records with all words, newest first, and people by name.
    The upstream has no search, so a limited number of pages of each kind is read. The notes say where there
    were more. A kind that the query names is searched alone, unless nothing is found there.
    """
    query = read_code(arguments.query)
    allowed = {kind: SEARCHES[kind] for kind, right in KINDS.items() if right in call.caller.rights}
    if not allowed:
        raise NotPermitted("This person may not read any kind of record that search covers.")
    meant = named(query)
    if meant is not None and SEARCHED_AS.get(meant.kind, meant.kind) in allowed:
        only = await _of_one_kind(call.upstream, meant)
        if only is not None:
            return only
    found = await asyncio.gather(
        *(_both(lookup, call.upstream, query) for lookup in allowed.values()), return_exceptions=True
    )
    results: list[Result] = []
    notes = []
    for kind, of_kind in zip(allowed, found, strict=True):
        if isinstance(of_kind, NotPermitted):  # the upstream decides, not our copy of the permissions
            continue
        if isinstance(of_kind, BaseException):
            raise of_kind
        results += of_kind.results[:MOST_OF_A_KIND]
        notes += _untold(kind, of_kind, MOST_OF_A_KIND)
    wanted = bare(query)
    results.sort(key=lambda result: bare(read_code(result.id.partition(":")[2])) != wanted)
    if len(results) > MOST_RESULTS:
        notes.append(
            f"{len(results) - MOST_RESULTS} more results are not shown: the list tools give all "
            "records of a kind."
        )
    return SearchOutput(results=results[:MOST_RESULTS], notes=notes or None)


@dataclass(slots=True)
class Found:
    """The matches of one kind; `left_out` says what was not read."""

    results: list[Result]
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class Lookup:
    """How a kind is searched: `exact` by code, number or name, `holding` by words."""

    exact: Callable[[Upstream, str], Awaitable[list[Result]]]
    holding: Callable[[Upstream, str], Awaitable[Found]]


async def _both(lookup: Lookup, upstream: Upstream, words: str) -> Found:
    exact = await lookup.exact(upstream, words)
    found = await lookup.holding(upstream, words)
    return Found(_once([*exact, *found.results]), found.left_out)


async def _of_one_kind(upstream: Upstream, meant: Named) -> SearchOutput | None:
    """Search the kind that the query names. A code or number that is found needs no further reads."""
    lookup = SEARCHES[meant.kind]
    kind = meant.kind.replace("_", " ")
    only = f"Only {'people' if kind == 'person' else f'{kind}s'} were searched, since the query names them."
    try:
        exact = await lookup.exact(upstream, meant.rest)
        if exact and meant.is_code:
            return SearchOutput(results=exact[:MOST_RESULTS], notes=[only])
        found = await lookup.holding(upstream, meant.rest)
    except NotPermitted:
        return None
    found.results = _once([*exact, *found.results])
    if not found.results:
        return None
    notes = [only, *_untold(kind, found, MOST_RESULTS)]
    return SearchOutput(results=found.results[:MOST_RESULTS], notes=notes)


def _untold(kind: str, found: Found, most: int) -> list[str]:
    more = len(found.results) - most
    untold = [f"{more} more were found and are not shown"] if more > 0 else []
    untold += [found.left_out] if found.left_out else []
    return [f"{kind.replace('_', ' ')}: {'; '.join(untold)}."] if untold else []


async def _exact_assets(upstream: Upstream, words: str) -> list[Result]:
    exact, called = await asyncio.gather(
        item_with_code(upstream, words), list_items(upstream, ItemFilter(name=words))
    )
    rows = [*([exact] if exact is not None else []), *called.rows]
    return _once(map(_asset, rows or await in_another_dress(words, partial(find_item, upstream))))


async def _assets_holding(upstream: Upstream, words: str, *, item_type: int | None = None) -> Found:
    looked = await look_from_the_end(
        partial(list_items, upstream, ItemFilter(item_type=item_type)),
        lambda row: contains(words, *asset_records.asset_texts(row)) or much_like(words, row.code),
    )
    return Found(_once(map(_asset, looked.rows)), looked.left_out)


async def _exact_orders(upstream: Upstream, words: str) -> list[Result]:
    for folio in composed_forms(words):
        if rows := await tasks_of(upstream, folio):
            return [_order(rows[0])]
    numbered = await order_records.numbered_like_the_newest(upstream, words)
    return [_order(numbered[0])] if numbered else []


async def _orders_holding(upstream: Upstream, words: str) -> Found:
    every = partial(list_tasks, upstream, TaskLine)
    looked = await look(every, lambda row: contains(words, *order_texts([row])))
    return Found(_once(map(_order, looked.rows)), looked.left_out)


async def _exact_requests(upstream: Upstream, words: str) -> list[Result]:
    exact = await find_request(upstream, int(words)) if is_number(words) else None
    return [_request(exact)] if exact is not None else []


async def _requests_holding(upstream: Upstream, words: str) -> Found:
    every = partial(list_requests, upstream)
    looked = await look(every, lambda row: contains(words, *request_records.request_texts(row)))
    return Found(_once(map(_request, looked.rows)), looked.left_out)


async def _exact_meters(upstream: Upstream, words: str) -> list[Result]:
    pages = await asyncio.gather(list_meters(upstream, serial=words), list_meters(upstream, asset=words))
    return _once(_meter(row) for page in pages for row in page.rows)


async def _meters_holding(upstream: Upstream, words: str) -> Found:
    looked = await look_from_the_end(
        partial(meter_records.page_of_meters, upstream),
        lambda row: contains(words, *meter_records.meter_texts(row)),
    )
    return Found(_once(map(_meter, looked.rows)), looked.left_out)


async def _exact_people(upstream: Upstream, words: str) -> list[Result]:
    exact = await find_person(upstream, words)
    return [_person(exact)] if exact is not None else []


async def _people_holding(upstream: Upstream, words: str) -> Found:
    every = partial(list_people, upstream)
    looked = await look(
        every, lambda row: bool(row.code) and contains(words, *person_records.person_texts(row))
    )
    return Found(_once(map(_person, looked.rows)), looked.left_out)


# Kinds that a query can name besides those of KINDS: assets of one type.
ASSETS_OF_TYPE = ("location", "tool", "spare_part")
SEARCHED_AS = dict.fromkeys(ASSETS_OF_TYPE, "asset")
SEARCHES: Mapping[str, Lookup] = {
    "asset": Lookup(_exact_assets, _assets_holding),
    "work_order": Lookup(_exact_orders, _orders_holding),
    "work_request": Lookup(_exact_requests, _requests_holding),
    "meter": Lookup(_exact_meters, _meters_holding),
    "person": Lookup(_exact_people, _people_holding),
    **{
        kind: Lookup(_exact_assets, partial(_assets_holding, item_type=number_of(ITEM_TYPE, kind)))
        for kind in ITEM_TYPE.values()
        if kind in ASSETS_OF_TYPE
    },
}


def _once(results: Iterable[Result]) -> list[Result]:
    return list({result.id: result for result in results}.values())


TOOLS = (
    Tool(
        name="search",
        title="Search",
        description=(
            "Finds assets, work orders, work requests, meters and people by folio, code, number or "
            "words. Codes, numbers and full names are always found; words only among a limited "
            "number of records of each kind. The answer says where there are more: use the list "
            "tools for complete answers."
        ),
        rights=frozenset(),
        one_of=frozenset(KINDS.values()),
        input=SearchInput,
        output=SearchOutput,
        run=search,
        plain=True,
    ),
)
