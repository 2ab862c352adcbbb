"""Configuration > API connections > Registration: the rules, and the programs that wait."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.current import CONFIGURE, acting_membership, require_right, signed_in_user
from accounts.forms.fields import primary_key
from accounts.models import Company
from accounts.networks import address_of
from accounts.recorded_changes import record_change, stored_values
from audit.kinds import Kind
from audit.recording import Subject, changes_between
from consumers.callbacks import display_host
from consumers.registrations import admission
from consumers.registrations.admission import ChangedMeanwhile
from consumers.registrations.endpoint import PATH, announced
from consumers.registrations.models import InitialAccessToken, Registration, RegistrationRules
from consumers.screens.registration_forms import RulesForm, TokenForm, active_groups
from consumers.security_log import note
from listing.folding import Folded, having
from listing.listing import Listing, Sort
from listing.way_back import way_back


@never_cache
@require_safe
@require_right(CONFIGURE)
def registration(request: HttpRequest) -> HttpResponse:
    company = acting_membership(request).company
    return draw(request, company)


@never_cache
@require_POST
@require_right(CONFIGURE)
def save_rules(request: HttpRequest) -> HttpResponse:
    company = acting_membership(request).company
    form = RulesForm(company, request.POST)
    if not form.is_valid():
        return draw(request, company, rules_form=form, status=422)
    names = ("mode", "people_may_ask", "document_hosts", "document_group")
    with transaction.atomic():
        before = stored_values(RegistrationRules, form.rules.pk, names)
        form.save()
        after = stored_values(RegistrationRules, form.rules.pk, names)
        record_change(request, Kind.REGISTRATION_RULES_CHANGED, changes=changes_between(before, after))
    note("registration rules changed", company=company.pk, mode=form.rules.mode, user=request.user.pk)
    messages.success(request, _("Rules for programs saved."))
    return HttpResponseRedirect(reverse("registration"))


@never_cache
@require_POST
@require_right(CONFIGURE)
def decide(request: HttpRequest) -> HttpResponse:
    """Admit one program with a permission group, or refuse it."""
    company, by = acting_membership(request).company, signed_in_user(request)
    key, shown = primary_key(request.POST.get("registration")), request.POST.get("shown", "")
    action = request.POST.get("action", "")
    if action not in {"approve", "refuse"}:
        raise Http404
    try:
        if action == "refuse":
            refused = admission.refuse(key, company, shown, by, address=address_of(request))
            messages.success(request, _("Refused: %(name)s.") % {"name": refused.name})
            return HttpResponseRedirect(way_back(request, "registration"))
        group = company.permission_groups.filter(
            pk=primary_key(request.POST.get("permission_group")), active=True
        ).first()
        if group is None:
            messages.error(request, _("Choose a permission group, then approve the program."))
            return HttpResponseRedirect(way_back(request, "registration"))
        consumer = admission.approve(key, company, shown, group, by, address=address_of(request))
    except ChangedMeanwhile:
        messages.warning(
            request, _("The program has changed or was already decided on. Nothing was done: check it again.")
        )
        return HttpResponseRedirect(way_back(request, "registration"))
    messages.success(request, _("%(name)s approved. People can connect it now.") % {"name": consumer.name})
    return HttpResponseRedirect(way_back(request, "registration"))


@never_cache
@require_POST
@require_right(CONFIGURE)
def add_token(request: HttpRequest) -> HttpResponse:
    """Create a token. This answer shows it; it is neither stored nor shown again."""
    company = acting_membership(request).company
    form = TokenForm(company, request.POST)
    if not form.is_valid():
        return draw(request, company, token_form=form, status=422)
    with transaction.atomic():
        token = form.save(signed_in_user(request))
        label = Subject("registration_token", "", form.cleaned_data["label"])
        record_change(request, Kind.REGISTRATION_TOKEN_ADDED, subject=label)
    note("registration token made", company=company.pk, user=request.user.pk)
    return draw(request, company, new_token=token)


@require_POST
@require_right(CONFIGURE)
def revoke_token(request: HttpRequest) -> HttpResponse:
    company = acting_membership(request).company
    meant = InitialAccessToken.objects.filter(company=company, pk=primary_key(request.POST.get("token")))
    token = meant.first()
    if token is None:
        raise Http404
    with transaction.atomic():
        if meant.filter(revoked_at=None).update(revoked_at=timezone.now()):
            label = Subject("registration_token", str(token.pk), token.label)
            record_change(request, Kind.REGISTRATION_TOKEN_REVOKED, subject=label)
    note("registration token revoked", company=company.pk, user=request.user.pk)
    messages.success(request, _("Token revoked. Programs that it registered stay."))
    return HttpResponseRedirect(reverse("registration"))


def draw(request: HttpRequest, company: Company, status: int = 200, **more: Any) -> HttpResponse:
    groups = active_groups(company)  # read once for both forms and the rows
    rules_form = more.pop("rules_form", None) or RulesForm(company, groups=groups)
    rules = rules_form.rules
    undecided = company.registrations.undecided()
    listing = Listing(
        request.GET,
        reverse("registration"),
        sorts={
            "asked": Sort(_("Who asked, when"), "created_at"),
            "name": Sort(_("Name"), Folded("name")),
        },
    )
    found = undecided.filter(*having(listing.words, "name", "client_id"))
    shown = listing.shown(found, undecided.select_related("asked_by"), undecided)
    context = {
        "listing": listing,
        "shown": shown,
        "rows": [row_of(each) for each in shown.rows],
        "everything": shown.everything,
        "groups": groups,
        "rules": rules,
        "rules_form": rules_form,
        "token_form": more.pop("token_form", None) or TokenForm(company, groups=groups),
        "tokens": company.initial_access_tokens.live().select_related("permission_group"),
        "address": f"{settings.PUBLIC_URL}{PATH}/{rules.address}" if rules.pk else "",
        "announced": bool(announced()),
        **more,
    }
    return render(request, "consumers/registration.html", context, status=status)


def row_of(registration: Registration) -> dict[str, Any]:
    """Add all hosts of a program, in punycode, so that no second one and no look-alike letter hides."""
    named = [registration.client_id] if registration.by_document else registration.callbacks
    return {"registration": registration, "hosts": list(dict.fromkeys(display_host(url) for url in named))}
