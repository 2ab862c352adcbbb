"""Activity: charts and rankings of the company, of an app, of a person, and one's own."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.http import require_safe

from accounts.current import acting_membership, sign_in_required, signed_in_user
from accounts.models import Company, User
from activity import figures, rankings
from activity.access import frame, log_reader_required
from activity.drawing import charts_of
from activity.figures import Whose
from activity.filters import NOT_DONE, WRITES, Filters
from activity.screens.log import Row
from activity.sentences import Names, as_html
from activity.spans import PERIODS, Span, period_of, spans_of
from activity.unused import LOOKED_BACK, people_without_app, unused_apps, use_of
from audit.models import Event
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
    context, since = _figures(request, company, whose)
    today = timezone.localdate().isoformat()
    changes = Filters(company, {"kind": WRITES, "since": today}).search().newest(NEWEST_CHANGES)
    troubles = Filters(company, {"outcome": NOT_DONE, "since": today})
    names = Names.of(changes)
    without = people_without_app(company)
    unused = unused_apps(company, 30)
    quarter = set(unused_apps(company, 90).values_list("pk", flat=True))
    context |= {
        "frame": frame(request),
        "apps": rankings.by_app(whose, since),
        "people": rankings.by_person(whose, since),
        "changes": [Row(event, as_html(event, names)) for event in changes],
        "changes_query": Filters(company, {"kind": WRITES, "since": today}).address,
        "failures": troubles.search().count(MOST_COUNTED),
        "failures_query": troubles.address,
        "most_counted": MOST_COUNTED,
        "unused": [(app, app.pk in quarter) for app in unused[:MOST_NAMES]],
        "unused_total": unused.count(),
        "without": list(without[:MOST_NAMES]),
        "without_total": without.count(),
    }
    return render(request, "activity/overview.html", context)


@require_safe
@log_reader_required
def of_app(request: HttpRequest, pk: int) -> HttpResponse:
    company = acting_membership(request).company
    consumer = get_object_or_404(Consumer.objects.select_related("permission_group"), company=company, pk=pk)
    whose = Whose(company.pk, consumer_id=consumer.pk)
    context, since = _figures(request, company, whose)
    context |= {
        "frame": frame(request),
        "consumer": consumer,
        "people": rankings.by_person(whose, since),
        "tools": rankings.by_tool(whose, since),
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
    person = get_object_or_404(User, pk=pk)
    known = Event.objects.filter(company_id=company.pk, user_id=pk)
    if not company.memberships.filter(user=person).exists() and not known.exists():
        raise Http404  # neither in this company now, nor before
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
    context, since = _figures(request, company, whose)
    return context | {
        "person": person,
        "apps": rankings.by_app(whose, since),
        "tools": rankings.by_tool(whose, since),
    }


def _figures(request: HttpRequest, company: Company, whose: Whose) -> tuple[dict[str, Any], dt.datetime]:
    """Return what all these pages show, and since when."""
    chosen = period_of(request.GET.get("period", ""))
    spans = spans_of(chosen)
    whole = [Span(spans[0].begins, spans[-1].ends, "")]
    return {
        "periods": [(name, period.label) for name, period in PERIODS.items()],
        "period": chosen,
        "sum": figures.counts(whose, whole)[0],
        "latency": figures.latency(whose, whole)[0],
        "charts": charts_of(whose, spans, budget_of(company)),
    }, whole[0].begins


def budget_of(company: Company) -> int | None:
    """Return how many requests a minute may go upstream, None if the plant is the embedded one."""
    elsewhere = import_string(settings.DATA_ELSEWHERE)(company)
    return settings.UPSTREAM_REQUESTS_PER_MINUTE or None if elsewhere else None
