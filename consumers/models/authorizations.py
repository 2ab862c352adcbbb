"""The authorizations that people gave to consumers, with their codes and tokens.

The token models replace those of django-oauth-toolkit through its swappable settings. No credential is stored
in clear: `token_checksum` and `code` hold keyed digests (consumers/digests.py).
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import (
    AbstractAccessToken,
    AbstractGrant,
    AbstractIDToken,
    AbstractRefreshToken,
)

from accounts.models import User

AUTHORIZATION_LIFETIME = dt.timedelta(days=180)


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
