"""Configuration > Security > Trusted issuers: add, change and delete issuers, and list the linked people."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.current import CONFIGURE, acting_membership, require_right, signed_in_user
from accounts.forms.fields import primary_key
from accounts.networks import address_of
from accounts.recorded_changes import record_change
from audit.chain import append
from audit.kinds import Kind
from audit.recording import Subject
from consumers.models import AppAuthorization
from consumers.screens.authorization_events import ended
from consumers.screens.issuer_form import IssuerForm
from consumers.security_log import note
from consumers.trusted_issuers.keys import NoKeys, ask
from consumers.trusted_issuers.models import IssuerLink, TrustedIssuer
from listing.folding import having
from listing.listing import Listing, Sort
from listing.way_back import way_back


@require_http_methods(["GET", "HEAD", "POST"])
@require_right(CONFIGURE)
def add(request: HttpRequest) -> HttpResponse:
    return edited(request, TrustedIssuer())


@require_http_methods(["GET", "HEAD", "POST"])
@require_right(CONFIGURE)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    return edited(request, found(request, pk))


def found(request: HttpRequest, pk: int) -> TrustedIssuer:
    return get_object_or_404(TrustedIssuer, company=acting_membership(request).company, pk=pk)


def edited(request: HttpRequest, issuer: TrustedIssuer) -> HttpResponse:
    company = acting_membership(request).company
    form = IssuerForm(company, request.POST or None, instance=issuer)
    if request.method == "POST" and form.is_valid():
        try:
            saved = form.store(signed_in_user(request), address_of(request))
        except TrustedIssuer.DoesNotExist:
            raise Http404 from None  # deleted a moment ago
        except IntegrityError:  # added since the form was validated
            form.add_error("issuer", _("The company already trusts this issuer. Open its row to change it."))
        else:
            messages.success(request, _("Issuer %(name)s saved.") % {"name": saved.name})
            say_whether_keys_are_there(request, saved)
            return HttpResponseRedirect(reverse("issuer", args=[saved.pk]))
    context: dict[str, Any] = {
        "form": form,
        "issuer": None if issuer._state.adding else issuer,
        "audience": settings.PUBLIC_URL,
        "mcp_url": settings.MCP_RESOURCE,
        "token_url": f"{settings.PUBLIC_URL}/oauth/token",
    }
    if not issuer._state.adding:
        context |= people_of(request, issuer)
    return render(request, "consumers/issuer.html", context, status=422 if form.errors else 200)


def people_of(request: HttpRequest, issuer: TrustedIssuer) -> dict[str, Any]:
    """Return one page of the people whom the issuer vouched for."""
    links = IssuerLink.objects.filter(issuer=issuer)
    listing = Listing(
        request.GET,
        reverse("issuer", args=[issuer.pk]),
        sorts={
            "person": Sort(_("Person"), "user__folded_name"),
            "since": Sort(_("Since"), "created_at", newest_first=True),
            "used": Sort(_("Last used"), "last_used_at", newest_first=True),
        },
    )
    found = links.filter(*having(listing.words, "user__name", "user__email", "subject"))
    shown = listing.shown(found, links.select_related("user"), links)
    return {
        "listing": listing,
        "shown": shown,
        "everything": shown.everything,
    }


def say_whether_keys_are_there(request: HttpRequest, issuer: TrustedIssuer) -> None:
    """Fetch the keys at once, so that the administrator sees a wrong address before people do."""
    if not issuer.enabled:
        return
    try:
        ask(issuer)
    except NoKeys:
        messages.warning(
            request,
            _(
                "Its keys could not be read. Check the address: it must be public, answer with JSON "
                "without a redirect, and name the same issuer."
            ),
        )
        return
    messages.info(
        request,
        ngettext("%(n)d key was read.", "%(n)d keys were read.", len(issuer.keys)) % {"n": len(issuer.keys)},
    )


@require_POST
@require_right(CONFIGURE)
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete an issuer after a confirmation. A double click gets the same answer."""
    if "confirmed" in request.POST and not TrustedIssuer.objects.filter(pk=pk).exists():
        messages.success(request, _("Nothing to delete: it has already been deleted."))
        return HttpResponseRedirect(reverse("settings-security"))
    issuer = found(request, pk)
    if "confirmed" not in request.POST:
        people = issuer.links.count()
        lost = ngettext(
            "%(n)d person was recognized through it and will lose the connection.",
            "%(n)d people were recognized through it and will lose the connection.",
            people,
        )
        context = {
            "title": _("Delete this issuer?"),
            "button": _("Delete"),
            "items": [{"name": issuer.name, "detail": issuer.issuer}],
            "sentences": [
                lost % {"n": people} if people else _("Nobody is connected through it right now."),
                _(
                    "People who come through it again later are recognized by e-mail address, as on the "
                    "first time."
                ),
            ],
            "action_url": reverse("issuer-delete", args=[pk]),
            "hidden": [],
            "back_url": reverse("issuer", args=[pk]),
        }
        return render(request, "consumers/confirm.html", context)
    with transaction.atomic():
        # Wait for an exchange in progress, or for another one who deletes it.
        get_object_or_404(TrustedIssuer.objects.select_for_update(), pk=pk)
        deleted = Subject("issuer", str(pk), issuer.name)
        issuer.delete()  # cascades to links, authorizations and tokens
        record_change(request, Kind.ISSUER_DELETED, subject=deleted)
    note("trusted issuer deleted", issuer=pk, by=signed_in_user(request).pk)
    messages.success(request, _("Deleted, effective immediately: %(names)s.") % {"names": issuer.name})
    return HttpResponseRedirect(reverse("settings-security"))


@require_POST
@require_right(CONFIGURE)
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a subject's link and end the connection. The next assertion is matched by e-mail again."""
    issuer = found(request, pk)
    back_url = way_back(request, "issuer", args=[pk])
    link = (
        IssuerLink.objects.select_related("user")
        .filter(issuer=issuer, pk=primary_key(request.POST.get("link")))
        .first()
    )
    if link is None:
        messages.info(request, _("This person is no longer linked."))
        return HttpResponseRedirect(back_url)
    if "confirmed" not in request.POST:
        context = {
            "title": _("Unlink this person?"),
            "button": _("Unlink"),
            "items": [{"name": link.user.display_name, "detail": link.user.email}],
            "sentences": [
                _(
                    "Connections through this issuer end immediately. Next time, the e-mail address "
                    "decides again."
                ),
            ],
            "action_url": reverse("issuer-forget", args=[pk]),
            "hidden": [("link", link.pk), ("next", back_url)],
            "back_url": back_url,
        }
        return render(request, "consumers/confirm.html", context)
    with transaction.atomic():
        get_object_or_404(TrustedIssuer.objects.select_for_update(), pk=pk)
        if not IssuerLink.objects.filter(pk=link.pk).delete()[0]:
            raise Http404  # unlinked a moment ago
        keys = AppAuthorization.objects.filter(issuer=issuer, user=link.user).end()
        append(ended(keys, by=signed_in_user(request), address=address_of(request)))
        record_change(
            request,
            Kind.ISSUER_LINK_REMOVED,
            subject=Subject("person", str(link.user_id), link.user.email),
            facts={"issuer": issuer.name},
        )
    note(
        "person forgotten by a trusted issuer", issuer=pk, person=link.user_id, by=signed_in_user(request).pk
    )
    messages.success(request, _("%(person)s unlinked.") % {"person": link.user.display_name})
    return HttpResponseRedirect(back_url)
