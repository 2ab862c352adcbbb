"""Activity: charts and rankings of the company, of an app, of a person, and one's own."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Window
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.http import require_safe

from accounts.current import acting_membership, sign_in_required, signed_in_user
from accounts.models import Company, User
from activity.access import frame, log_reader_required
from activity.drawing import charts_of
from activity.figures import Whose, figures_of
from activity.filters import NOT_DONE, WRITES, Filters
from activity.screens.log import Row
from activity.sentences import as_html
from activity.spans import PERIODS, period_of, spans_of
from activity.unused import LOOKED_BACK, is_unused_since, people_without_app, unused_apps, use_of
from audit.models import Event, Outcome
from consumers.models import Consumer

MOST_NAMES = 20
NEWEST_CHANGES = 10
MOST_COUNTED = 1000


@require_safe
@log_reader_required
def overview(request: HttpRequest) -> HttpResponse:
    """Show the whole company's figures, and what an administrator should look at."""
    company = acting_membership(request).company
    whose = Whose(company.pk)
    context = _figures(request, company, whose, "apps", "people")
    today = timezone.localdate().isoformat()
    changes = Filters(company, {"kind": WRITES, "outcome": Outcome.DONE.value, "since": today})
    troubles = Filters(company, {"outcome": NOT_DONE, "since": today})
    without = list(people_without_app(company).annotate(in_all=Window(Count("pk")))[:MOST_NAMES])
    unused = list(unused_apps(company, 30).annotate(in_all=Window(Count("pk")))[:MOST_NAMES])
    quarter = timezone.now() - dt.timedelta(days=90)
    context |= {
        "frame": frame(request),
        "changes": [Row(event, as_html(event)) for event in changes.search().newest(NEWEST_CHANGES)],
        "changes_query": changes.address,
        "failures": troubles.search().count(MOST_COUNTED),
        "failures_query": troubles.address,
        "most_counted": MOST_COUNTED,
        "unused": [(app, is_unused_since(app, quarter)) for app in unused],
        "unused_total": unused[0].in_all if unused else 0,
        "without": without,
        "without_total": without[0].in_all if without else 0,
    }
    return render(request, "activity/overview.html", context)


@require_safe
@log_reader_required
def of_app(request: HttpRequest, pk: int) -> HttpResponse:
    company = acting_membership(request).company
    consumer = get_object_or_404(Consumer.objects.select_related("permission_group"), company=company, pk=pk)
    whose = Whose(company.pk, consumer_id=consumer.pk)
    context = _figures(request, company, whose, "people", "tools") | {
        "frame": frame(request),
        "consumer": consumer,
        "use": use_of(consumer),
        "looked_back": LOOKED_BACK.days,
        "log_query": f"app={consumer.pk}",
    }
    return render(request, "activity/of_app.html", context)


@require_safe
@log_reader_required
def of_person(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the calls for a person who is or was in the company. `pk` is that of the user."""
    company = acting_membership(request).company
    known = Event.objects.filter(company_id=company.pk, user_id=OuterRef("pk"))
    here = Exists(company.memberships.filter(user=OuterRef("pk"))) | Exists(known)  # now, or before
    person = get_object_or_404(User.objects.filter(here), pk=pk)
    context = _of_person(request, company, person) | {"frame": frame(request)}
    return render(
        request, "activity/of_person.html", context | {"log_query": urlencode({"person": person.email})}
    )


@require_safe
@sign_in_required
def own(request: HttpRequest) -> HttpResponse:
    context = _of_person(request, acting_membership(request).company, signed_in_user(request))
    return render(request, "activity/own_figures.html", context)


def _of_person(request: HttpRequest, company: Company, person: User) -> dict[str, Any]:
    whose = Whose(company.pk, user_id=person.pk)
    return _figures(request, company, whose, "apps", "tools") | {"person": person}


def _figures(request: HttpRequest, company: Company, whose: Whose, *rankings: str) -> dict[str, Any]:
    """Return what all these pages show, with these rankings under their names."""
    chosen = period_of(request.GET.get("period", ""))
    spans = spans_of(chosen)
    found = figures_of(whose, spans, rankings)
    return {
        "periods": [(name, period.label) for name, period in PERIODS.items()],
        "period": chosen,
        "sum": found.whole,
        "latency": found.whole_latency,
        "charts": charts_of(found, spans, budget_of(company)),
        **found.rankings,
    }


def budget_of(company: Company) -> int | None:
    """Return how many requests a minute may go upstream, None if the plant is the embedded one."""
    elsewhere = import_string(settings.DATA_ELSEWHERE)(company)
    return settings.UPSTREAM_REQUESTS_PER_MINUTE or None if elsewhere else None
