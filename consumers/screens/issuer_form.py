"""The form of a trusted issuer. The issuer's identity cannot be edited: the people's links depend on it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.forms.fields import validate_printable
from accounts.models import Company, User
from accounts.recorded_changes import stored_values
from audit.chain import append
from audit.kinds import Kind
from audit.recording import Subject, changes_between, record
from consumers.models import AppAuthorization
from consumers.outbound.addresses import validate_address
from consumers.scopes import READ
from consumers.screens.authorization_events import ended
from consumers.security_log import note
from consumers.trusted_issuers.models import TrustedIssuer

_FIXED = ("issuer", "tenant")
_ADDRESS = {"spellcheck": "false", "autocomplete": "off"}


def validate_public(url: str) -> str:
    """Validate a public https address and return it unchanged, since issuers are compared exactly."""
    validate_address(url)
    if not url.startswith("https://"):
        raise ValidationError(_("The address must start with https://."))
    return url


class IssuerForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when run
    class Meta:
        model = TrustedIssuer
        fields = ("name", "issuer", "jwks_url", "tenant", "vouches_for_email", "read_only", "enabled")
        labels = {  # noqa: RUF012 - read by Django
            "name": _("Name"),
            "issuer": _("Issuer"),
            "jwks_url": _("Key set URL (JWKS)"),
            "tenant": _("Tenant"),
            "vouches_for_email": _("It verifies the e-mail addresses it sends"),
            "read_only": _("Read only"),
            "enabled": _("Enabled"),
        }
        help_texts = {  # noqa: RUF012
            "issuer": _(
                "Exactly as it identifies itself: for Okta the organization's URL, for example "
                "https://acme.okta.com; for Claude identities the issuer that Claude shows during "
                "setup."
            ),
            "jwks_url": _("Only if the issuer has no discovery document; otherwise leave it empty."),
            "tenant": _("Only for an issuer that serves several companies at one address."),
            "vouches_for_email": _(
                "A person is recognized by the subject of the assertion, and the first time by e-mail "
                "address. An address that is not marked as verified counts only if this is selected."
            ),
            "read_only": _(
                "Apps connected through this issuer cannot change anything, whatever they ask for."
            ),
            "enabled": _("If this is cleared, every connection through this issuer ends immediately."),
        }
        widgets = {  # noqa: RUF012
            "issuer": forms.URLInput(attrs=_ADDRESS),
            "jwks_url": forms.URLInput(attrs=_ADDRESS),
            "tenant": forms.TextInput(attrs=_ADDRESS),
        }

    def __init__(self, company: Company, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.company = company
        for name in ("name", "tenant"):
            self.fields[name].validators.append(validate_printable)
        if self.instance.pk:
            for name in _FIXED:
                self.fields[name].disabled = True
                self.fields[name].help_text = ""

    def clean_issuer(self) -> str:
        return validate_public(self.cleaned_data["issuer"])

    def clean_jwks_url(self) -> str:
        url: str = self.cleaned_data["jwks_url"]
        return validate_public(url) if url else ""

    def _get_validation_exclusions(self) -> set[str]:
        """Check the uniqueness of the issuer within the company, although `company` is not a form field."""
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded - {"company"}

    def store(self, by: User, address: str = "") -> TrustedIssuer:
        """Save. Narrower limits apply at once to everybody who connected through the issuer before."""
        issuer: TrustedIssuer = self.instance
        with transaction.atomic():
            if issuer.pk:  # exchanges wait for the lock and then read what is saved here
                TrustedIssuer.objects.select_for_update().get(pk=issuer.pk)
            else:
                issuer.created_by = by
            before = values_of(issuer)
            changed = list(self.changed_data)
            if "jwks_url" in changed:
                issuer.keys, issuer.keys_until, issuer.keys_asked_at = {}, None, None
                changed += ["keys", "keys_until", "keys_asked_at"]
            if before:  # only what was changed here: the rest of the row may be newer than the form
                issuer.save(update_fields=changed)
                issuer.refresh_from_db()
            else:
                issuer.save()
            connected = AppAuthorization.objects.filter(issuer=issuer, revoked_at=None)
            keys = [] if issuer.enabled else connected.end()
            if issuer.enabled and issuer.read_only:
                connected.update(scope=READ)
            append(ended(keys, by=by, address=address))
            if changes := changes_between(before, values_of(issuer)):
                record(
                    Kind.ISSUER_CHANGED if before else Kind.ISSUER_ADDED,
                    company_id=issuer.company_id,
                    user=by,
                    subject=Subject("issuer", str(issuer.pk), issuer.name),
                    changes=changes,
                    address=address,
                )
        note("trusted issuer saved", issuer=issuer.pk, by=by.pk, fields=",".join(self.changed_data))
        return issuer


def values_of(issuer: TrustedIssuer) -> dict[str, Any]:
    return stored_values(TrustedIssuer, issuer.pk, IssuerForm.Meta.fields)
