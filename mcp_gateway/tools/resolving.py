"""From what a person calls a record to the record: its code, its name, or a piece of its name.

One fits: it is taken. Several: Ambiguous, with candidates. None: NotFound, with what has a name much like
that, for the person to choose from. It never guesses: what fits among the records that could be looked at
is only a candidate while others could not, and a write takes a whole code or name only. Numbers that a
database counts its rows by are no names: they are never taken for one.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic

from pydantic import Field

from mcp_gateway.errors import Ambiguous, InvalidArguments, NotFound, NotPermitted
from mcp_gateway.registry import Call
from mcp_gateway.tools.identifiers import GivenCode, bare, much_like, shown_code
from mcp_gateway.tools.resembling import resembling
from mcp_gateway.tools.text import NAME, TEXT, cleaned, composed_forms, fold
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.items import ItemRow, find_item, list_items
from mcp_gateway.upstream.paging import Fetch, NoFurther, pages
from mcp_gateway.upstream.personnel import PersonRow, list_people
from mcp_gateway.upstream.rows import Page, R
from mcp_gateway.upstream.work_requests import RequestRow, find_request, list_requests

MOST_PAGES = 10  # looked through for one name
MOST_CANDIDATES = 10
SHORTEST_WORD = 3  # a piece of a name: less would fit half the plant
LOCATION, SPARE_PART = 1, 4
_word = re.compile(r"\w+")
_figure = re.compile(r"\d")
_plain_number = re.compile(r"[1-9]\d{0,8}", re.ASCII)

Name = GivenCode
AssetName = Annotated[Name, Field(description="Code of the asset, or its name.")]
LocationName = Annotated[Name, Field(description="Code of the location, or its name.")]
PersonName = Annotated[Name, Field(description="Code of the person, or the name.")]


@dataclass(slots=True)
class _Seen(Generic[R]):
    """What fits: by its whole name or code, by one with other joints (CMP02 for CMP-02), or by a piece of
    it; and whether all could be looked at. `others` do not, with their folded texts."""

    exact: list[R] = field(default_factory=list)
    alike: list[R] = field(default_factory=list)
    partly: list[R] = field(default_factory=list)
    others: list[tuple[R, str]] = field(default_factory=list)
    all_of_them: bool = False

    @property
    def best(self) -> list[R]:
        return self.exact or self.alike or self.partly


async def item_with_code(upstream: Upstream, words: str) -> ItemRow | None:
    """The code as it was typed goes first: two codes may differ by how their letters are composed alone."""
    for code in composed_forms(words):
        if (found := await find_item(upstream, code)) is not None:
            return found
    return None


async def the_asset(call: Call, words: str, *, place: bool = False) -> ItemRow:
    """The asset that is meant; with `place`, a location where several kinds fit."""
    upstream: Upstream = call.upstream
    found = await item_with_code(upstream, words)
    if found is not None:
        return found

    async def named(start: int, size: int) -> Page[ItemRow]:
        return await list_items(upstream, name=words, start=start, size=size)

    async def every(start: int, size: int) -> Page[ItemRow]:
        return await list_items(upstream, item_type=LOCATION if place else None, start=start, size=size)

    by_name = list((await named(0, MOST_CANDIDATES)).rows)
    if place:
        by_name = [row for row in by_name if row.id_type_item == LOCATION] or by_name
    if by_name:
        seen = _Seen(exact=by_name, all_of_them=True)
    else:
        seen = await _look(every, words, lambda row: (row.code, row.field_1, row.barcode), _asset_texts)
    if not seen.best and not call.writes and is_number(words):
        seen.others += [(row, fold(words)) for row in (await list_items(upstream, number=int(words))).rows]
    return _one(
        call,
        words,
        "location" if place else "asset",
        seen,
        lambda row: {
            "code": shown_code(row.code),
            "name": cleaned(row.field_1 or row.description, TEXT),
            "in": cleaned(row.parent_description, TEXT),
        },
        "search or list_assets(text) find assets by their words",
    )


async def asset_code(call: Call, words: str | None, *, place: bool = False) -> str | None:
    """The code to filter by. Who may not read assets has to know codes: `words` are then taken as one."""
    if words is None or "assets:view" not in call.caller.rights:
        return words
    try:
        return (await the_asset(call, words, place=place)).code
    except NotPermitted:  # the upstream knows better than our copy of the rights
        return words


async def asset_to_filter_by(call: Call, words: str | None) -> tuple[str | None, list[str]]:
    """The code, and a note where a place is meant: what stands in it is asked for with `location`."""
    if words is None or "assets:view" not in call.caller.rights:
        return words, []
    try:
        row = await the_asset(call, words)
    except NotPermitted:
        return words, []
    if row.id_type_item != LOCATION:
        return row.code, []
    note = "asset is a location: only what is about the place itself is here; location asks for all in it."
    return row.code, [note]


async def codes_within(call: Call, place: str) -> tuple[frozenset[str], bool]:
    """Codes of a place and of all that stands in it, at any depth; and whether these are all."""

    async def fetch(start: int, size: int) -> Page[ItemRow]:
        return await list_items(call.upstream, location=place, whole_tree=True, start=start, size=size)

    codes, whole = {place}, False
    async for page in pages(fetch, most=MOST_PAGES):
        codes.update(row.code for row in page.rows)
        whole = page.is_last
    return frozenset(codes), whole


async def the_person(call: Call, words: str) -> PersonRow:
    upstream: Upstream = call.upstream
    by_code = (await list_people(upstream, code=words, size=2)).rows
    if by_code:
        return by_code[0]

    async def every(start: int, size: int) -> Page[PersonRow]:
        return await list_people(upstream, start=start, size=size)

    seen = await _look(
        every,
        words,
        lambda row: (row.code, row.full_name, row.email),
        lambda row: (row.code, row.full_name, row.email),
    )
    # Somebody who has left is meant only where nobody who is there fits as well.
    seen.exact, seen.partly = _active(seen.exact), _active(seen.partly)
    return _one(
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
    )


def _active(people: list[PersonRow]) -> list[PersonRow]:
    return [row for row in people if row.active is not False] or people


async def person_with_code(call: Call, words: str, argument: str) -> PersonRow:
    """The person that `argument` of a write means. Work is given to codes: who has none is refused.

    Who may not read people has to know codes: `words` are then taken as one.
    """
    try:
        person = await the_person(call, words)
    except (NotFound, NotPermitted):
        if "people:view" in call.caller.rights:
            raise
        return PersonRow(code=words)
    if not person.code:
        raise InvalidArguments(
            "Who has no code cannot be given work or parts.",
            fields=[{"field": argument, "problem": "has no code"}],
        )
    return person


async def responsible_code(call: Call, words: str) -> str | None:
    """The code of who is responsible, None where only the words can tell.

    They can where the caller may not read people, and for contacts of third parties, who are not among them.
    """
    if "people:view" not in call.caller.rights:
        return None
    try:
        return (await the_person(call, words)).code
    except (NotFound, NotPermitted):
        return None


async def the_request(call: Call, words: str) -> RequestRow:
    upstream: Upstream = call.upstream
    if is_number(words):
        found = await find_request(upstream, int(words))
        if found is None:
            raise NotFound("There is no work request with that number, or not for this person.")
        return found

    async def every(start: int, size: int) -> Page[RequestRow]:
        return await list_requests(upstream, start=start, size=size)

    seen = await _look(
        every,
        words,
        lambda row: (row.description,),
        lambda row: (row.description, row.items_description, row.code_item),
        most=3,
    )
    return _one(
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
    )


def _asset_texts(row: ItemRow) -> tuple[str | None, ...]:
    """Spare parts are often named after what they are for: a piece of a name never means them."""
    return () if row.id_type_item == SPARE_PART else (row.code, row.field_1, row.description)


async def _as_far_as_they_go(fetch: Fetch[R], most: int, seen: _Seen[R]) -> AsyncIterator[Page[R]]:
    with contextlib.suppress(NoFurther):
        async for page in pages(fetch, most=most):
            seen.all_of_them = page.is_last
            yield page


async def _look(
    fetch: Fetch[R],
    words: str,
    names: Callable[[R], Sequence[str | None]],
    texts: Callable[[R], Sequence[str | None]],
    most: int = MOST_PAGES,
) -> _Seen[R]:
    seen: _Seen[R] = _Seen()
    wanted = bare(words)
    telling = any(len(word) >= SHORTEST_WORD for word in _word.findall(wanted))
    async for page in _as_far_as_they_go(fetch, most, seen):
        for row in page.rows:
            if any(bare(name) == wanted for name in names(row) if name):
                seen.exact.append(row)
            elif any(much_like(name, words) for name in names(row) if name):
                seen.alike.append(row)
            elif telling and _holds(wanted.split(), texts(row)):
                seen.partly.append(row)
            elif not seen.best:
                seen.others.append((row, fold(" ".join(filter(None, texts(row))))))
    # The closest first: where little stands around the words.
    seen.partly.sort(key=lambda row: sum(len(name or "") for name in names(row)))
    return seen


def _holds(pieces: Sequence[str], texts: Sequence[str | None]) -> bool:
    """Whether each piece stands in the texts. One with a figure is a whole word there: P-10 is no P-101."""
    text = bare(" ".join(filter(None, texts)))
    return all(
        piece in text
        and (not _figure.search(piece) or re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", text) is not None)
        for piece in pieces
    )


def _one(
    call: Call,
    words: str,
    kind: str,
    seen: _Seen[R],
    shown: Callable[[R], dict[str, Any]],
    elsewhere: str,
) -> R:
    def to_choose_from(rows: Sequence[R]) -> list[dict[str, Any]]:
        return [{name: value for name, value in shown(row).items() if value is not None} for row in rows]

    best = seen.best
    if not best:
        similar = to_choose_from(resembling(words, seen.others))
        none = (
            f"No {kind} has that code or name, or not for this person"
            if seen.all_of_them
            else f"No {kind} with that name among the first that were looked at: use its code"
        )
        if similar:
            raise NotFound(f"{none}. Ask whether one of the similar ones is meant.", candidates=similar)
        raise NotFound(f"{none}; {elsewhere}.")
    sure = bool(seen.exact) if not call.writes else seen.exact and seen.all_of_them
    if len(best) == 1 and (sure or (seen.all_of_them and not call.writes)):
        return best[0]
    candidates = to_choose_from(best[:MOST_CANDIDATES])
    more = len(best) - len(candidates)
    raise Ambiguous(
        f"Several {kind}s fit: ask which one is meant and use its code."
        if len(best) > 1
        else f"One {kind} is called like that, but not exactly: if it is the one that is meant, use its code."
        if seen.all_of_them
        else f"One {kind} fits, but not all could be looked at: if it is the one, use its code.",
        candidates=candidates,
        candidates_left_out=more,
    )


def is_number(text: str) -> bool:
    """As numbers of records are written: 007 is a code and not 7."""
    return _plain_number.fullmatch(text) is not None
