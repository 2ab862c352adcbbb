"""Trusted issuers, the people that their assertions are linked to, and the assertions already used."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Company

MAX_SUBJECT = 255


class TrustedIssuer(models.Model):
    """An identity provider whose ID-JAGs are accepted for the consumers of one company.

    Its keys are stored here and not in a cache, so that all processes share one fetch.
    """

    company = models.ForeignKey(Company, models.CASCADE, related_name="trusted_issuers")
    name = models.CharField(_("name"), max_length=80)
    issuer = models.CharField(_("issuer"), max_length=500)
    # Where it publishes its keys. Blank: use its discovery document.
    jwks_url = models.CharField(_("key set URL"), max_length=500, blank=True)
    # For an issuer that serves several tenants; assertions must name the same one.
    tenant = models.CharField(_("tenant"), max_length=200, blank=True)
    vouches_for_email = models.BooleanField(_("vouches for e-mail addresses"), default=False)
    read_only = models.BooleanField(_("read only"), default=True)
    enabled = models.BooleanField(_("enabled"), default=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)
    # Public keys by `kid`, when they expire, and when they were last fetched.
    keys: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict, editable=False)
    keys_until = models.DateTimeField(null=True, editable=False)
    keys_asked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("trusted issuer")
        verbose_name_plural = _("trusted issuers")
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("company", "issuer", "tenant"),
                name="one_trusted_issuer_per_company_and_tenant",
                violation_error_message=_(
                    "The company already trusts this issuer. Open its row to change it."
                ),
            ),
        )

    def __str__(self) -> str:
        return self.name


class IssuerLink(models.Model):
    """The user that an issuer's subject refers to. Linked once by e-mail address; from then on by subject.

    A user has one subject at an issuer. If the issuer later gives the address to somebody else, that person
    cannot open the account of its former owner.
    """

    issuer = models.ForeignKey(TrustedIssuer, models.CASCADE, related_name="links")
    subject = models.CharField(max_length=MAX_SUBJECT)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="issuer_links")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("issuer", "subject"), name="one_person_per_subject_of_an_issuer"),
            models.UniqueConstraint(fields=("issuer", "user"), name="one_subject_per_person_and_issuer"),
        )

    def __str__(self) -> str:
        return f"IssuerLink #{self.pk}"


class UsedAssertion(models.Model):
    """A used assertion (RFC 7523 §3: exchanged once); stored until it would be too old anyway."""

    issuer = models.ForeignKey(TrustedIssuer, models.CASCADE, related_name="+")
    jti_digest = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("issuer", "jti_digest"), name="an_assertion_is_used_once"),
        )

    def __str__(self) -> str:
        return f"UsedAssertion #{self.pk}"
