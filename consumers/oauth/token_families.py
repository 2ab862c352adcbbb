"""Families of tokens: what one code produced. The caller holds the lock of the app authorization."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import Max
from django.utils import timezone

from consumers.models import AccessToken, AppAuthorization, Grant, RefreshToken
from consumers.security_log import note

MAX_LIVE_TOKENS = 10
# Places from which one person uses one consumer at the same time.
MAX_FAMILIES = 20


def end_family(authorization: AppAuthorization, family: uuid.UUID | None) -> None:
    """Kill a family; an authorization that has nothing else left ends with it."""
    now = timezone.now()
    AccessToken.objects.filter(authorization=authorization, token_family=family).delete()
    RefreshToken.objects.filter(authorization=authorization, token_family=family, revoked=None).update(
        revoked=now
    )
    others = RefreshToken.objects.filter(
        authorization=authorization, revoked=None, superseded_at=None, expires__gt=now
    )
    waiting = Grant.objects.filter(authorization=authorization, redeemed_at=None, expires__gt=now)
    # An issuer's word is good for access tokens alone.
    issued = AccessToken.objects.filter(
        authorization=authorization, authorization__issuer__isnull=False, expires__gt=now
    )
    if not others.exists() and not waiting.exists() and not issued.exists():
        authorization.revoke()


def retire_oldest(authorization: AppAuthorization) -> None:
    """End the families that were unused for longest where a person has more than MAX_FAMILIES."""
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
    """Keep a family at MAX_LIVE_TOKENS usable refresh tokens.

    Tokens that parallel refreshes left unused give way, oldest first. Those of the last
    minute do not: somebody has only just received them.
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
