"""A company's rules for programs that register themselves, and the programs that did."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, PermissionGroup

# Undecided and refused programs are deleted after this time.
KEPT_UNDECIDED = dt.timedelta(days=30)


def make_address() -> str:
    return secrets.token_hex(8)


class RegistrationRulesQuerySet(models.QuerySet["RegistrationRules"]):
    def of_companies_that_are_on(self) -> RegistrationRulesQuerySet:
        return self.filter(company__security_policy__switched_off_at=None)


class RegistrationRules(models.Model):
    """The rules of one company. Without a row no program can register itself."""

    class Mode(models.TextChoices):
        OFF = "off", _("Nobody: only administrators register programs")
        TOKEN = "token", _("Programs with a registration token created below")
        INBOX = "inbox", _("Any program; without a token it waits for an administrator")

    company = models.OneToOneField(Company, models.CASCADE, related_name="registration_rules")
    mode = models.CharField(max_length=8, choices=Mode, default=Mode.OFF)
    # The last part of the company's registration address; it reveals nothing about the company.
    address = models.CharField(max_length=16, unique=True, default=make_address, editable=False)
    people_may_ask = models.BooleanField(default=False)
    document_hosts = models.JSONField(default=list, blank=True)
    # Without a group (it may have been deleted) no host is trusted.
    document_group = models.ForeignKey(
        PermissionGroup, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = RegistrationRulesQuerySet.as_manager()

    def __str__(self) -> str:
        return f"RegistrationRules of company {self.company_id}"


class InitialAccessTokenQuerySet(models.QuerySet["InitialAccessToken"]):
    def live(self) -> InitialAccessTokenQuerySet:
        return self.filter(
            revoked_at=None,
            expires_at__gt=timezone.now(),
            permission_group__active=True,
            company__security_policy__switched_off_at=None,
        )


class InitialAccessToken(models.Model):
    """An initial access token (RFC 7591 §3): its holder registers a program of the company without waiting.

    Only the digest is stored.
    """

    company = models.ForeignKey(Company, models.CASCADE, related_name="initial_access_tokens")
    permission_group = models.ForeignKey(PermissionGroup, models.CASCADE, related_name="+")
    label = models.CharField(max_length=80)
    token_digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=4)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    objects = InitialAccessTokenQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return f"InitialAccessToken #{self.pk}"


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def waiting(self) -> RegistrationQuerySet:
        return self.filter(decided_at=None)

    def undecided(self) -> RegistrationQuerySet:
        """Return programs that an administrator can still admit: waiting or recently refused."""
        return self.filter(consumer=None)

    def outlived(self) -> RegistrationQuerySet:
        before = timezone.now() - KEPT_UNDECIDED
        return self.undecided().filter(
            models.Q(decided_at=None, created_at__lt=before) | models.Q(decided_at__lt=before)
        )

    def unused_since(self, before: dt.datetime) -> RegistrationQuerySet:
        """Return admitted programs that have not been used since then."""
        used = self.filter(consumer__isnull=False).annotate(
            last=Coalesce("consumer__last_used_at", "decided_at", "created_at")
        )
        return used.filter(last__lt=before)


class Registration(models.Model):
    """A program that registered itself: by key (RFC 7591) or by the URL of its metadata document.

    It has no consumer until it is admitted, so the rest of the server does not know it. All texts are the
    program's own claims.
    """

    class Way(models.TextChoices):
        ANONYMOUS = "anonymous", "registered itself"
        TOKEN = "token", "registered itself with a token"
        PERSON = "person", "a person asked for it"
        HOST = "host", "came from a trusted host"

    company = models.ForeignKey(Company, models.CASCADE, related_name="registrations")
    way = models.CharField(max_length=12, choices=Way)
    client_id = models.CharField(max_length=500, db_index=True)
    name = models.CharField(max_length=120)
    callbacks = models.JSONField(default=list)
    auth_method = models.CharField(max_length=32, default="none")
    url = models.CharField(max_length=500, blank=True)
    privacy_policy_url = models.CharField(max_length=500, blank=True)
    licence_url = models.CharField(max_length=500, blank=True)
    secret_digest = models.CharField(max_length=64, blank=True)
    secret_hint = models.CharField(max_length=4, blank=True)
    # RFC 7592: the registration access token, stored as a digest.
    token_digest = models.CharField(max_length=64, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    asked_from = models.GenericIPAddressField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    consumer = models.OneToOneField(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL, models.CASCADE, null=True, related_name="registration"
    )

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        ordering = ("created_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("company", "client_id"), name="one_registration_per_company_and_client"
            ),
        )

    def __str__(self) -> str:
        return f"Registration #{self.pk}"

    @property
    def by_document(self) -> bool:
        return self.client_id.startswith("https://")

    @property
    def current(self) -> tuple[str, list[str]]:
        """Return name and callbacks: those of the consumer if there is one, otherwise those registered."""
        if self.consumer:
            return self.consumer.name, self.consumer.callback_urls
        return self.name, list(self.callbacks)

    @property
    def refused(self) -> bool:
        return self.decided_at is not None and self.consumer_id is None

    @property
    def shown(self) -> str:
        """Return a digest of all that an administrator decides by, so that no changed program is admitted."""
        links = [self.url, self.privacy_policy_url, self.licence_url]
        words = json.dumps([self.client_id, self.name, self.callbacks, self.auth_method, *links])
        return hashlib.sha256(words.encode()).hexdigest()[:32]
