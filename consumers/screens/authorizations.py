"""Screens of app authorizations: a person's own, and those of the company for its administrators."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.current import CONFIGURE, acting_membership, require_right, sign_in_required, signed_in_user
from accounts.forms import primary_key
from accounts.models import Membership
from consumers.models import AppAuthorization
from consumers.oauth.consent import powers
from consumers.scopes import READ, WRITE
from consumers.screens.queries import authorizations_by, authorizations_in

CALLS_SHOWN_FOR = dt.timedelta(days=30)
MOST_ROWS = 500


@require_safe
@sign_in_required
def own(request: HttpRequest) -> HttpResponse:
    rows = rows_of(list(authorizations_by(signed_in_user(request))[:MOST_ROWS]))
    context = {"rows": rows, "live": sum(row["authorization"].live for row in rows)}
    return render(request, "consumers/own_authorizations.html", context)


@require_POST
@sign_in_required
def stop_own(request: HttpRequest) -> HttpResponse:
    """Disconnect one of the person's authorizations (by id), or `all`."""
    found = authorizations_by(signed_in_user(request))
    if "all" not in request.POST:
        found = found.filter(pk=primary_key(request.POST.get("authorization")))
    return stop(request, found, "own-app-authorizations", "own-app-authorizations-stop", own_page=True)


@require_safe
@require_right(CONFIGURE)
def of_company(request: HttpRequest) -> HttpResponse:
    everything = authorizations_in(acting_membership(request).company)
    found, app, person = filtered(everything, request.GET)
    rows = rows_of(list(found[:MOST_ROWS]))
    calls = calls_of(row["authorization"].pk for row in rows)
    for row in rows:
        row["calls"] = calls.get(row["authorization"].pk, 0)
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
    """Disconnect within this company: one authorization (by id), all of a person, or all of an app."""
    found = authorizations_in(acting_membership(request).company)
    if "authorization" in request.POST:
        found = found.filter(pk=primary_key(request.POST["authorization"]))
    else:
        found, app, person = filtered(found, request.POST)
        if not (app or person):
            found = found.none()
    return stop(request, found, "app-authorizations", "app-authorizations-stop", own_page=False)


def filtered(
    found: QuerySet[AppAuthorization], asked: Mapping[str, Any]
) -> tuple[QuerySet[AppAuthorization], int, int]:
    app, person = primary_key(asked.get("app")), primary_key(asked.get("person"))
    if app:
        found = found.filter(consumer_id=app)
    if person:
        found = found.filter(user_id=person)
    return found, app, person


def stop(
    request: HttpRequest, found: QuerySet[AppAuthorization], page: str, action: str, own_page: bool
) -> HttpResponse:
    """Show a page that names what will be disconnected, then disconnect it.

    Both use what is live at that moment.
    """
    live = [each for each in found if each.live]
    if not live:
        messages.info(request, _("Nothing to disconnect: already disconnected."))
        return HttpResponseRedirect(reverse(page))
    if "confirmed" not in request.POST:
        return confirm_stop(request, live, page, action, own_page)
    for each in live:
        each.revoke(by=signed_in_user(request))
    messages.success(
        request,
        ngettext(
            "%(n)d app disconnected. It no longer has access.",
            "%(n)d apps disconnected. They no longer have access.",
            len(live),
        )
        % {"n": len(live)},
    )
    return HttpResponseRedirect(reverse(page))


@require_POST
@require_right(CONFIGURE)
def allow_of_company(request: HttpRequest) -> HttpResponse:
    """Allow an app again, unless the person disconnected it: only that person can allow it then."""
    found = authorizations_in(acting_membership(request).company).exclude(revoked_by=F("user"))
    return allow(request, found, "app-authorizations")


@require_POST
@sign_in_required
def allow_own(request: HttpRequest) -> HttpResponse:
    """Allow an app again, unless an administrator disconnected it."""
    user = signed_in_user(request)
    return allow(request, authorizations_by(user).filter(revoked_by=user), "own-app-authorizations")


def allow(request: HttpRequest, found: QuerySet[AppAuthorization], page: str) -> HttpResponse:
    """Let the issuer connect the person again; the app gets access when it next asks."""
    keys = found.filter(pk=primary_key(request.POST.get("authorization"))).values_list("pk", flat=True)
    allowed = AppAuthorization.objects.filter(pk__in=list(keys), refuses_exchange=True).update(
        refuses_exchange=False
    )
    if allowed:
        messages.success(request, _("Allowed again: the app can connect the next time it asks."))
    else:
        messages.info(request, _("Nothing to allow there."))
    return HttpResponseRedirect(reverse(page))


def confirm_stop(
    request: HttpRequest, live: list[AppAuthorization], page: str, action: str, own_page: bool
) -> HttpResponse:
    kept = ("authorization", "app", "person", "all")
    context = {
        "title": _("Disconnect?"),
        "button": _("Disconnect"),
        "items": [
            {"name": each.consumer.name, "detail": "" if own_page else each.user.display_name}
            for each in live
        ],
        "sentences": [
            _("Access ends immediately. To use the app again, you'll need to connect and approve it again."),
            *(
                [
                    _(
                        "If a trusted issuer connected the app, it stays disconnected until it is allowed "
                        "again here."
                    )
                ]
                if any(each.issuer_id for each in live)
                else []
            ),
        ],
        "action_url": reverse(action),
        "hidden": [(name, request.POST[name]) for name in kept if name in request.POST],
        "back_url": reverse(page),
    }
    template = "consumers/confirm_own.html" if own_page else "consumers/confirm.html"
    return render(request, template, context)


def rows_of(authorizations: list[AppAuthorization]) -> list[dict[str, Any]]:
    """Add to each authorization what it may do today: consent, person's rights and consumer's limit."""
    members = Membership.objects.filter(
        user__in={each.user_id for each in authorizations},
        company__in={each.consumer.company_id for each in authorizations},
        active=True,
    ).select_related("permission_group", "user", "company")
    by_place = {(member.user_id, member.company_id): member for member in members}
    return [row_of(each, by_place.get((each.user_id, each.consumer.company_id))) for each in authorizations]


def row_of(authorization: AppAuthorization, member: Membership | None) -> dict[str, Any]:
    consumer, granted = authorization.consumer, authorization.scopes
    able = powers(member, consumer) if member else None
    read = able.read if able and READ in granted else []
    write = able.write if able and WRITE in granted else []
    if read and write:
        may = _("read and write")
    elif read or write:
        may = _("read only") if read else _("write only")
    else:
        may = _("nothing at the moment")
    return {
        "authorization": authorization,
        "may": may,
        "read": ", ".join(read),
        "write": write,
        "narrowed_to": consumer.permission_group.name if consumer.narrow_to_group else "",
        "member": member is not None,
        "usable": consumer.enabled and consumer.permission_group.active,
    }


def calls_of(authorizations: Iterable[int]) -> Mapping[int, int]:
    count: Callable[[list[int], dt.datetime], Mapping[int, int]] = import_string(settings.CALL_COUNTS)
    keys = list(authorizations)
    return count(keys, timezone.now() - CALLS_SHOWN_FOR) if keys else {}
