"""search, in the form that ChatGPT expects."""

from __future__ import annotations

import asyncio
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from mcp_gateway.calls.errors import NotPermitted
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.kit.identifiers import bare, read_code
from mcp_gateway.tools.kit.kind_words import Named, named
from mcp_gateway.tools.kit.listing import Arguments
from mcp_gateway.tools.kit.record_kinds import KINDS
from mcp_gateway.tools.searched_kinds import (
    MOST_RESULTS,
    SEARCHED_AS,
    SEARCHES,
    Found,
    Lookup,
    Result,
    once,
)
from mcp_gateway.upstream import Upstream

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


class SearchOutput(BaseModel):
    model_config = ConfigDict(extra="forbid")

    results: list[Result]
    notes: Annotated[list[str] | None, Field(description="What is not shown or was not examined.")] = None


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


async def _both(lookup: Lookup, upstream: Upstream, words: str) -> Found:
    found = await lookup.holding(upstream, words)
    if found.whole and lookup.in_list:
        return found
    exact = await lookup.exact(upstream, words)
    return Found(once([*exact, *found.results]), found.left_out)


async def _of_one_kind(upstream: Upstream, meant: Named) -> SearchOutput | None:
    """Search the kind that the query names. A code or number that is found needs no further reads."""
    lookup = SEARCHES[meant.kind]
    kind = meant.kind.replace("_", " ")
    only = f"Only {'people' if kind == 'person' else f'{kind}s'} were searched, since the query names them."
    try:
        if meant.is_code and (exact := await lookup.exact(upstream, meant.rest)):
            return SearchOutput(results=exact[:MOST_RESULTS], notes=[only])
        found = await _both(lookup, upstream, meant.rest)
    except NotPermitted:
        return None
    if not found.results:
        return None
    notes = [only, *_untold(kind, found, MOST_RESULTS)]
    return SearchOutput(results=found.results[:MOST_RESULTS], notes=notes)


def _untold(kind: str, found: Found, most: int) -> list[str]:
    more = len(found.results) - most
    untold = [f"{more} more were found and are not shown"] if more > 0 else []
    untold += [found.left_out] if found.left_out else []
    return [f"{kind.replace('_', ' ')}: {'; '.join(untold)}."] if untold else []


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
