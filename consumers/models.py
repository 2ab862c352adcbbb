"""Consumers, the authorizations that people gave them, and their tokens.

The token models replace those of django-oauth-toolkit through its swappable settings. No credential is stored
in clear: `token_checksum`, `code` and `client_secret` hold keyed digests (consumers/digests.py).
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import (
    AbstractAccessToken,
    AbstractApplication,
    AbstractGrant,
    AbstractIDToken,
    AbstractRefreshToken,
)

# Django finds models only through this module.
import consumers.openid.models
import consumers.registrations.models
import consumers.trusted_issuers.models  # noqa: F401
from accounts.models import Company, PermissionGroup, User
from consumers.callbacks import check_callbacks
from consumers.client_documents import validate_document_url
from consumers.digests import Prefix, digest, make, make_key
from consumers.toolsets import check_toolsets

# Only schemes that a browser may open from a link: no javascript:, data: or ftp: (security case 248).
web_address = URLValidator(schemes=["https", "http"])
AUTHORIZATION_LIFETIME = dt.timedelta(days=180)


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


class AppAuthorizationQuerySet(models.QuerySet["AppAuthorization"]):
    def live(self) -> AppAuthorizationQuerySet:
        return self.filter(revoked_at=None, ends_at__gt=timezone.now())


class AppAuthorization(models.Model):
    """One person's consent for one consumer. Every token family (one for each code) belongs to it.

    If `issuer` is set, that issuer vouched for the person and there was no consent page. Both kinds may exist
    for the same person and consumer.
    """

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="app_authorizations")
    consumer = models.ForeignKey(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL, models.CASCADE, related_name="app_authorizations"
    )
    scope = models.TextField(_("scopes"))
    resource = models.CharField(max_length=500)
    redirect_uri = models.CharField(max_length=2000)
    created_at = models.DateTimeField(_("since"), default=timezone.now)
    last_used_at = models.DateTimeField(_("last use"), null=True)
    ends_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    issuer = models.ForeignKey(
        "consumers.TrustedIssuer", models.CASCADE, null=True, related_name="app_authorizations"
    )
    # The person or an administrator disconnected the app: the issuer's next assertion does not connect it
    # again.
    refuses_exchange = models.BooleanField(default=False)

    objects = AppAuthorizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("app authorization")
        verbose_name_plural = _("app authorizations")
        ordering = ("-created_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("user", "consumer"),
                condition=models.Q(revoked_at=None, issuer=None),
                name="one_live_authorization_per_user_and_consumer",
            ),
            models.UniqueConstraint(
                fields=("user", "consumer", "issuer"),
                condition=models.Q(revoked_at=None),
                name="one_live_authorization_per_user_and_issuer",
            ),
        )

    def __str__(self) -> str:
        return f"AppAuthorization #{self.pk}"

    @property
    def scopes(self) -> frozenset[str]:
        return frozenset(self.scope.split())

    @property
    def live(self) -> bool:
        return self.revoked_at is None and timezone.now() < self.ends_at

    def revoke(self, by: User | None = None) -> None:
        """End the authorization: every code and token is invalid when this returns."""
        with transaction.atomic():
            now = timezone.now()
            AppAuthorization.objects.filter(pk=self.pk, revoked_at=None).update(
                revoked_at=now,
                revoked_by=by,
                refuses_exchange=by is not None and self.issuer_id is not None,
            )
            RefreshToken.objects.filter(authorization=self, revoked=None).update(revoked=now)
            AccessToken.objects.filter(authorization=self).delete()
            Grant.objects.filter(authorization=self).delete()
        self.refresh_from_db()


class Grant(AbstractGrant):
    """An authorization code, stored as a digest in `code`.

    A redeemed code stays, marked with `redeemed_at`, so that a replay is detected and revokes the family
    (RFC 9700 §2.1.1, security case 75).
    """

    authorization = models.ForeignKey(AppAuthorization, models.CASCADE, related_name="codes")
    token_family = models.UUIDField(default=uuid.uuid4, editable=False)
    redeemed_at = models.DateTimeField(null=True)
    # In seconds since 1970, for `auth_time` of an ID token.
    signed_in_at = models.BigIntegerField(null=True)

    class Meta(AbstractGrant.Meta):
        swappable = "OAUTH2_PROVIDER_GRANT_MODEL"


class AccessToken(AbstractAccessToken):
    """An access token, stored as a digest; the library's `token` column stays empty.

    `authorization` is None for client credentials.
    """

    authorization = models.ForeignKey(
        AppAuthorization, models.CASCADE, null=True, blank=True, related_name="access_tokens"
    )
    token_family = models.UUIDField(null=True, db_index=True, editable=False)

    class Meta(AbstractAccessToken.Meta):
        swappable = "OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL"


class RefreshToken(AbstractRefreshToken):
    """A refresh token. For a minute after `superseded_at` a client whose answer was lost may use it again."""

    authorization = models.ForeignKey(AppAuthorization, models.CASCADE, related_name="refresh_tokens")
    scope = models.TextField()
    expires = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta(AbstractRefreshToken.Meta):
        swappable = "OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL"


class IDToken(AbstractIDToken):
    """Swapped so that all models of the library are ours. Signed ID tokens are not stored."""

    class Meta(AbstractIDToken.Meta):
        swappable = "OAUTH2_PROVIDER_ID_TOKEN_MODEL"


class AuthorizationRequest(models.Model):
    """A validated authorization request that waits for the person's decision.

    It stays on the server under a one-time id that is bound to the session and the person, so the consent
    form carries nothing that could be manipulated (security cases 38-44). `params` holds the validated
    values.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    consumer = models.ForeignKey(settings.OAUTH2_PROVIDER_APPLICATION_MODEL, models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    session_digest = models.CharField(max_length=64)
    params = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    decided_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"AuthorizationRequest {self.pk}"


class PendingRequest(models.Model):
    """The unchecked query of an authorization request; validated anew each time somebody returns to it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    query = models.TextField()
    again_until = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"PendingRequest {self.pk}"

    @property
    def can_begin_again(self) -> bool:
        return timezone.now() < self.again_until
