"""/work_requests."""

from __future__ import annotations

import datetime as dt
from typing import Any

from mcp_gateway.calls.errors import OutcomeUnknown
from mcp_gateway.upstream.client import Upstream
from mcp_gateway.upstream.envelope import LOST_WRITE
from mcp_gateway.upstream.http import Query
from mcp_gateway.upstream.paging import all_rows
from mcp_gateway.upstream.rows import (
    PAGE_SIZE,
    Flag,
    Id,
    Moment,
    Page,
    Period,
    Row,
    Whole,
    page_of,
    the_only,
    whole_number,
)

MOST_HISTORY_PAGES = 5  # for one request
MOST_IMAGE_PAGES = 5


class RequestRow(Row):
    id: Id
    date: Moment = None
    date_incident: Moment = None
    date_solution: Moment = None
    date_status: Moment = None
    is_urgent: Flag = None
    description: str | None = None
    observation: str | None = None
    rating: Whole = None
    types_description: str | None = None
    types_1_description: str | None = None
    types_2_description: str | None = None
    items_description: str | None = None
    code_item: str | None = None
    parent_description: str | None = None
    id_status: Whole = None
    requests_x_status_notes: str | None = None
    requests_x_status_accounts_name: str | None = None
    accounts_name: str | None = None
    wo_folio: str | None = None
    requested_by: str | None = None
    identifier: str | None = None
    priorities_description: str | None = None


async def list_requests(
    upstream: Upstream,
    *,
    status: int | None = None,
    asset: str | None = None,
    creator: str | None = None,
    period: Period | None = None,
    start: int = 0,
    size: int = PAGE_SIZE,
) -> Page[RequestRow]:
    """Return a page of requests.

    `creator` is the code of who entered them. Rows show only a name, so the caller has to check that.
    """
    query: Query = {
        "id_status": status,
        "code_item": asset,
        "code_creator": creator,
        "start": start,
        "limit": size,
        **(period.query if period else {}),
    }

    def keep(row: RequestRow) -> bool:
        return (
            (status is None or row.id_status == status)
            and (asset is None or row.code_item == asset)
            and (period is None or period.holds(getattr(row, period.kind)))
        )

    return page_of(RequestRow, await upstream.get(["work_requests"], query), start, size, keep)


async def find_request(upstream: Upstream, number: int) -> RequestRow | None:
    def is_it(row: RequestRow) -> bool:
        return row.id == number

    envelope = await upstream.get(["work_requests"], {"code": number, "limit": 2})
    return the_only(page_of(RequestRow, envelope, 0, 2, is_it), is_it)


async def create_request(
    upstream: Upstream,
    *,
    title: str,
    user_code: str,
    requested_by: str,
    incident_at: dt.datetime,
    urgent: bool,
    asset: str | None,
    details: str | None,
) -> int:
    """Create a request. Return its number."""
    body: dict[str, Any] = {
        "description": title,
        "user_code": user_code,
        "requested_by": requested_by,
        "date_incident": incident_at.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "is_urgent": urgent,
    }
    if asset is not None:
        body["code"] = asset
    if details is not None:
        body["observation"] = details
    envelope = await upstream.post(["work_requests"], body)
    number = whole_number(envelope.rows[0].get("id")) if envelope.rows else None
    if number is None:
        raise OutcomeUnknown(LOST_WRITE)
    return number


class StatusRow(Row):
    id: Whole = None
    id_request: Whole = None
    id_status: Whole = None
    date: Moment = None
    notes: str | None = None
    accounts_name: str | None = None


class ImageRow(Row):
    id_request: Whole = None
    description: str | None = None
    signed_path_image: str | None = None


async def history_of(upstream: Upstream, number: int) -> list[StatusRow]:
    """Return a request's status changes, newest first.

    No period is sent: with one the live service hangs (docs/reference/fracttal-api.md#work-requests).
    """

    async def fetch(start: int, size: int) -> Page[StatusRow]:
        query: Query = {"code": number, "start": start, "limit": size}
        envelope = await upstream.get(["work_requests_status"], query)
        return page_of(StatusRow, envelope, start, size, lambda row: row.id_request in (None, number))

    return await all_rows(fetch, upstream.gaps, "changes of the request", most=MOST_HISTORY_PAGES)


async def images_of(upstream: Upstream, number: int) -> list[ImageRow]:
    async def fetch(start: int, size: int) -> Page[ImageRow]:
        query: Query = {"start": start, "limit": size}
        envelope = await upstream.get(["work_requests_attachments", str(number)], query)
        return page_of(ImageRow, envelope, start, size, lambda row: row.id_request in (None, number))

    return await all_rows(fetch, upstream.gaps, "attachments of the request", most=MOST_IMAGE_PAGES)


async def set_status(
    upstream: Upstream, number: int, status: int, person: str, notes: str | None = None
) -> None:
    body: dict[str, Any] = {"code": number, "user_code": person, "id_status": status}
    if notes is not None:
        body["notes"] = notes
    await upstream.put(["work_requests"], body)


async def list_history(
    upstream: Upstream, *, since: dt.datetime, start: int = 0, size: int = PAGE_SIZE
) -> Page[StatusRow]:
    """Return a page of status changes of all requests, newest first, without those before `since`."""
    envelope = await upstream.get(["work_requests_status"], {"start": start, "limit": size})
    return page_of(StatusRow, envelope, start, size, lambda row: row.date is None or row.date >= since)
