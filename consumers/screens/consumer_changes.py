"""Enabling, disabling and deleting consumers of the list: those picked, or all that fit the filter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.current import CONFIGURE, acting_membership, require_right, signed_in_user
from accounts.forms.fields import primary_key
from accounts.models import User
from accounts.networks import address_of
from audit.chain import append
from audit.kinds import Kind
from audit.recording import Subject, event_of
from consumers.models import Consumer
from consumers.screens.confirming import MOST_NAMED, Confirmation, Named
from consumers.screens.consumer_list import fitting, listing_of
from consumers.screens.queries import people_connected, people_losing
from listing.listing import fingerprint
from listing.way_back import way_back

KINDS = {
    "enable": Kind.CONSUMER_ENABLED,
    "disable": Kind.CONSUMER_DISABLED,
    "delete": Kind.CONSUMER_DELETED,
}
MOST_NAMES = 5
AT_ONCE = 500


@require_POST
@require_right(CONFIGURE)
def change_chosen(request: HttpRequest) -> HttpResponse:
    """Enable picked rows at once. Anything else comes after a page that names the consequences."""
    action, confirmed = request.POST.get("action", ""), "confirmed" in request.POST
    back = HttpResponseRedirect(way_back(request, "consumers"))
    company_consumers = Consumer.objects.filter(company=acting_membership(request).company)
    every = "every" in request.POST
    keys = {primary_key(key) for key in request.POST.getlist("consumer")}
    if action not in KINDS or not (every or keys):
        messages.error(request, _("Choose at least one consumer from the list."))
        return back
    if action == "delete" and confirmed and not every and are_gone(keys):
        messages.success(request, _("Nothing to delete: it has already been deleted."))
        return back  # a double click gets here
    if every:
        chosen = fitting(company_consumers, listing_of(request.POST))
    else:
        chosen = company_consumers.filter(pk__in=keys)
        if chosen.count() != len(keys):
            raise Http404  # deleted meanwhile, or of another company
    meant = affected(action, chosen)
    with transaction.atomic():
        rows = list(meant.select_for_update().only("pk", "name", "company_id").order_by("name", "pk"))
        if not rows:
            messages.info(request, _("Nothing to change: the consumers are already like that."))
            return back
        seen, now = request.POST.get("seen", ""), fingerprint([row.pk for row in rows])
        as_seen = seen == now or (not every and not seen)
        if (every or action != "enable") and not (confirmed and as_seen):
            return confirmation(request, action, meant, len(rows), now, changed=confirmed)
        change(action, rows, by=signed_in_user(request), address=address_of(request))
    messages.success(request, done_text(action, [row.name for row in rows]))
    return back


def affected(action: str, chosen: QuerySet[Consumer]) -> QuerySet[Consumer]:
    """Return the consumers for which the action changes something."""
    if action == "delete":
        return chosen
    return chosen.filter(enabled=action == "disable")


def are_gone(keys: set[int]) -> bool:
    return bool(keys - {0}) and not Consumer.objects.filter(pk__in=keys).exists()


def change(
    action: str,
    rows: Sequence[Consumer],
    *,
    by: User | None,
    address: str,
    facts: Mapping[str, str] | None = None,
) -> None:
    """Enable, disable or delete the consumers, within the caller's transaction. `facts` go into the log."""
    for start in range(0, len(rows), AT_ONCE):
        some = Consumer.objects.filter(pk__in=[row.pk for row in rows[start : start + AT_ONCE]])
        if action == "delete":
            some.delete()  # cascades to authorizations and tokens
        else:
            some.update(enabled=action == "enable")
    append(
        [
            event_of(
                KINDS[action],
                company_id=row.company_id,
                user=by,
                consumer=row,
                subject=Subject("consumer", str(row.pk), row.name),
                facts=facts,
                address=address,
            )
            for row in rows
        ]
    )


def done_text(action: str, names: Sequence[str]) -> str:
    done = {
        "enable": _("Enabled: %(names)s."),
        "disable": _("Disabled, effective immediately: %(names)s."),
        "delete": _("Deleted, effective immediately: %(names)s."),
    }
    return done[action] % {"names": listed(names)}


def listed(names: Sequence[str]) -> str:
    """Join the names; of many, the first ones and how many more."""
    first = ", ".join(names[:MOST_NAMES])
    if len(names) <= MOST_NAMES:
        return first
    more = len(names) - MOST_NAMES
    return ngettext("%(names)s and %(n)d more", "%(names)s and %(n)d more", more) % {
        "names": first,
        "n": more,
    }


def confirmation(
    request: HttpRequest, action: str, meant: QuerySet[Consumer], total: int, seen: str, *, changed: bool
) -> HttpResponse:
    first = list(meant.annotate(people=people_connected()).order_by("name", "pk")[:MOST_NAMED])
    programs = meant.exclude(authorization_grant_type=Consumer.GRANT_AUTHORIZATION_CODE)
    program_names = list(programs.order_by("name", "pk").values_list("name", flat=True))
    sentences = []
    if action == "enable":
        title, button = _("Enable?"), _("Enable")
        sentences.append(_("Their keys and secrets work again, and people can use and approve them."))
    else:
        people = people_losing(meant)
        lost = ngettext(
            "%(n)d person will lose the connection.", "%(n)d people will lose the connection.", people
        )
        sentences.append(lost % {"n": people} if people else _("Nobody is connected through it right now."))
        if program_names:
            sentences.append(
                _("Programs that act for the company will stop working: %(names)s.")
                % {"names": listed(program_names)}
            )
        if action == "delete":
            title, button = _("Delete permanently?"), _("Delete")
            sentences.append(
                _("The key and secret stop working and cannot be restored. Everyone will have to reconnect.")
            )
        else:
            title, button = _("Disable?"), _("Disable")
            sentences.append(
                _(
                    "Nobody can use or approve it until you enable it again. The key and secret will work "
                    "again when you enable it."
                )
            )
    back_url = way_back(request, "consumers")
    which = (
        [("every", "1"), *listing_of(request.POST).hidden]
        if "every" in request.POST
        else [("consumer", key) for key in request.POST.getlist("consumer")]
    )
    return Confirmation(
        title=title,
        button=button,
        items=[Named(row.name, people=getattr(row, "people", 0)) for row in first],
        total=total,
        sentences=sentences,
        action_url=reverse("consumers-change"),
        hidden=[("action", action), *which, ("seen", seen), ("next", back_url)],
        back_url=back_url,
        changed_meanwhile=changed,
    ).page(request)
