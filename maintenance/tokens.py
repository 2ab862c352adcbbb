"""Short-lived tokens for the embedded API: for one person, or one permission group, in one company.

A token contains only ids. Rights are read again at every call, so a disabled user, membership or group loses
access at once, whatever tokens still exist.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import jwt
from django.conf import settings
from django.db.models import Q
from django.utils.crypto import salted_hmac

from accounts.models import Membership, PermissionGroup
from accounts.principal import Principal

ALGORITHM = "HS256"
# An explicit type (RFC 8725 §3.11), so that no other JWT signed with one of our keys is accepted.
JWT_TYPE = "fracttal-api+jwt"
MAX_TOKEN_LENGTH = 4096
LONGEST_APP_NAME = 255
CLOCK_SKEW_SECONDS = 5  # between the machines that issue and verify tokens

_NOT_SWITCHED_OFF = Q(company__security_policy__switched_off_at=None)
# Made once, because every request needs it: what is added to it later is little.
_MEMBERSHIPS = Membership.objects.select_related("user", "company", "permission_group").filter(
    _NOT_SWITCHED_OFF, active=True, user__is_active=True, permission_group__active=True
)


def _signing_key() -> bytes:
    return salted_hmac("maintenance.tokens", "signing key", algorithm="sha256").digest()


def mint_user_token(
    *,
    company_id: int,
    user_id: int | None,
    group_id: int | None = None,
    read_only: bool = False,
    via_app: str = "",
    lifetime_seconds: int = 300,
) -> str:
    """Returns a token for a user in a company, or (without a user) for the company with a group's rights.

    `group_id` limits a user's rights to those that the group also has. `read_only` leaves only the rights to
    view. `via_app` is the name of the app that acts, for the log of changes.
    """
    if user_id is None and group_id is None:
        raise ValueError("A token without a user needs a permission group.")
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": settings.PUBLIC_URL,
        "aud": settings.API_RESOURCE,
        "iat": now,
        "exp": now + lifetime_seconds,
        "company": company_id,
    }
    if user_id is not None:
        claims["user"] = user_id
    if group_id is not None:
        claims["group"] = group_id
    if read_only:
        claims["read_only"] = True
    if via_app:
        claims["app"] = via_app
    return jwt.encode(claims, _signing_key(), algorithm=ALGORITHM, headers={"typ": JWT_TYPE})


def authenticate(raw: str) -> Principal | None:
    """Returns the principal of a token with its present rights, None if the token is not valid."""
    claims = _claims(raw)
    principal = None if claims is None else _principal(claims)
    if claims is None or principal is None:
        return None
    return replace(principal, via_app=claims.get("app", ""))


def _principal(claims: dict[str, Any]) -> Principal | None:
    company_id, user_id, group_id = claims["company"], claims.get("user"), claims.get("group")
    group = _group(company_id, group_id) if group_id is not None else None
    if group_id is not None and group is None:
        return None
    if user_id is not None:
        return _user_principal(company_id, user_id, group, read_only=bool(claims.get("read_only")))
    if group is None:
        return None
    return Principal(
        company_id=company_id,
        company_name=group.company.name,
        language=group.company.language,
        time_zone=group.company.time_zone,
        currency=group.company.currency,
        hours_per_week=group.company.hours_per_week,
        rights=_narrowed(group.effective_rights, read_only=bool(claims.get("read_only"))),
        group_name=group.name,
        own_work_orders_only=group.own_work_orders_only,
    )


def _claims(raw: str) -> dict[str, Any] | None:
    if len(raw) > MAX_TOKEN_LENGTH:
        return None
    try:
        decoded = jwt.decode_complete(
            raw,
            _signing_key(),
            algorithms=[ALGORITHM],
            audience=settings.API_RESOURCE,
            issuer=settings.PUBLIC_URL,
            leeway=CLOCK_SKEW_SECONDS,
            options={"require": ["iss", "aud", "iat", "exp", "company"]},
        )
    except jwt.PyJWTError:
        return None
    claims: dict[str, Any] = decoded["payload"]
    identities = [claims["company"], claims.get("user"), claims.get("group")]
    if decoded["header"].get("typ") != JWT_TYPE or not all(
        value is None or (type(value) is int and 0 < value < 2**63) for value in identities
    ):
        return None
    app = claims.get("app", "")
    if not isinstance(app, str) or len(app) > LONGEST_APP_NAME or "\0" in app:
        return None
    return claims


def _group(company_id: int, group_id: int) -> PermissionGroup | None:
    return (
        PermissionGroup.objects.select_related("company")
        .filter(_NOT_SWITCHED_OFF, company_id=company_id, pk=group_id, active=True)
        .first()
    )


def _user_principal(
    company_id: int, user_id: int, narrowed_to: PermissionGroup | None, *, read_only: bool
) -> Principal | None:
    for membership in _MEMBERSHIPS.filter(company_id=company_id, user_id=user_id):  # at most one
        return principal_of(membership, narrowed_to, read_only=read_only)
    return None


def principal_of(
    membership: Membership, narrowed_to: PermissionGroup | None = None, *, read_only: bool = False
) -> Principal:
    user, company, group = membership.user, membership.company, membership.permission_group
    rights = membership.rights
    own_only = group.own_work_orders_only
    if narrowed_to is not None:
        rights &= narrowed_to.effective_rights
        own_only = own_only or narrowed_to.own_work_orders_only
    return Principal(
        company_id=company.pk,
        company_name=company.name,
        language=user.language or company.language,
        time_zone=company.time_zone,
        currency=company.currency,
        hours_per_week=company.hours_per_week,
        rights=_narrowed(rights, read_only=read_only),
        group_name=group.name,
        user_id=user.pk,
        user_name=user.display_name,
        user_email=user.email,
        own_work_orders_only=own_only,
    )


def _narrowed(rights: frozenset[str], *, read_only: bool) -> frozenset[str]:
    if not read_only:
        return rights
    return frozenset(right for right in rights if right.endswith(":view"))
