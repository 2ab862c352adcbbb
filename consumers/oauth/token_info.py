"""Resolves an access token with one indexed query, from current rows only.

Nothing is trusted that was true when the token was issued.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.rights import ALL_RIGHTS
from connections.models import ApiConnection
from connections.remote_api import RemoteApi
from consumers import scopes
from consumers.caller import DEFAULT_TOOLSET, Caller
from consumers.digests import Prefix, digest, is_shaped
from consumers.models import AccessToken, AppAuthorization, Consumer

RECORD_USE_EVERY = dt.timedelta(minutes=1)

_CONSUMER = "application__"
_CONSUMER_GROUP = "application__permission_group__"
_CONNECTION = "application__company__api_connection__"
_MEMBERSHIP = "user__memberships__"
_FIELDS = (
    "scope",
    "resource",
    "expires",
    "user_id",
    "authorization_id",
    "authorization__scope",
    "authorization__revoked_at",
    "authorization__ends_at",
    "authorization__last_used_at",
    "application_id",
    "application__name",
    "application__enabled",
    "application__narrow_to_group",
    "application__authorization_grant_type",
    "application__company_id",
    "application__company__name",
    "application__company__language",
    "application__company__time_zone",
    "application__company__currency",
    "application__company__api_connection__id",
    "application__company__api_connection__kind",
    "application__company__api_connection__api_url",
    "application__company__api_connection__remote_company_id",
    "application__toolsets",
    "application__permission_group_id",
    "application__permission_group__name",
    "application__permission_group__rights",
    "application__permission_group__active",
    "application__permission_group__own_work_orders_only",
    "application__last_used_at",
    "user__name",
    "user__email",
    "user__language",
    "user__is_active",
    "user__memberships__active",
    "user__memberships__permission_group__name",
    "user__memberships__permission_group__rights",
    "user__memberships__permission_group__active",
    "user__memberships__permission_group__own_work_orders_only",
)


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """A live token."""

    caller: Caller
    expires: dt.datetime
    last_used_at: dt.datetime | None


def resolve(token: str, resource: str) -> TokenInfo | None:
    """Resolve a token; None unless it is valid now and for this resource."""
    return resolve_digest(digest(token), resource) if is_shaped(Prefix.ACCESS_TOKEN, token) else None


def resolve_digest(token_digest: str, resource: str) -> TokenInfo | None:
    row = _fetch(token_digest)
    if row is None or not _is_good(row, resource):
        return None
    return _of_person(row) if row["user_id"] is not None else _of_program(row)


def _rows(token_digest: str) -> QuerySet[AccessToken, dict[str, Any]]:
    rows: QuerySet[AccessToken, dict[str, Any]] = AccessToken.objects.filter(
        Q(user=None) | Q(user__memberships__company=F("application__company")), token_checksum=token_digest
    ).values(*_FIELDS)[:1]
    return rows


_ANY_DIGEST = "the digest"


@cache
def _statement(vendor: str) -> tuple[str, tuple[Any, ...], dict[int, Any]]:
    """Compile the query once. Building it anew took four fifths of the time of each look-up."""
    compiler = _rows(_ANY_DIGEST).query.get_compiler(connection=connection)
    sql, parameters = compiler.as_sql()
    return sql, tuple(parameters), compiler.get_converters([column for column, *_ in compiler.select])


def _fetch(token_digest: str) -> dict[str, Any] | None:
    sql, parameters, converters = _statement(connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(sql, [token_digest if value == _ANY_DIGEST else value for value in parameters])
        found = cursor.fetchone()
    if found is None:
        return None
    row = list(found)
    for position, (functions, expression) in converters.items():
        for function in functions:
            row[position] = function(row[position], expression, connection)
    return dict(zip(_FIELDS, row, strict=True))


def _is_good(row: dict[str, Any], resource: str) -> bool:
    now = timezone.now()
    if resource not in row["resource"] or row["expires"] <= now:
        return False
    if not row[_CONSUMER + "enabled"] or not row[_CONSUMER_GROUP + "active"]:
        return False
    by_code = row["application__authorization_grant_type"] == Consumer.GRANT_AUTHORIZATION_CODE
    if row["user_id"] is None:
        return not by_code and row["authorization_id"] is None
    return bool(
        by_code
        and row["resource"] == [resource]  # the person approved one audience
        and row["authorization_id"] is not None
        and row["authorization__revoked_at"] is None
        and row["authorization__ends_at"] > now
        and row["user__is_active"]
        and row[_MEMBERSHIP + "active"]
        and row[_MEMBERSHIP + "permission_group__active"]
    )


def _of_person(row: dict[str, Any]) -> TokenInfo:
    """Build a person's token.

    It has the person's rights, limited to the consumer's group if it says so, and the scopes still consented
    to.
    """
    group = _MEMBERSHIP + "permission_group__"
    rights, own_only = frozenset(row[group + "rights"]), row[group + "own_work_orders_only"]
    narrows = row[_CONSUMER + "narrow_to_group"]
    if narrows:
        rights &= frozenset(row[_CONSUMER_GROUP + "rights"])
        own_only = own_only or row[_CONSUMER_GROUP + "own_work_orders_only"]
    return _token_info(
        row,
        granted=frozenset(row["scope"].split()) & frozenset(row["authorization__scope"].split()),
        narrowed_to_group_id=row["application__permission_group_id"] if narrows else None,
        last_used_at=row["authorization__last_used_at"],
        language=row["user__language"] or row["application__company__language"],
        rights=rights & ALL_RIGHTS,
        group_name=row[group + "name"],
        own_work_orders_only=own_only,
        user_id=row["user_id"],
        user_name=row["user__name"] or row["user__email"],
        user_email=row["user__email"],
    )


def _of_program(row: dict[str, Any]) -> TokenInfo:
    """Build a program's token, which has the rights of the consumer's permission group."""
    return _token_info(
        row,
        granted=frozenset(row["scope"].split()),
        narrowed_to_group_id=row["application__permission_group_id"],
        last_used_at=row["application__last_used_at"],
        language=row["application__company__language"],
        rights=frozenset(row[_CONSUMER_GROUP + "rights"]) & ALL_RIGHTS,
        group_name=row[_CONSUMER_GROUP + "name"],
        own_work_orders_only=row[_CONSUMER_GROUP + "own_work_orders_only"],
    )


def _token_info(
    row: dict[str, Any],
    *,
    granted: frozenset[str],
    narrowed_to_group_id: int | None,
    last_used_at: dt.datetime | None,
    **principal: Any,
) -> TokenInfo:
    return TokenInfo(
        caller=Caller(
            company_id=row["application__company_id"],
            company_name=row["application__company__name"],
            time_zone=row["application__company__time_zone"],
            currency=row["application__company__currency"],
            **principal,
            consumer_id=row["application_id"],
            consumer_name=row["application__name"],
            scopes=granted & {scopes.READ, scopes.WRITE},
            toolsets=frozenset({DEFAULT_TOOLSET, *row["application__toolsets"]}),
            remote=_remote(row),
            narrowed_to_group_id=narrowed_to_group_id,
            authorization_id=row["authorization_id"],
        ),
        expires=row["expires"],
        last_used_at=last_used_at,
    )


def _remote(row: dict[str, Any]) -> RemoteApi | None:
    """Return the company's remote API, or None if it uses the embedded one."""
    if row[_CONNECTION + "kind"] != ApiConnection.Kind.FRACTTAL_ONE:
        return None
    return RemoteApi(
        connection_id=row[_CONNECTION + "id"],
        base_url=row[_CONNECTION + "api_url"],
        company_id=row[_CONNECTION + "remote_company_id"],
    )


def is_due(info: TokenInfo) -> bool:
    """Say whether the use must be recorded, which happens at most once every RECORD_USE_EVERY."""
    return info.last_used_at is None or timezone.now() - info.last_used_at > RECORD_USE_EVERY


def record_use(info: TokenInfo) -> None:
    """Record the last use, which the screens show. A database error is ignored: the call matters more."""
    now = timezone.now()
    try:
        Consumer.objects.filter(pk=info.caller.consumer_id).update(last_used_at=now)
        if info.caller.authorization_id is not None:
            AppAuthorization.objects.filter(pk=info.caller.authorization_id).update(last_used_at=now)
    except DatabaseError:
        return
