"""The consumers that an administrator registered. Secrets are in secrets.py; `client_secret` is empty."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import (
    AbstractApplication,
)

from accounts.models import Company, Membership, PermissionGroup
from accounts.security_policy import policy_of
from consumers.callbacks import check_callbacks
from consumers.client_documents import validate_document_url
from consumers.digests import make_key
from consumers.models.secrets import ConsumerSecret
from consumers.policy.models import CeilingFields
from consumers.toolsets import check_toolsets
from listing.folded_columns import FoldedField, KeepsFolded

# Only schemes that a browser may open from a link: no javascript:, data: or ftp: (security case 248).
web_address = URLValidator(schemes=["https", "http"])


class ConsumerManager(models.Manager["Consumer"]):
    def register(
        self,
        *,
        company: Company,
        name: str,
        authorization_grant_type: str,
        permission_group: PermissionGroup,
        callback_urls: list[str] | None = None,
        public: bool = False,
        secret_expires_at: dt.datetime | None = None,
        **fields: Any,
    ) -> tuple[Consumer, str]:
        """Save a new consumer and return it with its secret, which cannot be read again later.

        A public consumer has no secret; the second value is then "". A consumer with a `metadata_url` is
        always public.
        """
        public = public or bool(fields.get("metadata_url"))
        consumer = self.model(
            company=company,
            name=name,
            authorization_grant_type=authorization_grant_type,
            permission_group=permission_group,
            client_type=AbstractApplication.CLIENT_PUBLIC
            if public
            else AbstractApplication.CLIENT_CONFIDENTIAL,
            **fields,
        )
        consumer.callback_urls = callback_urls or []
        # The library's column stays empty.
        consumer.client_id, consumer.client_secret, consumer.hash_client_secret = make_key(), "", False
        consumer.full_clean(exclude=["client_secret"])
        with transaction.atomic():
            consumer.save(force_insert=True)
            if public:
                return consumer, ""
            _secret, value = ConsumerSecret.objects.issue(
                consumer, by=consumer.created_by, expires_at=secret_expires_at
            )
        return consumer, value

    def allowing(self, metadata_url: str) -> models.QuerySet[Consumer]:
        """Return the consumers that accept this client id, at most one for each company."""
        if not metadata_url.isprintable():  # PostgreSQL rejects NUL
            return self.none()
        return self.select_related("company__security_policy", "permission_group", "created_by").filter(
            metadata_url=metadata_url,
            client_type=Consumer.CLIENT_PUBLIC,
            authorization_grant_type=Consumer.GRANT_AUTHORIZATION_CODE,
        )

    def get_by_natural_key(self, client_id: str) -> Consumer:
        return self.get(client_id=client_id)


class Consumer(KeepsFolded, AbstractApplication, CeilingFields):
    """An OAuth client that an administrator registered for one company."""

    GRANT_TYPES = (
        (AbstractApplication.GRANT_AUTHORIZATION_CODE, _("Authorization code")),
        (AbstractApplication.GRANT_CLIENT_CREDENTIALS, _("Client credentials")),
    )

    company = models.ForeignKey(Company, models.CASCADE, related_name="consumers")
    name = models.CharField(_("name"), max_length=120)
    authorization_grant_type = models.CharField(_("grant type"), max_length=44, choices=GRANT_TYPES)
    description = models.CharField(_("description"), max_length=500, blank=True)
    assistant = models.CharField(_("assistant"), max_length=32, blank=True)
    url = models.URLField(_("URL"), max_length=500, blank=True, validators=[web_address])
    privacy_policy_url = models.URLField(
        _("privacy policy URL"), max_length=500, blank=True, validators=[web_address]
    )
    licence_url = models.URLField(
        _("end user licence agreement URL"), max_length=500, blank=True, validators=[web_address]
    )
    # A program with a metadata document uses this URL as its client id instead of the key.
    metadata_url = models.CharField(_("metadata URL"), max_length=500, blank=True, db_index=True)
    permission_group = models.ForeignKey(
        PermissionGroup, models.PROTECT, related_name="consumers", verbose_name=_("permission group")
    )
    narrow_to_group = models.BooleanField(_("also limit to this group"), default=False)
    toolsets = models.JSONField(_("tool sets"), default=list, blank=True, validators=[check_toolsets])
    # From where the program may request and use tokens (accounts/networks.py); empty: from anywhere.
    allowed_networks = models.JSONField(default=list, blank=True)
    # Who may use it: everybody in the company, or only the chosen groups and people. With `approve_first`
    # each person also needs the approval of an administrator (consumers/policy/models.py).
    everyone_may_use = models.BooleanField(_("everyone may use it"), default=True)
    allowed_groups = models.ManyToManyField(PermissionGroup, related_name="+", blank=True)
    allowed_members = models.ManyToManyField(Membership, related_name="+", blank=True)
    approve_first = models.BooleanField(_("approval before first use"), default=False)
    # Whether it may have tokens for the admin API. Only a person sets it, on the consumer's page.
    may_administer = models.BooleanField(_("may administer"), default=False)
    enabled = models.BooleanField(_("enabled"), default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="registered_consumers"
    )
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    # The version of the list of tools that a program saw last, and when (mcp_gateway/methods/tools_list.py).
    tools_version = models.CharField(max_length=16, blank=True, default="", db_default="", editable=False)
    tools_seen_at = models.DateTimeField(null=True, blank=True, editable=False)

    # By which long lists sort apps, and in which they search them.
    folded_name = FoldedField("name")
    folded = FoldedField("name", "description", "client_id", "metadata_url")

    objects = ConsumerManager()

    class Meta(AbstractApplication.Meta):
        swappable = "OAUTH2_PROVIDER_APPLICATION_MODEL"
        verbose_name = _("OAuth consumer")
        verbose_name_plural = _("OAuth consumers")
        ordering = ("name", "id")
        indexes = (models.Index(fields=("company", "folded_name"), name="consumer_folded_name"),)
        constraints = (
            models.UniqueConstraint(
                fields=("company", "metadata_url"),
                condition=~models.Q(metadata_url=""),
                name="one_consumer_per_company_and_metadata_url",
                violation_error_message=_("Another consumer of the company already has this metadata URL."),
            ),
        )

    @property
    def callback_urls(self) -> list[str]:
        return list(self.redirect_uris.split())

    @callback_urls.setter
    def callback_urls(self, urls: list[str]) -> None:
        self.redirect_uris = " ".join(urls)

    @property
    def is_public(self) -> bool:
        return bool(self.client_type == self.CLIENT_PUBLIC)

    @property
    def is_authorization_code(self) -> bool:
        return bool(self.authorization_grant_type == self.GRANT_AUTHORIZATION_CODE)

    @property
    def kept_secrets(self) -> list[ConsumerSecret]:
        """Return the secrets that nobody removed, the newest first; no query if they were prefetched."""
        return [secret for secret in self.secrets.all() if secret.revoked_at is None]

    def clean(self) -> None:
        """Replace the library's check: callbacks may be missing, but each one must pass our own rules."""
        problems: dict[str, ValidationError] = {}
        try:
            self.callback_urls = check_callbacks(self.callback_urls)
        except ValidationError as error:
            problems["redirect_uris"] = error
        group = PermissionGroup.objects.filter(pk=self.permission_group_id).first()
        if group is not None and group.company_id != self.company_id:
            problems["permission_group"] = ValidationError(
                _("Choose a permission group of the same company.")
            )
        if self.is_public and not self.is_authorization_code:
            problems["authorization_grant_type"] = ValidationError(
                _("A program that acts for the company needs a secret.")
            )
        if self.may_administer and self.is_public:
            problems["may_administer"] = ValidationError(_("Only a program with a secret may administer."))
        if self.metadata_url:
            try:
                self.metadata_url = validate_document_url(self.metadata_url)
            except ValidationError as error:
                problems["metadata_url"] = error
            if not self.is_public or not self.is_authorization_code:
                problems["metadata_url"] = ValidationError(
                    _(
                        "Only a public client (one without a secret) that people sign in with can have a "
                        "metadata URL."
                    )
                )
        if problems:
            raise ValidationError(problems)

    def is_usable(self, request: object = None) -> bool:
        """Say whether the consumer works now. The library calls this too, with its own request object."""
        return self.enabled and self.permission_group.active and not policy_of(self.company).is_off
