"""Configuration > API connections > OAuth consumers: the list, and actions on selected rows."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.current import CONFIGURE, acting_membership, require_right
from accounts.forms import primary_key
from consumers.models import Consumer
from consumers.screens.queries import consumers_of, missing_for

MOST_ROWS = 200


@require_safe
@require_right(CONFIGURE)
def consumers(request: HttpRequest) -> HttpResponse:
    everything = consumers_of(acting_membership(request).company)
    words, state = request.GET.get("q", ""), request.GET.get("state", "")
    words = "".join(sign for sign in words if sign.isprintable()).strip()[:200]  # PostgreSQL rejects NUL
    found = everything
    if words:
        found = found.filter(
            Q(name__icontains=words)
            | Q(description__icontains=words)
            | Q(client_id__icontains=words)
            | Q(metadata_url__icontains=words)
        )
    rows = [{"consumer": row, "missing": missing_for(row)} for row in in_state(found, state)[:MOST_ROWS]]
    context = {
        "rows": rows,
        "total": everything.count(),
        "q": words,
        "state": state,
        "states": [
            ("", _("All statuses")),
            ("enabled", _("Enabled")),
            ("disabled", _("Disabled")),
            ("waiting", _("Waiting for a callback URL")),
        ],
    }
    partial = "#rows" if request.headers.get("HX-Target") == "rows" else ""
    response = render(request, f"consumers/list.html{partial}", context)
    patch_vary_headers(response, ["HX-Target"])
    return response


def in_state(found: QuerySet[Consumer], state: str) -> QuerySet[Consumer]:
    match state:
        case "enabled":
            return found.filter(enabled=True)
        case "disabled":
            return found.filter(enabled=False)
        case "waiting":
            return found.filter(
                redirect_uris="",
                metadata_url="",
                authorization_grant_type=Consumer.GRANT_AUTHORIZATION_CODE,
            )
    return found


@require_POST
@require_right(CONFIGURE)
def change_chosen(request: HttpRequest) -> HttpResponse:
    """Enable at once; disable or delete after a page that names the consequences."""
    keys = {primary_key(key) for key in request.POST.getlist("consumer")}
    chosen = list(consumers_of(acting_membership(request).company).filter(pk__in=keys))
    action = request.POST.get("action", "")
    if action == "delete" and "confirmed" in request.POST and are_gone(keys):
        messages.success(request, _("Nothing to delete: it has already been deleted."))
        return HttpResponseRedirect(reverse("consumers"))  # a double click gets here
    if len(chosen) != len(keys):
        raise Http404  # deleted meanwhile, or of another company
    if not chosen or action not in {"enable", "disable", "delete"}:
        messages.error(request, _("Choose at least one consumer from the list."))
        return HttpResponseRedirect(reverse("consumers"))
    if action != "enable" and "confirmed" not in request.POST:
        return confirm(request, action, chosen)
    meant = Consumer.objects.filter(pk__in=keys)
    if action == "delete":
        meant.delete()  # cascades to authorizations and tokens
    else:
        meant.update(enabled=action == "enable")
    names = ", ".join(consumer.name for consumer in chosen)
    done = {
        "enable": _("Enabled: %(names)s."),
        "disable": _("Disabled, effective immediately: %(names)s."),
        "delete": _("Deleted, effective immediately: %(names)s."),
    }
    messages.success(request, done[action] % {"names": names})
    return HttpResponseRedirect(reverse("consumers"))


def are_gone(keys: set[int]) -> bool:
    return bool(keys - {0}) and not Consumer.objects.filter(pk__in=keys).exists()


def confirm(request: HttpRequest, action: str, chosen: list[Consumer]) -> HttpResponse:
    people = sum(getattr(consumer, "people", 0) for consumer in chosen)
    lost = (
        ngettext("%(n)d person will lose the connection.", "%(n)d people will lose the connection.", people)
        % {"n": people}
        if people
        else _("Nobody is connected through it right now.")
    )
    programs = [consumer.name for consumer in chosen if not consumer.is_authorization_code]
    if action == "delete":
        title, button = _("Delete permanently?"), _("Delete")
        after = _("The key and secret stop working and cannot be restored. Everyone will have to reconnect.")
    else:
        title, button = _("Disable?"), _("Disable")
        after = _(
            "Nobody can use or approve it until you enable it again. The key and secret will work "
            "again when you enable it."
        )
    context = {
        "title": title,
        "button": button,
        "items": [{"name": consumer.name, "people": getattr(consumer, "people", 0)} for consumer in chosen],
        "sentences": [
            lost,
            *(
                [
                    _("Programs that act for the company will stop working: %(names)s.")
                    % {"names": ", ".join(programs)}
                ]
                if programs
                else []
            ),
            after,
        ],
        "action_url": reverse("consumers-change"),
        "hidden": [("action", action), *(("consumer", consumer.pk) for consumer in chosen)],
        "back_url": reverse("consumers"),
        "tab": "consumers",
    }
    return render(request, "consumers/confirm.html", context)
