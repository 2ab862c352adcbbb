"""Configuration > Transactions log: every event of the company; and a person's own rows in the profile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from accounts.current import acting_membership, shell_of, sign_in_required, signed_in_user
from accounts.models import Company
from activity.access import frame, log_reader_required
from activity.changes import Change, changes_of, facts_of
from activity.filters import Filters, tools
from activity.searching import Cursor
from activity.sentences import as_html, kind_label, who, with_person
from audit.kinds import Kind
from audit.models import Event, Outcome, Retention

PAGE_SIZE = 50
# Records that have a page (mcp_gateway.calls.touched_record names them by the path of that page).
RECORDS = {
    "work-orders", "assets", "work-requests", "meters", "people", "warehouses", "stock-items",
    "third-parties",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    event: Event
    text: SafeString
    simulator_url: str = ""


@require_safe
@log_reader_required
def log(request: HttpRequest) -> HttpResponse:
    filters = Filters(acting_membership(request).company, request.GET)
    context = {
        "frame": frame(request),
        "kept_days": Retention.days_of(filters.company.pk),
        "page_url": reverse("transactions-log"),
        "event_url": "transactions-log-event",
        "export_url": reverse("transactions-log-export"),
    }
    return _list(request, "activity/log.html", filters, context)


@require_safe
@sign_in_required
def own_log(request: HttpRequest) -> HttpResponse:
    filters = Filters(acting_membership(request).company, request.GET, signed_in_user(request))
    context = {
        "page_url": reverse("own-log"),
        "event_url": "own-log-event",
        "export_url": reverse("own-log-export"),
    }
    return _list(request, "activity/own_log.html", filters, context)


def _list(request: HttpRequest, template: str, filters: Filters, context: dict[str, Any]) -> HttpResponse:
    page = filters.search().page(
        PAGE_SIZE,
        before=Cursor.read(request.GET.get("before", "")),
        after=Cursor.read(request.GET.get("after", "")),
    )
    context |= {
        "filters": filters,
        "filtered": bool(filters.address),
        "tools": tools(),
        "rows": [Row(event, as_html(event), simulator_url(request, event)) for event in page.rows],
        "newer_query": _with(filters, "after", page.newer),
        "older_query": _with(filters, "before", page.older),
        "newest_query": filters.address if page.has_newer else "",
        "has_newer": page.has_newer,
    }
    return render(request, template, context, status=422 if filters.errors else 200)


def _with(filters: Filters, name: str, cursor: str) -> str:
    return "&".join(filter(None, [filters.address, urlencode({name: cursor})])) if cursor else ""


@require_safe
@log_reader_required
def event(request: HttpRequest, pk: int) -> HttpResponse:
    events = Event.objects.filter(company_id=acting_membership(request).company_id, pk=pk)
    found = with_person(events).first()
    context = {"frame": frame(request), "back_url": reverse("transactions-log")}
    return _detail(request, "activity/event.html", found, context)


@require_safe
@sign_in_required
def own_event(request: HttpRequest, pk: int) -> HttpResponse:
    mine = Event.objects.filter(
        company_id=acting_membership(request).company_id, user_id=signed_in_user(request).pk, pk=pk
    )
    context = {"frame": "base.html", "back_url": reverse("own-log"), "own": True}
    return _detail(request, "activity/event.html", with_person(mine).first(), context)


def _detail(
    request: HttpRequest, template: str, found: Event | None, context: dict[str, Any]
) -> HttpResponse:
    if found is None:
        raise Http404
    changes: list[Change] = changes_of(found)
    context |= {
        "event": found,
        "text": as_html(found),
        "person": who(found),
        "kind": kind_label(found.kind),
        "changes": changes,
        "facts": facts_of(found),
        "is_call": found.kind == Kind.TOOL_CALL,
        "record_url": record_url(found),
        "simulator_url": simulator_url(request, found),
    }
    return render(request, template, context)


def record_url(event: Event) -> str:
    """Return the page of the record in the embedded plant, "" if the data is elsewhere or it has none."""
    if event.subject_kind not in RECORDS or not event.subject_id:
        return ""
    if import_string(settings.DATA_ELSEWHERE)(Company(pk=event.company_id)):
        return ""
    return f"{settings.RECORDS_PATH}{event.subject_kind}/{quote(event.subject_id, safe='')}"


def simulator_url(request: HttpRequest, event: Event) -> str:
    """Return the page that says which rule refused a call; "" for other rows, and for others than
    administrators.
    """
    refused = event.kind == Kind.TOOL_CALL and event.outcome == Outcome.REFUSED
    if not refused or not shell_of(request).may_configure:
        return ""
    asked = {
        "person": event.user_id or "",
        "app": event.consumer_id or "",
        "tool": event.tool,
        "record": event.subject_id,
    }
    return f"{reverse('simulator')}?{urlencode({name: value for name, value in asked.items() if value})}"
