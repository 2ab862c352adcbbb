"""Stores the tokens of an answer, and marks the code or the refresh token that was used for them."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.utils import timezone
from oauthlib.common import Request
from oauthlib.oauth2.rfc6749.errors import InvalidGrantError

from consumers.digests import digest
from consumers.models import AccessToken, AppAuthorization, Grant, RefreshToken
from consumers.oauth.token_families import retire_oldest

ACCESS_LIFETIME = dt.timedelta(minutes=30)
REFRESH_IDLE = dt.timedelta(days=30)
# For this long a client may use the same refresh token again, because its answer was lost or because its
# processes refresh at the same time.
RETRY_WINDOW = dt.timedelta(seconds=60)


def store(token: dict[str, Any], request: Request) -> None:
    """Store these tokens for the request that the validator accepted.

    Raises InvalidGrantError if the code or the refresh token was used or revoked meanwhile.
    """
    now = timezone.now()
    if request.grant_type == "client_credentials":
        _store_access(token, request, now + ACCESS_LIFETIME)
        return
    authorization: AppAuthorization = request.authorization
    if request.grant_type == "authorization_code":
        grant: Grant = request.grant
        marked = Grant.objects.filter(pk=grant.pk, redeemed_at=None).update(redeemed_at=now)
        family, scope = grant.token_family, grant.scope
    else:
        old: RefreshToken = request.old
        marked = _supersede(old, now)
        family, scope = old.token_family, old.scope
    if marked != 1:
        raise InvalidGrantError(request=request)
    expires = min(now + ACCESS_LIFETIME, authorization.ends_at)
    token["expires_in"] = int((expires - now).total_seconds())
    access = _store_access(token, request, expires, authorization, family)
    RefreshToken.objects.create(
        token="",
        token_checksum=digest(token["refresh_token"]),
        access_token=access,
        application=request.client,
        authorization=authorization,
        token_family=family,
        user=request.user,
        scope=scope,
        resource=request.resources,
        expires=min(now + REFRESH_IDLE, authorization.ends_at),
    )
    if authorization.connected_at is None:
        AppAuthorization.objects.filter(pk=authorization.pk).update(connected_at=now)
    if request.grant_type == "authorization_code":
        retire_oldest(authorization)


def _supersede(old: RefreshToken, now: dt.datetime) -> int:
    """Mark the first use of a refresh token; a repeat changes nothing. Return 0 if it was revoked, else 1."""
    unused = RefreshToken.objects.filter(pk=old.pk, revoked=None)
    if old.superseded_at is not None:
        return int(unused.count())
    AccessToken.objects.filter(pk=old.access_token_id, expires__gt=now + RETRY_WINDOW).update(
        expires=now + RETRY_WINDOW
    )
    return int(unused.filter(superseded_at=None).update(superseded_at=now))


def _store_access(
    token: dict[str, Any],
    request: Request,
    expires: dt.datetime,
    authorization: AppAuthorization | None = None,
    family: uuid.UUID | None = None,
) -> AccessToken:
    stored: AccessToken = AccessToken.objects.create(
        token="",
        token_checksum=digest(token["access_token"]),
        application=request.client,
        authorization=authorization,
        token_family=family,
        user=request.user,
        scope=token["scope"],
        resource=request.resources,
        expires=expires,
    )
    return stored
