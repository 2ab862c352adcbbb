"""Downloads of the log. They are streamed, so that their size does not matter."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import cast

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_POST

from accounts.current import acting_membership, sign_in_required, signed_in_user
from accounts.networks import address_of
from activity.access import log_reader_required
from activity.export import as_csv, as_json
from activity.filters import Filters
from audit.kinds import Kind
from audit.recording import record

FORMATS = {"csv": (as_csv, "text/csv; charset=utf-8"), "json": (as_json, "application/json")}


@require_POST
@log_reader_required
def export(request: HttpRequest) -> HttpResponse:
    filters = Filters(acting_membership(request).company, request.POST)
    return _download(request, filters, "transactions-log")


@require_POST
@sign_in_required
def export_own(request: HttpRequest) -> HttpResponse:
    filters = Filters(acting_membership(request).company, request.POST, signed_in_user(request))
    return _download(request, filters, "own-log")


def _download(request: HttpRequest, filters: Filters, page: str) -> HttpResponse:
    """Record the download, then send every row that matches; of wrong filters, the page that says so."""
    kind = request.POST.get("format", "csv")
    if kind not in FORMATS or not filters.is_valid():
        return HttpResponseRedirect(f"{reverse(page)}?{filters.address}")
    chunks = filters.search().until(timezone.now()).chunks()  # without the row of this download
    record(
        Kind.LOG_EXPORTED,
        company_id=filters.company.pk,
        user=signed_in_user(request),
        facts={"format": kind, "filters": filters.address},
        address=address_of(request),
    )
    write, content_type = FORMATS[kind]
    parts = _in_this_context(write(chunks))
    response = StreamingHttpResponse(
        asynchronous(parts) if isinstance(request, ASGIRequest) else parts, content_type=content_type
    )
    name = f"transactions-log-{timezone.localdate():%Y-%m-%d}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return cast(HttpResponse, response)  # the decorators know the common case only


def _in_this_context(parts: Iterator[str]) -> Iterator[str]:
    """Write each part in the language and zone of this request, which ends before the parts are read."""
    language, zone = translation.get_language(), timezone.get_current_timezone()

    def each() -> Iterator[str]:
        while True:
            with translation.override(language), timezone.override(zone):
                part = next(parts, None)
            if part is None:
                return
            yield part

    return each()


async def asynchronous(parts: Iterator[str]) -> AsyncIterator[str]:
    following = sync_to_async(lambda: next(parts, None))
    while (part := await following()) is not None:
        yield part
