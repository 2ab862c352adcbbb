"""/personnel: people who do or request work. Some have an account."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from functools import partial
from typing import Any

from mcp_gateway.upstream.client import Upstream
from mcp_gateway.upstream.http import Query
from mcp_gateway.upstream.paging import NoFurther, pages
from mcp_gateway.upstream.rows import PAGE_SIZE, Flag, Page, Row, Whole, page_of, the_only

MOST_PAGES = 60  # to find a person by account; about a third of a company's requests per minute


class PersonRow(Row):
    code: str | None = None
    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    active: Flag = None
    telephone: str | None = None
    asset_location_description: str | None = None
    description_work_shifts: str | None = None
    groups_1_description: str | None = None
    groups_2_description: str | None = None
    only_request: Flag = None
    account_email: str | None = None
    account_active: Flag = None
    id_account: Whole = None
    groups_permissions_description: str | None = None

    @property
    def full_name(self) -> str:
        return self.name or f"{self.first_name or ''} {self.last_name or ''}".strip()


async def list_people(
    upstream: Upstream, *, code: str | None = None, start: int = 0, size: int = PAGE_SIZE
) -> Page[PersonRow]:
    query: Query = {"code": code, "start": start, "limit": size}
    envelope = await upstream.get(["personnel"], query)
    return page_of(PersonRow, envelope, start, size, lambda row: code is None or row.code == code)


async def find_person(upstream: Upstream, code: str) -> PersonRow | None:
    return the_only(await list_people(upstream, code=code, size=2), lambda row: row.code == code)


async def person_of_account(upstream: Upstream) -> PersonRow | None:
    """Return the active record of the account that is used upstream. The API has no filter for it."""
    fetch = partial(list_people, upstream)
    account = await upstream.account()
    email = account.email.casefold()
    looked_at, is_last = 0, True
    with contextlib.suppress(NoFurther):
        async for page in pages(fetch, most=MOST_PAGES):
            for row in page.rows:
                by_id = account.id is not None and row.id_account == account.id
                if row.active is not False and (
                    by_id or (email and (row.account_email or "").casefold() == email)
                ):
                    return row
            looked_at, is_last = page.end, page.is_last
    if not is_last:
        upstream.gaps.note(f"Only the first {looked_at} people could be examined; there are more.")
    return None


async def create_person(upstream: Upstream, body: Mapping[str, Any]) -> None:
    await upstream.post(["personnel"], body)


async def update_person(upstream: Upstream, code: str, body: Mapping[str, Any]) -> None:
    """Change a person. `body` holds only what changes; the record must have a code."""
    await upstream.put(["personnel", code], body)
