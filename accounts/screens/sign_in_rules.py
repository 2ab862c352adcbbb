"""Configuration > Security > Signing in: second step, length of sessions, domains of addresses."""

from __future__ import annotations

import re
from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from accounts.administrators import LastAdministrator, keeping_an_administrator
from accounts.app_connections import app_connections
from accounts.current import CONFIGURE, acting_membership, require_right, signed_in_user
from accounts.models import Company
from accounts.networks import address_of
from accounts.screens.confirming import confirmation, is_confirmed
from accounts.screens.refusals import last_administrator_text
from accounts.security_policy import SecurityPolicy, policy_of
from accounts.sign_in_rules import admits_address, asks_two_step
from accounts.whom_it_cuts import connections_stop_text, people_lose_access_text
from audit.kinds import Kind
from audit.recording import Subject, changes_between, record

MOST_DOMAINS = 50
DOMAIN = re.compile(r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
FIELDS = ("two_step", "idle_minutes", "longest_hours", "allowed_domains")


class SignInRulesForm(forms.Form):
    two_step = forms.ChoiceField(
        label=gettext_lazy("Two-step sign-in is required of"),
        choices=SecurityPolicy.TwoStep.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "Whoever has not set it up is taken to it by the next page they open, and can open nothing else "
            "until then. Connected assistants keep working."
        ),
    )
    idle_minutes = forms.TypedChoiceField(
        label=gettext_lazy("Sign out after this time without activity"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            ("", gettext_lazy("12 hours, as for every company")),
            (15, gettext_lazy("15 minutes")),
            (30, gettext_lazy("30 minutes")),
            (60, gettext_lazy("1 hour")),
            (240, gettext_lazy("4 hours")),
        ],
    )
    longest_hours = forms.TypedChoiceField(
        label=gettext_lazy("Always sign out after"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            ("", gettext_lazy("No limit")),
            (1, gettext_lazy("1 hour")),
            (4, gettext_lazy("4 hours")),
            (8, gettext_lazy("8 hours")),
            (12, gettext_lazy("12 hours")),
            (24, gettext_lazy("24 hours")),
        ],
    )
    allowed_domains = forms.CharField(
        label=gettext_lazy("Allowed e-mail domains"),
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "placeholder": "example.com"}),
        help_text=gettext_lazy(
            "One per line, without @. Only people with such an address can be invited, work in this company "
            "and use assistants. A subdomain needs its own line. Leave it empty to allow every address."
        ),
    )

    def __init__(self, policy: SecurityPolicy, own_email: str, data: Any = None) -> None:
        self.own_email = own_email
        initial = {
            "two_step": policy.two_step,
            "idle_minutes": policy.idle_minutes,
            "longest_hours": policy.longest_hours,
            "allowed_domains": "\n".join(policy.allowed_domains),
        }
        super().__init__(data, initial=initial)

    def clean_allowed_domains(self) -> list[str]:
        domains = list(dict.fromkeys(self.cleaned_data["allowed_domains"].lower().split()))
        if len(domains) > MOST_DOMAINS:
            raise ValidationError(_("Enter at most %(limit)d domains.") % {"limit": MOST_DOMAINS})
        for domain in domains:
            if not DOMAIN.fullmatch(domain):
                raise ValidationError(
                    _("%(text)s is not a domain. Write it like example.com, without @.")
                    % {"text": domain[:60]}
                )
        if not admits_address(domains, self.own_email):
            raise ValidationError(
                _("Your own address, %(email)s, is in none of these domains: you would lock yourself out.")
                % {"email": self.own_email}
            )
        return domains


@require_http_methods(["GET", "HEAD", "POST"])
@require_right(CONFIGURE)
def sign_in_rules(request: HttpRequest) -> HttpResponse:
    company = acting_membership(request).company
    user = signed_in_user(request)
    form = SignInRulesForm(policy_of(company), user.email, request.POST or None)
    if request.method == "POST" and form.is_valid():
        wanted = SecurityPolicy(**form.cleaned_data)
        sentences = consequences(company, wanted)
        if sentences and not is_confirmed(request):
            return confirmation(
                request,
                title=_("Change the rules for signing in?"),
                sentences=sentences,
                button=_("Save"),
                back=reverse("settings-security-sign-in"),
            )
        try:
            save(company, form.cleaned_data, request)
        except LastAdministrator:
            form.add_error(None, last_administrator_text())
        else:
            messages.success(request, _("Security settings saved."))
            return HttpResponseRedirect(reverse("settings-security"))
    status = 422 if form.errors else 200
    return render(request, "accounts/sign_in_rules.html", {"form": form}, status=status)


def consequences(company: Company, wanted: SecurityPolicy) -> list[str]:
    """Say whom the new rules cut or stop, as against the present ones; empty if nobody."""
    now = policy_of(company)
    members = list(
        company.memberships.filter(active=True, user__is_active=True).select_related(
            "user", "permission_group"
        )
    )
    sentences = []
    kept_out = {
        member.user_id
        for member in members
        if not admits_address(wanted.allowed_domains, member.user.email)
        and admits_address(now.allowed_domains, member.user.email)
    }
    if kept_out:
        count = app_connections().count(company, kept_out)
        sentences += [people_lose_access_text(len(kept_out)), connections_stop_text(count)]
    with_step = set(
        Authenticator.objects.filter(user__in=[member.user_id for member in members])
        .exclude(type=Authenticator.Type.RECOVERY_CODES)
        .values_list("user_id", flat=True)
    )
    to_set_up = [
        member
        for member in members
        if member.user_id not in with_step
        and asks_two_step(wanted, member.rights)
        and not asks_two_step(now, member.rights)
    ]
    if to_set_up:
        sentences.append(
            ngettext(
                "%(n)d person has not set up two-step sign-in and must do so on the next page they open.",
                "%(n)d people have not set up two-step sign-in and must do so on the next page they open.",
                len(to_set_up),
            )
            % {"n": len(to_set_up)}
        )
    return sentences


def save(company: Company, values: dict[str, Any], request: HttpRequest) -> None:
    """Save the rules. Raises LastAdministrator."""
    with transaction.atomic(), keeping_an_administrator(company):
        policy, _made = SecurityPolicy.objects.get_or_create(company=company)
        before = {name: getattr(policy, name) for name in FIELDS}
        SecurityPolicy.objects.filter(company=company).update(**values)
        record(
            Kind.SETTINGS_SIGN_IN_CHANGED,
            company_id=company.pk,
            user=signed_in_user(request),
            subject=Subject("company", str(company.pk), company.name),
            changes=changes_between(before, values),
            address=address_of(request),
        )
