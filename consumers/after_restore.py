"""Ends what lets programs in, after a backup was restored."""

from __future__ import annotations

import datetime as dt

from django.db.models import OuterRef, Q, Subquery

from consumers.models import (
    AccessToken,
    AppAuthorization,
    AuthorizationRequest,
    ConsumerSecret,
    Grant,
    KeptAnswer,
    PendingRequest,
    RefreshToken,
)
from consumers.openid.models import SigningKey
from consumers.registrations.models import InitialAccessToken, Registration
from consumers.trusted_issuers.models import TrustedIssuer


def end(now: dt.datetime) -> dict[str, int]:
    """End every authorization with its codes and tokens, and all else that was made to be used later.

    Of two secrets of a consumer the older one ends: its replacement was under way. Keys that sign ID tokens
    are made anew. Issuers wait for an administrator to enable them again.
    """
    live = ConsumerSecret.objects.live()
    newest = live.filter(consumer=OuterRef("consumer")).order_by("-created_at", "-pk").values("pk")[:1]
    older = list(live.exclude(pk=Subquery(newest)).values_list("pk", flat=True))
    standing = AppAuthorization.objects.filter(revoked_at=None)
    return {
        "access tokens": AccessToken.objects.filter(expires__gt=now).update(expires=now),
        "authorization codes": Grant.objects.filter(expires__gt=now).update(expires=now),
        "refresh tokens": RefreshToken.objects.filter(revoked=None).update(revoked=now),
        "app authorizations": standing.update(revoked_at=now, refuses_exchange=Q(issuer__isnull=False)),
        "waiting requests": AuthorizationRequest.objects.all().delete()[0]
        + PendingRequest.objects.all().delete()[0],
        "kept answers of the administration API": KeptAnswer.objects.all().delete()[0],
        "older secrets of consumers": ConsumerSecret.objects.filter(pk__in=older).update(revoked_at=now),
        "registration tokens": InitialAccessToken.objects.filter(revoked_at=None).update(revoked_at=now),
        "registration access tokens": Registration.objects.exclude(token_digest="").update(token_digest=""),
        "issuers disabled": TrustedIssuer.objects.filter(enabled=True).update(enabled=False),
        "signing keys": SigningKey.objects.all().delete()[0],
    }
