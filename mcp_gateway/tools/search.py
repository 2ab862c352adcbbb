"""search, in the form that ChatGPT expects."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from mcp_gateway.calls.errors import NotPermitted
from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.calls.text_matching import composed_forms, contains
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.equipment import asset_records, meter_records
from mcp_gateway.tools.kit.identifiers import bare, in_another_dress, much_like, read_code, shown_code
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
# Words that people write before a code or number, without case and accents.
KIND_WORDS = {
    **dict.fromkeys(("solicitud", "solicitacao", "pedido", "request", "work request", "solicitud de trabajo",
                     "solicitacao de trabalho", "ss", "st", "chamado"), "work_request"),
    **dict.fromkeys(order_records.ORDER_WORDS - {""}, "work_order"),
    **dict.fromkeys(("medidor", "meter", "contador", "counter", "horometro", "horimetro"), "meter"),
    **dict.fromkeys(("activo", "asset", "ativo", "equipo", "equipamento", "equipment"), "asset"),
    **dict.fromkeys(("persona", "pessoa", "person", "tecnico", "technician"), "person"),
}  # fmt: skip


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
    were more.
    """
    query = read_code(arguments.query)
    kind, words = meant(query)
    allowed = [kind for kind, right in KINDS.items() if right in call.caller.rights]
    if not allowed:
        raise NotPermitted("This person may not read any kind of record that search covers.")
    found = await asyncio.gather(
        *(SEARCHES[each](call.upstream, words if each == kind else query) for each in allowed),
        return_exceptions=True,
    )
    first: list[Result] = []
    others: list[Result] = []
    notes = []
    for each, of_kind in zip(allowed, found, strict=True):
        if isinstance(of_kind, NotPermitted):  # the upstream decides, not our copy of the permissions
            continue
        if isinstance(of_kind, BaseException):
            raise of_kind
        (first if each == kind else others).extend(of_kind.results[:MOST_OF_A_KIND])
        more = len(of_kind.results) - MOST_OF_A_KIND
        untold = [f"{more} more were found and are not shown"] if more > 0 else []
        untold += [of_kind.left_out] if of_kind.left_out else []
        if untold:
            notes.append(f"{each.replace('_', ' ')}: {'; '.join(untold)}.")
    wanted = bare(words)
    others.sort(key=lambda result: bare(read_code(result.id.partition(":")[2])) != wanted)
    results = [*first, *others]
    if len(results) > MOST_RESULTS:
        notes.append(
            f"{len(results) - MOST_RESULTS} more results are not shown: the list tools give all "
            "records of a kind."
        )
    return SearchOutput(results=results[:MOST_RESULTS], notes=notes or None)


def meant(query: str) -> tuple[str | None, str]:
    """Split off the kind that is named before a code or number, in three languages: solicitud 359."""
    *before, last = query.split()
    kind = KIND_WORDS.get(bare(" ".join(before)))
    return (kind, last) if kind is not None and any(map(str.isdigit, last)) else (None, query)


@dataclass(slots=True)
class Found:
    """The matches of one kind; `left_out` says what was not read."""

    results: list[Result]
    left_out: str = ""


async def _search_assets(upstream: Upstream, words: str) -> Found:
    every = partial(list_items, upstream)
    named = (await list_items(upstream, ItemFilter(name=words))).rows
    exact = await item_with_code(upstream, words)
    rows = [*([exact] if exact is not None else []), *named]
    if not rows:
        rows += await in_another_dress(words, partial(find_item, upstream))
    looked = await look_from_the_end(
        every, lambda row: contains(words, *asset_records.asset_texts(row)) or much_like(words, row.code)
    )
    return Found(_once(_asset(row) for row in [*rows, *looked.rows]), looked.left_out)


async def _search_orders(upstream: Upstream, words: str) -> Found:
    every = partial(list_tasks, upstream, TaskLine)
    exact: Sequence[TaskLine] = ()
    for folio in composed_forms(words):
        exact = exact or await tasks_of(upstream, folio)
    looked = await look(every, lambda row: contains(words, *order_texts([row])))
    if not exact:
        exact = await order_records.numbered_like_the_newest(upstream, words) or ()
    return Found(_once(_order(row) for row in [*exact[:1], *looked.rows]), looked.left_out)


async def _search_requests(upstream: Upstream, words: str) -> Found:
    every = partial(list_requests, upstream)
    exact = await find_request(upstream, int(words)) if is_number(words) else None
    looked = await look(every, lambda row: contains(words, *request_records.request_texts(row)))
    rows = [*([exact] if exact is not None else []), *looked.rows]
    return Found(_once(_request(row) for row in rows), looked.left_out)


async def _search_meters(upstream: Upstream, words: str) -> Found:
    exact = (await list_meters(upstream, serial=words)).rows
    on_asset = (await list_meters(upstream, asset=words)).rows
    looked = await look_from_the_end(
        partial(meter_records.page_of_meters, upstream),
        lambda row: contains(words, *meter_records.meter_texts(row)),
    )
    rows = [*exact, *on_asset, *looked.rows]
    return Found(_once(_meter(row) for row in rows), looked.left_out)


async def _search_people(upstream: Upstream, words: str) -> Found:
    every = partial(list_people, upstream)
    exact = await find_person(upstream, words)
    looked = await look(
        every, lambda row: bool(row.code) and contains(words, *person_records.person_texts(row))
    )
    rows = [*([exact] if exact is not None else []), *looked.rows]
    return Found(_once(_person(row) for row in rows), looked.left_out)


SEARCHES: Mapping[str, Callable[[Upstream, str], Awaitable[Found]]] = {
    "asset": _search_assets,
    "work_order": _search_orders,
    "work_request": _search_requests,
    "meter": _search_meters,
    "person": _search_people,
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
