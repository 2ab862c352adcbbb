"""App authorizations: a person's own, and those of the company for its administrators."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.current import CONFIGURE, acting_membership, require_right, sign_in_required, signed_in_user
from consumers.models import AppAuthorization
from consumers.screens.queries import authorizations_by, authorizations_in, number

CALLS_SHOWN_FOR = dt.timedelta(days=30)
MOST_ROWS = 500


@require_safe
@sign_in_required
def own(request: HttpRequest) -> HttpResponse:
    rows = [row_of(each) for each in authorizations_by(signed_in_user(request))[:MOST_ROWS]]
    context = {"rows": rows, "live": sum(row["authorization"].live for row in rows)}
    return render(request, "consumers/own_authorizations.html", context)


@require_POST
@sign_in_required
def stop_own(request: HttpRequest) -> HttpResponse:
    """One by its id, or `all`."""
    found = authorizations_by(signed_in_user(request))
    if "all" not in request.POST:
        found = found.filter(pk=number(request.POST.get("authorization")))
    return stop(request, found, "own-app-authorizations", "own-app-authorizations-stop", own_page=True)


@require_safe
@require_right(CONFIGURE)
def of_company(request: HttpRequest) -> HttpResponse:
    everything = authorizations_in(acting_membership(request).company)
    found, app, person = filtered(everything, request.GET)
    chosen = list(found[:MOST_ROWS])
    calls = calls_of(each.pk for each in chosen)
    rows = [row_of(each) | {"calls": calls.get(each.pk, 0)} for each in chosen]
    pairs = list(
        everything.values_list("consumer_id", "consumer__name", "user_id", "user__name", "user__email")
    )
    context = {
        "rows": rows,
        "total": len(pairs),
        "live": sum(row["authorization"].live for row in rows),
        "app": app,
        "person": person,
        "apps": sorted({(key, name) for key, name, *_rest in pairs}, key=lambda pair: pair[1].lower()),
        "people": sorted(
            {(key, name or email) for *_rest, key, name, email in pairs}, key=lambda pair: pair[1].lower()
        ),
    }
    return render(request, "consumers/authorizations.html", context)


@require_POST
@require_right(CONFIGURE)
def stop_of_company(request: HttpRequest) -> HttpResponse:
    """One by its id, all of a person, or all of an app: of this company only."""
    found = authorizations_in(acting_membership(request).company)
    if "authorization" in request.POST:
        found = found.filter(pk=number(request.POST["authorization"]))
    else:
        found, app, person = filtered(found, request.POST)
        if not (app or person):
            found = found.none()
    return stop(request, found, "app-authorizations", "app-authorizations-stop", own_page=False)


def filtered(
    found: QuerySet[AppAuthorization], asked: Mapping[str, Any]
) -> tuple[QuerySet[AppAuthorization], int, int]:
    app, person = number(asked.get("app")), number(asked.get("person"))
    if app:
        found = found.filter(consumer_id=app)
    if person:
        found = found.filter(user_id=person)
    return found, app, person


def stop(
    request: HttpRequest, found: QuerySet[AppAuthorization], page: str, action: str, own_page: bool
) -> HttpResponse:
    """First a page that names what stops, then the stop itself; both over what is live right then."""
    live = [each for each in found if each.live]
    if not live:
        messages.info(request, _("There is nothing left to stop there."))
        return HttpResponseRedirect(reverse(page))
    if "confirmed" not in request.POST:
        return confirm_stop(request, live, page, action, own_page)
    for each in live:
        each.revoke(by=signed_in_user(request))
    messages.success(
        request,
        ngettext(
            "%(n)d authorization is stopped. It gets no access any more.",
            "%(n)d authorizations are stopped. They get no access any more.",
            len(live),
        )
        % {"n": len(live)},
    )
    return HttpResponseRedirect(reverse(page))


def confirm_stop(
    request: HttpRequest, live: list[AppAuthorization], page: str, action: str, own_page: bool
) -> HttpResponse:
    kept = ("authorization", "app", "person", "all")
    context = {
        "title": _("Stop the access?"),
        "button": _("Stop"),
        "items": [
            {"name": each.consumer.name, "detail": "" if own_page else each.user.display_name}
            for each in live
        ],
        "sentences": [
            _("It ends at once. To use the app again, one has to connect and approve it anew."),
        ],
        "action_url": reverse(action),
        "hidden": [(name, request.POST[name]) for name in kept if name in request.POST],
        "back_url": reverse(page),
    }
    template = "consumers/confirm_own.html" if own_page else "consumers/confirm.html"
    return render(request, template, context)


def row_of(authorization: AppAuthorization) -> dict[str, Any]:
    """What it may do, as it is enforced: the scopes of the consent, and the consumer's own limit."""
    consumer, scopes = authorization.consumer, authorization.scopes
    may = []
    if "maintenance:read" in scopes:
        may.append(_("read"))
    if "maintenance:write" in scopes:
        may.append(_("create and change"))
    return {
        "authorization": authorization,
        "may": ", ".join(may),
        "narrowed_to": consumer.permission_group.name if consumer.narrow_to_group else "",
        "usable": consumer.enabled and consumer.permission_group.active,
    }


def calls_of(authorizations: Iterable[int]) -> Mapping[int, int]:
    count: Callable[[list[int], dt.datetime], Mapping[int, int]] = import_string(settings.CALL_COUNTS)
    keys = list(authorizations)
    return count(keys, timezone.now() - CALLS_SHOWN_FOR) if keys else {}
