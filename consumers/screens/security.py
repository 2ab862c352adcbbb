"""Configuration > Security: what apps and issuers may know and assert about the company's people."""

from __future__ import annotations

from copy import copy
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Window
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.current import CONFIGURE, acting_membership, require_right
from accounts.key_ring import has_keys
from accounts.models import Company
from consumers.models import Consumer
from consumers.openid.signing_keys import published
from consumers.registrations.models import RegistrationRules
from consumers.screens.consumer_list import in_state
from consumers.trusted_issuers.models import TrustedIssuer
from listing.folding import Folded
from listing.listing import Listing, Sort

MOST_LIMITED = 10  # apps on this page; the list of consumers has them all


class OpenIdForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when run
    class Meta:
        model = Company
        fields = ("openid_connect",)
        labels = {  # noqa: RUF012 - read by Django
            "openid_connect": gettext_lazy(
                "Apps may receive the verified e-mail address of the person who connects them"
            ),
        }
        help_texts = {  # noqa: RUF012
            "openid_connect": gettext_lazy(
                "OpenID Connect, for example so that ChatGPT Enterprise can admit only addresses in "
                "your domain. The consent page tells each person. When off, apps learn nothing about "
                "who connects them."
            ),
        }

    def clean_openid_connect(self) -> bool:
        wanted: bool = self.cleaned_data["openid_connect"]
        if wanted and not has_keys():
            raise forms.ValidationError(
                _("This installation cannot store secrets yet: its operator has to set UPSTREAM_KEYS.")
            )
        return wanted


@require_http_methods(["GET", "HEAD", "POST"])
@require_right(CONFIGURE)
def security(request: HttpRequest) -> HttpResponse:
    company = copy(acting_membership(request).company)  # what a refused form sets, only the form shows
    form = OpenIdForm(request.POST or None, instance=company)
    if request.method == "POST" and form.is_valid():
        company.save(update_fields=["openid_connect"])
        if company.openid_connect:
            published()  # makes the first key before anybody requests it
        messages.success(request, _("Security settings saved."))
        return HttpResponseRedirect(reverse("settings-security"))
    issuers = TrustedIssuer.objects.filter(company=company)
    listing = Listing(
        request.GET,
        reverse("settings-security"),
        sorts={
            "name": Sort(_("Name"), Folded("name")),
            "used": Sort(_("Last used"), "last_used_at", newest_first=True),
        },
    )
    shown = listing.shown(issuers, issuers.annotate(people=Count("links")))
    limited = Consumer.objects.filter(in_state("limited"), company=company)
    limited = limited.annotate(in_all=Window(Count("pk"))).order_by("folded_name", "pk")
    consumers = list(limited[:MOST_LIMITED])
    context: dict[str, Any] = {
        "form": form,
        "listing": listing,
        "shown": shown,
        "issuers": shown.rows,
        "rules": RegistrationRules.objects.filter(company=company).first() or RegistrationRules(),
        "consumers": consumers,
        "all_limited": consumers[0].in_all if consumers else 0,
    }
    return render(request, "consumers/security.html", context, status=422 if form.errors else 200)
