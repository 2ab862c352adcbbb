"""The authorizations that people gave to consumers, with their codes and tokens.

The token models replace those of django-oauth-toolkit through its swappable settings. No credential is stored
in clear: `token_checksum` and `code` hold keyed digests (consumers/digests.py).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

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
from consumers import scopes

AUTHORIZATION_LIFETIME = dt.timedelta(days=180)


class AppAuthorizationQuerySet(models.QuerySet["AppAuthorization"]):
    def live(self) -> AppAuthorizationQuerySet:
        return self.filter(revoked_at=None, ends_at__gt=timezone.now())

    def revoke_all(self, by: User | None = None) -> None:
        """End these authorizations: every code and token of theirs is invalid when this returns.

        `by` is the person or the administrator who wants it so: then no issuer connects the app again.
        """
        with transaction.atomic():
            now, keys = timezone.now(), list(self.values_list("pk", flat=True))
            AppAuthorization.objects.filter(pk__in=keys, revoked_at=None).update(
                revoked_at=now,
                revoked_by=by,
                refuses_exchange=models.Q(issuer__isnull=False) if by else models.Value(False),
            )
            RefreshToken.objects.filter(authorization__in=keys, revoked=None).update(revoked=now)
            AccessToken.objects.filter(authorization__in=keys).delete()
            Grant.objects.filter(authorization__in=keys).delete()

    def end(self, by: User | None = None) -> list[int]:
        """End these authorizations; see `revoke_all`. Return the keys of those that were live."""
        with transaction.atomic():
            rows = self.filter(revoked_at=None).select_for_update(of=("self",)).order_by("pk")
            until = dict(rows.values_list("pk", "ends_at"))
            AppAuthorization.objects.filter(pk__in=until).revoke_all(by)
        now = timezone.now()
        return [key for key, ends_at in until.items() if ends_at > now]

    def narrow_all(self, kept: Iterable[str], by: User | None = None) -> dict[int, tuple[str, str]]:
        """Take away all scopes but these; it never adds one. Return {key: (scopes before, scopes after)}.

        Codes and tokens stay and lose the scopes, because each use compares them with the authorization:
        the token endpoint at once, the MCP endpoint within a second in every process. Left alone are those
        that have ended, and those of which neither reading nor writing would be left.
        """
        kept = frozenset(kept)
        alike: dict[tuple[str, str], list[int]] = {}
        changed: dict[int, tuple[str, str]] = {}
        with transaction.atomic():
            rows = self.live().select_for_update().order_by("pk")
            for key, scope, withheld in rows.values_list("pk", "scope", "withheld_scope"):
                held = frozenset(scope.split())
                if held - kept and held & kept & {scopes.READ, scopes.WRITE}:
                    alike.setdefault((scope, withheld), []).append(key)
            for (scope, withheld), keys in alike.items():
                held = frozenset(scope.split())
                left = " ".join(scopes.ordered(held & kept))
                AppAuthorization.objects.filter(pk__in=keys).update(
                    scope=left,
                    withheld_scope=" ".join(scopes.ordered((held - kept) | set(withheld.split()))),
                    narrowed_at=timezone.now(),
                    narrowed_by=by,
                )
                changed |= dict.fromkeys(keys, (scope, left))
        return changed


class AppAuthorization(models.Model):
    """One person's consent for one consumer. Every token family (one for each code) belongs to it.

    If `issuer` is set, that issuer vouched for the person and there was no consent page. Both kinds may exist
    for the same person and consumer.
    """

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="app_authorizations")
    consumer = models.ForeignKey(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
        models.CASCADE,
        related_name="app_authorizations",
        db_index=False,  # an index of Meta begins with it
    )
    scope = models.TextField(_("scopes"))
    resource = models.CharField(max_length=500)
    redirect_uri = models.CharField(max_length=2000)
    created_at = models.DateTimeField(_("since"), default=timezone.now)
    # When the app first fetched a token. Until then it was approved, but is not connected.
    connected_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(_("last use"), null=True)
    # The version of the list of tools that its client saw last, and when (mcp_gateway/methods/tools_list.py).
    tools_version = models.CharField(max_length=16, blank=True, default="", db_default="", editable=False)
    tools_seen_at = models.DateTimeField(null=True, blank=True, editable=False)
    ends_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    issuer = models.ForeignKey(
        "consumers.TrustedIssuer", models.CASCADE, null=True, related_name="app_authorizations"
    )
    # The person or an administrator disconnected the app: the issuer's next assertion does not connect it
    # again.
    refuses_exchange = models.BooleanField(default=False)
    # Scopes that the person or an administrator took away afterwards. No exchange of an assertion, which asks
    # nobody, gives them back.
    withheld_scope = models.TextField(blank=True, default="")
    narrowed_at = models.DateTimeField(null=True)
    narrowed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = AppAuthorizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("app authorization")
        verbose_name_plural = _("app authorizations")
        ordering = ("-created_at", "-id")
        # All that the lists count and sort by state, so that this is read from the index alone.
        indexes = (
            models.Index(
                fields=(
                    "consumer",
                    "revoked_at",
                    "ends_at",
                    "refuses_exchange",
                    "connected_at",
                    "user",
                ),
                name="authorization_state",
            ),
        )
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
    def withheld(self) -> frozenset[str]:
        return frozenset(self.withheld_scope.split())

    @property
    def live(self) -> bool:
        return self.revoked_at is None and timezone.now() < self.ends_at

    def revoke(self, by: User | None = None) -> None:
        """End the authorization; see `revoke_all`."""
        AppAuthorization.objects.filter(pk=self.pk).revoke_all(by)
        self.refresh_from_db()

    def narrow(self, kept: Iterable[str], by: User | None = None) -> frozenset[str]:
        """Take away all scopes but these, and return those taken; see `narrow_all`."""
        changed = AppAuthorization.objects.filter(pk=self.pk).narrow_all(kept, by)
        self.refresh_from_db()
        before, after = changed.get(self.pk, ("", ""))
        return frozenset(before.split()) - frozenset(after.split())

    def give_back(self) -> None:
        """Let the issuer's next assertion grant again what was taken away; no token gains anything now."""
        AppAuthorization.objects.filter(pk=self.pk).update(
            withheld_scope="", narrowed_at=None, narrowed_by=None
        )
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
