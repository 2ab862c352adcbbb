"""Token families: all tokens from one code. The caller must hold the lock of the app authorization."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import Max
from django.utils import timezone

from consumers.models import AccessToken, AppAuthorization, Grant, RefreshToken
from consumers.security_log import note

MAX_LIVE_TOKENS = 10
# How many installations of one consumer a person may use at the same time.
MAX_FAMILIES = 20


def end_family(authorization: AppAuthorization, family: uuid.UUID | None) -> None:
    """Revoke a family. The authorization ends too if it has no other live token or code."""
    now = timezone.now()
    AccessToken.objects.filter(authorization=authorization, token_family=family).delete()
    RefreshToken.objects.filter(authorization=authorization, token_family=family, revoked=None).update(
        revoked=now
    )
    others = RefreshToken.objects.filter(
        authorization=authorization, revoked=None, superseded_at=None, expires__gt=now
    )
    waiting = Grant.objects.filter(authorization=authorization, redeemed_at=None, expires__gt=now)
    # An authorization by an issuer has access tokens but no refresh tokens.
    issued = AccessToken.objects.filter(
        authorization=authorization, authorization__issuer__isnull=False, expires__gt=now
    )
    if not others.exists() and not waiting.exists() and not issued.exists():
        authorization.revoke()


def retire_oldest(authorization: AppAuthorization) -> None:
    """Revoke the families that were unused for longest if a person has more than MAX_FAMILIES."""
    living = (
        RefreshToken.objects.filter(
            authorization=authorization, revoked=None, superseded_at=None, expires__gt=timezone.now()
        )
        .values("token_family")
        .annotate(newest=Max("pk"))
        .order_by("-newest")
    )
    for row in living[MAX_FAMILIES:]:
        note("oldest connection ended", authorization=authorization.pk)
        end_family(authorization, row["token_family"])


def evict_unused(old: RefreshToken, *, settled_before: dt.datetime) -> bool:
    """Keep at most MAX_LIVE_TOKENS usable refresh tokens in a family; return False if that is impossible.

    Tokens that parallel refreshes left unused are removed, oldest first. Those created after `settled_before`
    stay: the client may have only just received them.
    """
    live_tokens = RefreshToken.objects.filter(
        token_family=old.token_family, revoked=None, superseded_at=None, expires__gt=timezone.now()
    ).exclude(pk=old.pk)
    surplus = int(live_tokens.count()) - MAX_LIVE_TOKENS + 1
    if surplus <= 0:
        return True
    unused = live_tokens.filter(created__lt=settled_before).order_by("created", "pk")
    chosen = list(unused.values_list("pk", flat=True)[:surplus])
    RefreshToken.objects.filter(pk__in=chosen).update(revoked=timezone.now())
    return bool(len(chosen) == surplus)
