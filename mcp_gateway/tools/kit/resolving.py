"""Finds the record that a person names by its code, its name, or a part of its name.

`naming` decides which record is meant and never guesses. A database id is never taken for a name.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Annotated

from pydantic import Field

from mcp_gateway.calls.errors import InvalidArguments, NotFound, NotPermitted
from mcp_gateway.calls.text_matching import composed_forms, fold
from mcp_gateway.calls.tool import Call
from mcp_gateway.tools.kit.identifiers import GivenCode, shown_code
from mcp_gateway.tools.kit.locations import path
from mcp_gateway.tools.kit.naming import MOST_PAGES, Seen, as_far_as_they_go, look_for, the_one
from mcp_gateway.tools.kit.text import NAME, TEXT, cleaned
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.paging import pages
from mcp_gateway.upstream.resources.items import ItemFilter, ItemRow, find_item, list_items
from mcp_gateway.upstream.resources.personnel import PersonRow, find_person, list_people
from mcp_gateway.upstream.resources.work_requests import RequestRow, find_request, list_requests

LOCATION, SPARE_PART = 1, 4
_plain_number = re.compile(r"[1-9]\d{0,8}", re.ASCII)

Name = GivenCode
AssetName = Annotated[Name, Field(description="Code of the asset, or its name.")]
LocationName = Annotated[Name, Field(description="Code of the location, or its name.")]
PersonName = Annotated[Name, Field(description="Code of the person, or the name.")]


async def item_with_code(upstream: Upstream, words: str) -> ItemRow | None:
    """Find an asset by code, first as typed: two codes may differ only in Unicode composition."""
    for code in composed_forms(words):
        if (found := await find_item(upstream, code)) is not None:
            return found
    return None


async def the_asset(call: Call, words: str, *, location: bool = False) -> ItemRow:
    """Find the asset that is meant. With `location`, a location is preferred if several kinds match."""
    upstream = call.upstream
    found = await item_with_code(upstream, words)
    if found is not None:
        return found
    named = partial(list_items, upstream, ItemFilter(name=words))
    every = partial(list_items, upstream, ItemFilter(item_type=LOCATION if location else None))
    seen: Seen[ItemRow] = Seen()
    async for page in as_far_as_they_go(named, MOST_PAGES, seen):
        if len(page.rows) + len(page.unread) < page.read:  # the API has no filter by name there
            seen.exact.clear()
            break
        seen.exact += page.rows
    if location:
        seen.exact = [row for row in seen.exact if row.id_type_item == LOCATION] or seen.exact
    if not seen.exact:
        seen = await look_for(every, words, lambda row: (row.code, row.field_1, row.barcode), _asset_texts)
    if not seen.best and not call.writes and is_number(words):
        seen.others += [
            (row, fold(words)) for row in (await list_items(upstream, ItemFilter(number=int(words)))).rows
        ]
    return the_one(
        call,
        words,
        "location" if location else "asset",
        seen,
        lambda row: {
            "code": shown_code(row.code),
            "name": cleaned(row.field_1 or row.description, TEXT),
            "in": cleaned(path(row.parent_description), TEXT),
        },
        "search or list_assets(text) find assets by their words",
    )


async def asset_code(call: Call, words: str | None, *, location: bool = False) -> str | None:
    """Return the code to filter by. For a caller who may not read assets, `words` are taken as the code."""
    if words is None or "assets:view" not in call.caller.rights:
        return words
    try:
        return (await the_asset(call, words, location=location)).code
    except NotPermitted:  # the upstream decides; our copy of the permissions may be outdated
        return words


async def asset_to_filter_by(call: Call, words: str | None) -> tuple[str | None, list[str]]:
    """Return the code, and a note if it is a location.

    To filter by everything in a location, the argument is `location`.
    """
    if words is None or "assets:view" not in call.caller.rights:
        return words, []
    try:
        row = await the_asset(call, words)
    except NotPermitted:
        return words, []
    if row.id_type_item != LOCATION:
        return row.code, []
    note = "asset is a location: this covers the location itself only. Use location for everything in it."
    return row.code, [note]


async def codes_within(call: Call, location: str) -> tuple[frozenset[str], bool]:
    """Return the codes of a location and everything in it, at any depth, and whether they are complete."""
    fetch = partial(list_items, call.upstream, ItemFilter(location=location, whole_tree=True))
    codes, whole = {location}, False
    async for page in pages(fetch, most=MOST_PAGES):
        codes.update(row.code for row in page.rows)
        whole = page.is_last
    return frozenset(codes), whole


async def the_person(call: Call, words: str) -> PersonRow:
    upstream = call.upstream
    by_code = await find_person(upstream, words)
    if by_code is not None:
        return by_code
    every = partial(list_people, upstream)
    seen = await look_for(
        every,
        words,
        lambda row: (row.code, row.full_name, row.email),
        lambda row: (row.code, row.full_name, row.email),
    )
    # A former employee is meant only if no active person matches.
    seen.exact, seen.partly = _active(seen.exact), _active(seen.partly)
    return the_one(
        call,
        words,
        "person",
        seen,
        lambda row: {
            "code": shown_code(row.code) if row.code else None,
            "name": cleaned(row.full_name, NAME),
            "role": cleaned(row.groups_2_description, NAME),
            "active": row.active,
        },
        "list_people finds people",
        told=("name", "role"),
    )


def _active(people: list[PersonRow]) -> list[PersonRow]:
    return [row for row in people if row.active is not False] or people


async def person_with_code(call: Call, words: str, argument: str) -> PersonRow:
    """Find the person that `argument` of a write names. A person without a code is refused.

    Work is assigned by code. For a caller who may not read people, `words` are taken as the code.
    """
    try:
        person = await the_person(call, words)
    except (NotFound, NotPermitted):
        if "people:view" in call.caller.rights:
            raise
        return PersonRow(code=words)
    if not person.code:
        raise InvalidArguments(
            "A person without a code cannot be given work or parts.",
            fields=[{"field": argument, "problem": "has no code"}],
        )
    return person


async def responsible_person(call: Call, words: str) -> PersonRow | None:
    """Find the responsible person, None if only the words themselves can be compared.

    That is so if the caller may not read people, and for contacts of third parties, who are not in that list.
    """
    if "people:view" not in call.caller.rights:
        return None
    try:
        return await the_person(call, words)
    except (NotFound, NotPermitted):
        return None


async def the_request(call: Call, words: str) -> RequestRow:
    upstream = call.upstream
    if is_number(words):
        found = await find_request(upstream, int(words))
        if found is None:
            raise NotFound("There is no work request with that number, or this person may not see it.")
        return found
    every = partial(list_requests, upstream)
    seen = await look_for(
        every,
        words,
        lambda row: (row.description,),
        lambda row: (row.description, row.items_description, row.code_item),
        most=3,
    )
    return the_one(
        call,
        words,
        "work request",
        seen,
        lambda row: {
            "id": row.id,
            "title": cleaned(row.description, TEXT),
            "asset": cleaned(row.items_description, TEXT),
        },
        "list_work_requests(text) finds requests",
        by="id",
        told=("title", "asset"),
    )


def _asset_texts(row: ItemRow) -> tuple[str | None, ...]:
    """Return the texts in which a part of a name may match.

    There are none for spare parts, which are often named after the machine that they are for.
    """
    return () if row.id_type_item == SPARE_PART else (row.code, row.field_1, row.description)


def is_number(text: str) -> bool:
    """Say whether the text is written like a record number. 007 is a code, not 7."""
    return _plain_number.fullmatch(text) is not None
