"""Serves a person's calendar to the program that subscribed to it.

Whatever the reason for which a link opens nothing, the answer is the same 404, so that it tells a stranger
nothing.
"""

from __future__ import annotations

import hashlib
from functools import partial

from asgiref.sync import async_to_sync
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import timezone, translation
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from calendars import ics, links, reader
from consumers.throttle import count_calendar
from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.errors import GatewayError, NotPermitted
from mcp_gateway.runtime import runtime
from mcp_gateway.tools.kit.datetimes import zone_of

HEADERS = {
    "Cache-Control": "private, no-cache",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
}
TRY_AGAIN_SECONDS = 300


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    if wait := count_calendar(request, token):
        return _plain("Too many requests.", 429, wait)
    membership = links.membership_of(token)
    caller = reader.caller_of(membership) if membership else None
    if membership is None or caller is None or not reader.may_read(caller):
        return _not_found()
    now = timezone.now()
    try:
        planned = async_to_sync(_read)(caller, request)
    except NotPermitted:  # the data is where our copy of the rights does not decide
        return _not_found()
    except GatewayError:
        return _plain("The planned work cannot be read now.", 503, TRY_AGAIN_SECONDS)
    links.note_use(membership)
    zone = zone_of(caller)
    written = partial(
        ics.calendar, planned, company_id=caller.company_id, company=caller.company_name, zone=zone
    )
    with translation.override(caller.language):
        # The tag is that of the calendar with a stamp of the day, so that it changes with the work only.
        day = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        etag = f'W/"{hashlib.sha256(written(stamp=day)).hexdigest()[:32]}"'
        if etag in parse_etags(request.headers.get("If-None-Match", "")):
            return HttpResponseNotModified(headers={**HEADERS, "ETag": etag})
        body = written(stamp=now)
    headers = {**HEADERS, "ETag": etag, "Content-Disposition": 'inline; filename="planned-work.ics"'}
    return HttpResponse(body, content_type="text/calendar; charset=utf-8", headers=headers)


async def _read(caller: Caller, request: HttpRequest) -> reader.Planned:
    try:
        return await reader.read(caller, timezone.now())
    finally:
        # Under WSGI the event loop ends with the request, and its connections must be closed before.
        if not isinstance(request, ASGIRequest):
            await runtime().close_loop()


def _not_found() -> HttpResponse:
    return _plain("There is no such calendar.", 404)


def _plain(text: str, status: int, retry_after: int = 0) -> HttpResponse:
    headers = {**HEADERS, **({"Retry-After": str(retry_after)} if retry_after else {})}
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8", headers=headers)
