"""Disconnecting apps and making them read-only: picked rows, or all that fit a filter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.current import CONFIGURE, acting_membership, require_right, sign_in_required, signed_in_user
from accounts.forms.fields import primary_key
from accounts.networks import address_of
from audit.chain import append
from audit.kinds import Kind
from audit.recording import Changes
from consumers.models import AppAuthorization
from consumers.scopes import READ, WRITE
from consumers.screens.authorization_events import events
from consumers.screens.authorizations import company_listing, fitting
from consumers.screens.confirming import MOST_NAMED, Confirmation, Named
from consumers.screens.queries import authorizations_by, authorizations_in, live_now, with_their_rows
from listing.listing import fingerprint
from listing.way_back import way_back

AT_ONCE = 500  # in one transaction

# Change these authorizations, in a transaction, and return what changed of each.
Change = Callable[[QuerySet[AppAuthorization]], dict[int, Changes]]


@dataclass(frozen=True, slots=True)
class Place:
    """The list on which somebody acts: the person's own, or the company's."""

    page: str
    action: str
    own: bool


def of_own(request: HttpRequest) -> QuerySet[AppAuthorization]:
    """Return the person's picked authorizations, or `all`."""
    found = authorizations_by(signed_in_user(request))
    return found if "all" in request.POST else found.filter(pk__in=picked(request))


def of_company(request: HttpRequest) -> QuerySet[AppAuthorization]:
    """Return the company's picked authorizations, or with `every` all that fit the filter."""
    company = acting_membership(request).company
    found = authorizations_in(company)
    if "every" in request.POST and "only" not in request.POST:
        return fitting(found, company_listing(request.POST), company)
    return found.filter(pk__in=picked(request))


def picked(request: HttpRequest) -> set[int]:
    """Return the keys of the rows: of `only` one, whose button was pressed, or of those with a tick."""
    keys = request.POST.getlist("only") or request.POST.getlist("authorization")
    return {primary_key(key) for key in keys}


@require_POST
@sign_in_required
def stop_own(request: HttpRequest) -> HttpResponse:
    return stop(
        request, of_own(request), Place("own-app-authorizations", "own-app-authorizations-stop", own=True)
    )


@require_POST
@require_right(CONFIGURE)
def stop_of_company(request: HttpRequest) -> HttpResponse:
    return stop(
        request, of_company(request), Place("app-authorizations", "app-authorizations-stop", own=False)
    )


@require_POST
@sign_in_required
def narrow_own(request: HttpRequest) -> HttpResponse:
    place = Place("own-app-authorizations", "own-app-authorizations-narrow", own=True)
    return make_read_only(request, of_own(request), place)


@require_POST
@require_right(CONFIGURE)
def narrow_of_company(request: HttpRequest) -> HttpResponse:
    place = Place("app-authorizations", "app-authorizations-narrow", own=False)
    return make_read_only(request, of_company(request), place)


def stop(request: HttpRequest, found: QuerySet[AppAuthorization], place: Place) -> HttpResponse:
    """Disconnect what is live of `found`, after a page that names it."""
    meant = found.filter(live_now())
    keys = list(meant.values_list("pk", flat=True))
    if not keys:
        messages.info(request, _("Nothing to disconnect: already disconnected."))
        return HttpResponseRedirect(way_back(request, place.page))
    if not is_confirmed(request, keys):
        sentences = [
            _("Access ends immediately. To use the app again, you'll need to connect and approve it again."),
        ]
        if meant.filter(issuer__isnull=False).exists():
            sentences.append(
                _(
                    "If a trusted issuer connected the app, it stays disconnected until it is allowed "
                    "again here."
                )
            )
        return confirmation(request, meant, keys, place, _("Disconnect?"), _("Disconnect"), sentences)

    def revoke(some: QuerySet[AppAuthorization]) -> dict[int, Changes]:
        ended = list(some.values_list("pk", flat=True))
        some.revoke_all(by=signed_in_user(request))  # type: ignore[attr-defined]  # our own query set
        return {key: {} for key in ended}

    done = change(request, keys, Kind.AUTHORIZATION_REVOKED, revoke)
    if place.own:
        said = ngettext(
            "%(n)d app disconnected. It no longer has access.",
            "%(n)d apps disconnected. They no longer have access.",
            done,
        )
    else:
        said = ngettext(
            "%(n)d connection ended. The app no longer has access.",
            "%(n)d connections ended. The apps no longer have access.",
            done,
        )
    messages.success(request, said % {"n": done})
    return HttpResponseRedirect(way_back(request, place.page))


