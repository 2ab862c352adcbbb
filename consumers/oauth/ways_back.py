"""Stores an authorization request under an id that is short enough for a `next` parameter.

Sign-in, the second factor, a change of account or language and a reset mail all continue at an address.
Addresses have length limits that a request may exceed (a `state` alone may have 8 KiB).
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone

from consumers import throttle
from consumers.models import PendingRequest

# LIFETIME: how long the request can be started again. KEPT: how long an old one can still report the failure
# to the client.
LIFETIME = dt.timedelta(hours=1)
KEPT = dt.timedelta(days=1)
SWEPT_AT_ONCE = 20


class TooMany(Exception):
    """One network address begins more requests than people do."""


def remember(request: HttpRequest, query: str) -> PendingRequest:
    """Store the query of a request.

    Nobody is signed in yet and each request adds a row, so they are limited: raises TooMany.
    """
    if throttle.count_begun(request):
        raise TooMany
    now = timezone.now()
    old = PendingRequest.objects.filter(expires_at__lte=now).values_list("pk", flat=True)
    PendingRequest.objects.filter(pk__in=list(old[:SWEPT_AT_ONCE])).delete()
    return PendingRequest.objects.create(
        query=query.replace("\0", "%00"), again_until=now + LIFETIME, expires_at=now + KEPT
    )


def path_of(pending: PendingRequest) -> str:
    return reverse(settings.WAY_BACK, args=[pending.pk])


def begun_at(pending: PendingRequest) -> int:
    """Return when the request began, in seconds since 1970."""
    return int((pending.again_until - LIFETIME).timestamp())


def find(pk: uuid.UUID) -> PendingRequest | None:
    return PendingRequest.objects.filter(pk=pk, expires_at__gt=timezone.now()).first()


def named_by(path: str) -> PendingRequest | None:
    """Find the request that a form's `next` path names."""
    try:
        match = resolve(path)
    except Resolver404:
        return None
    return find(match.kwargs["pk"]) if match.url_name == settings.WAY_BACK else None
