"""The consumers that an administrator registered. `client_secret` holds a keyed digest."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import (
    AbstractApplication,
)

from accounts.models import Company, PermissionGroup
from consumers.callbacks import check_callbacks
from consumers.client_documents import validate_document_url
from consumers.digests import Prefix, digest, make, make_key
from consumers.toolsets import check_toolsets

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
        secret = consumer.begin()
        consumer.full_clean(exclude=["client_secret"])
        consumer.save(force_insert=True)
        return consumer, secret

    def allowing(self, metadata_url: str) -> models.QuerySet[Consumer]:
        """Return the consumers that accept this client id, at most one for each company."""
        if not metadata_url.isprintable():  # PostgreSQL rejects NUL
            return self.none()
        return self.select_related("company", "permission_group", "created_by").filter(
            metadata_url=metadata_url,
            client_type=Consumer.CLIENT_PUBLIC,
            authorization_grant_type=Consumer.GRANT_AUTHORIZATION_CODE,
        )

    def get_by_natural_key(self, client_id: str) -> Consumer:
        return self.get(client_id=client_id)


class Consumer(AbstractApplication):
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
    enabled = models.BooleanField(_("enabled"), default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="registered_consumers"
    )
    secret_hint = models.CharField(max_length=4, blank=True, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)

    objects = ConsumerManager()

    class Meta(AbstractApplication.Meta):
        swappable = "OAUTH2_PROVIDER_APPLICATION_MODEL"
        verbose_name = _("OAuth consumer")
        verbose_name_plural = _("OAuth consumers")
        ordering = ("name", "id")
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

    def begin(self) -> str:
        """Set a new key and, unless the consumer is public, a new secret.

        Return the secret; only its digest is stored.
        """
        self.client_id = make_key()
        self.hash_client_secret = False  # the stored value is already a keyed digest
        self.client_secret, self.secret_hint = "", ""
        if self.is_public:
            return ""
        secret = make(Prefix.SECRET)
        self.client_secret, self.secret_hint = digest(secret), secret[-4:]
        return secret

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
        return self.enabled and self.permission_group.active