def make_read_only(request: HttpRequest, found: QuerySet[AppAuthorization], place: Place) -> HttpResponse:
    """Take writing away from what is live of `found`, after a page that names it."""
    meant = found.filter(live_now(), scope__contains=WRITE).filter(scope__contains=READ)
    keys = list(meant.values_list("pk", flat=True))
    if not keys:
        messages.info(request, _("Nothing to change: no app there may both read and write."))
        return HttpResponseRedirect(way_back(request, place.page))
    if not is_confirmed(request, keys):
        sentences = [
            _(
                "The app can still read. It can no longer create or change anything, effective immediately. "
                "Nobody has to connect again."
            )
        ]
        if meant.filter(issuer=None).exists():
            sentences.append(
                _("To write again, the person connects the app once more and approves writing there.")
            )
        if meant.filter(issuer__isnull=False).exists():
            sentences.append(
                _(
                    "If a trusted issuer connected the app, it stays read-only until writing is allowed "
                    "again here."
                )
            )
        return confirmation(
            request, meant, keys, place, _("Allow read only?"), _("Allow read only"), sentences
        )

    def narrow(some: QuerySet[AppAuthorization]) -> dict[int, Changes]:
        kept = {scope for scopes in some.values_list("scope", flat=True) for scope in scopes.split()} - {
            WRITE
        }
        changed = some.narrow_all(kept, by=signed_in_user(request))  # type: ignore[attr-defined]  # our own
        return {key: {"scope": list(scopes)} for key, scopes in changed.items()}

    done = change(request, keys, Kind.AUTHORIZATION_NARROWED, narrow)
    said = ngettext("%(n)d connection is read-only now.", "%(n)d connections are read-only now.", done)
    messages.success(request, said % {"n": done})
    return HttpResponseRedirect(way_back(request, place.page))


def is_confirmed(request: HttpRequest, keys: Sequence[int]) -> bool:
    """Say whether the person confirmed exactly these rows.

    A form that names its rows one by one needs no more than the confirmation.
    """
    if "confirmed" not in request.POST:
        return False
    seen = request.POST.get("seen", "")
    named = "every" not in request.POST and "all" not in request.POST
    return seen == fingerprint(keys) or (named and not seen)


def change(request: HttpRequest, keys: Sequence[int], kind: Kind, make: Change) -> int:
    """Change the authorizations in portions, each with its events, and return how many changed."""
    done = 0
    for start in range(0, len(keys), AT_ONCE):
        with transaction.atomic():
            rows = AppAuthorization.objects.filter(pk__in=keys[start : start + AT_ONCE])
            # Locked, and looked at again: another process may have ended some of them meanwhile.
            live = list(
                rows.filter(live_now()).select_for_update().order_by("pk").values_list("pk", flat=True)
            )
            changed = make(AppAuthorization.objects.filter(pk__in=live))
            append(list(events(kind, changed, by=signed_in_user(request), address=address_of(request))))
        done += len(changed)
    return done


def confirmation(
    request: HttpRequest,
    meant: QuerySet[AppAuthorization],
    keys: Sequence[int],
    place: Place,
    title: str,
    button: str,
    sentences: list[str],
) -> HttpResponse:
    first = with_their_rows(meant).order_by("consumer__name", "user__name", "pk")[:MOST_NAMED]
    if not place.own and len(keys) > 1:
        counted = {
            "connections": len(keys),
            "people": meant.order_by().values("user").distinct().count(),
            "apps": meant.order_by().values("consumer").distinct().count(),
        }
        text = _("Connections: %(connections)d. People: %(people)d. Apps: %(apps)d.")
        sentences = [text % counted, *sentences]
    back_url = way_back(request, place.page)
    which: list[tuple[str, object]]
    if "only" not in request.POST and ("every" in request.POST or "all" in request.POST):
        which = [("all", "1")] if place.own else [("every", "1"), *company_listing(request.POST).hidden]
    else:
        which = [("authorization", key) for key in keys]
    return Confirmation(
        title=title,
        button=button,
        items=[Named(each.consumer.name, "" if place.own else each.user.display_name) for each in first],
        total=len(keys),
        sentences=sentences,
        action_url=reverse(place.action),
        hidden=[*which, ("seen", fingerprint(keys)), ("next", back_url)],
        back_url=back_url,
        changed_meanwhile="confirmed" in request.POST,
    ).page(request, "consumers/confirm_own.html" if place.own else "consumers/confirm.html")
