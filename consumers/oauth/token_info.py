"""Resolves an access token with one indexed query, from current rows only.

Nothing is trusted that was true when the token was issued.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.principal import Pause
from accounts.rights import ALL_RIGHTS
from accounts.sign_in_rules import admits_address
from connections.models import ApiConnection
from connections.remote_api import RemoteApi
from consumers import scopes
from consumers.caller import Caller, SeenTools
from consumers.digests import Prefix, digest, is_shaped
from consumers.models import AccessToken, AppAuthorization, Consumer
from consumers.policy.access import may_use
from consumers.policy.decisions import Ceiling, Holder
from consumers.policy.terms import ALL_TOOLSETS, tool_verdicts, toolsets_under
from consumers.toolsets import DEFAULT_TOOLSET

RECORD_USE_EVERY = dt.timedelta(minutes=1)

# The columns that the look-up reads, each under its own name.
_COLUMNS = {
    "scope": "scope",
    "resource": "resource",
    "expires": "expires",
    "user_id": "user_id",
    "user_name": "user__name",
    "user_email": "user__email",
    "user_language": "user__language",
    "user_active": "user__is_active",
    "authorization_id": "authorization_id",
    "consented_scope": "authorization__scope",
    "revoked_at": "authorization__revoked_at",
    "ends_at": "authorization__ends_at",
    "authorization_last_used_at": "authorization__last_used_at",
    "authorization_tools_version": "authorization__tools_version",
    "authorization_tools_seen_at": "authorization__tools_seen_at",
    "consumer_id": "application_id",
    "consumer_name": "application__name",
    "consumer_enabled": "application__enabled",
    "consumer_narrows": "application__narrow_to_group",
    "consumer_grant_type": "application__authorization_grant_type",
    "consumer_toolsets": "application__toolsets",
    "consumer_networks": "application__allowed_networks",
    "consumer_tool_rules": "application__tool_rules",
    "consumer_read_only": "application__read_only",
    "consumer_writes_per_hour": "application__writes_per_hour",
    "consumer_most_records": "application__most_records",
    "consumer_may_administer": "application__may_administer",
    "consumer_last_used_at": "application__last_used_at",
    "consumer_tools_version": "application__tools_version",
    "consumer_tools_seen_at": "application__tools_seen_at",
    "consumer_group_id": "application__permission_group_id",
    "consumer_group_name": "application__permission_group__name",
    "consumer_group_rights": "application__permission_group__rights",
    "consumer_group_active": "application__permission_group__active",
    "consumer_group_own_only": "application__permission_group__own_work_orders_only",
    "consumer_group_ceiling": "application__permission_group__ceiling__id",
    "consumer_group_withheld": "application__permission_group__ceiling__withheld_toolsets",
    "consumer_group_tool_rules": "application__permission_group__ceiling__tool_rules",
    "consumer_group_read_only": "application__permission_group__ceiling__read_only",
    "consumer_group_writes_per_hour": "application__permission_group__ceiling__writes_per_hour",
    "consumer_group_most_records": "application__permission_group__ceiling__most_records",
    "company_id": "application__company_id",
    "company_name": "application__company__name",
    "company_language": "application__company__language",
    "company_time_zone": "application__company__time_zone",
    "company_currency": "application__company__currency",
    "company_hours_per_week": "application__company__hours_per_week",
    "allowed_domains": "application__company__security_policy__allowed_domains",
    "switched_off_at": "application__company__security_policy__switched_off_at",
    "paused_at": "application__company__security_policy__writes_paused_at",
    "paused_by": "application__company__security_policy__writes_paused_by_name",
    "connection_id": "application__company__api_connection__id",
    "connection_kind": "application__company__api_connection__kind",
    "connection_url": "application__company__api_connection__api_url",
    "connection_company_id": "application__company__api_connection__remote_company_id",
    "member_active": "user__memberships__active",
    "member_group_name": "user__memberships__permission_group__name",
    "member_group_rights": "user__memberships__permission_group__rights",
    "member_group_active": "user__memberships__permission_group__active",
    "member_group_own_only": "user__memberships__permission_group__own_work_orders_only",
    "member_group_ceiling": "user__memberships__permission_group__ceiling__id",
    "member_group_withheld": "user__memberships__permission_group__ceiling__withheld_toolsets",
    "member_group_tool_rules": "user__memberships__permission_group__ceiling__tool_rules",
    "member_group_read_only": "user__memberships__permission_group__ceiling__read_only",
    "member_group_writes_per_hour": "user__memberships__permission_group__ceiling__writes_per_hour",
    "member_group_most_records": "user__memberships__permission_group__ceiling__most_records",
    "member_may_use": "member_may_use",
}


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """A live token: its caller, when it expires and when it was last used."""

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
    rows: QuerySet[AccessToken] = AccessToken.objects.filter(
        Q(user=None) | Q(user__memberships__company=F("application__company")), token_checksum=token_digest
    )
    allowed = may_use("application", "user__memberships", "user__memberships__permission_group")
    found: QuerySet[AccessToken, dict[str, Any]] = rows.annotate(member_may_use=allowed).values(
        *_COLUMNS.values()
    )[:1]
    return found


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
    return dict(zip(_COLUMNS, row, strict=True))


def _is_good(row: dict[str, Any], resource: str) -> bool:
    now = timezone.now()
    if resource not in row["resource"] or row["expires"] <= now:
        return False
    if not row["consumer_enabled"] or not row["consumer_group_active"] or row["switched_off_at"]:
        return False
    if resource == settings.ADMIN_RESOURCE and not row["consumer_may_administer"]:
        return False
    by_code = row["consumer_grant_type"] == Consumer.GRANT_AUTHORIZATION_CODE
    if row["user_id"] is None:
        return not by_code and row["authorization_id"] is None
    return bool(
        by_code
        and row["resource"] == [resource]  # the person approved one audience
        and row["authorization_id"] is not None
        and row["revoked_at"] is None
        and row["ends_at"] > now
        and row["user_active"]
        and row["member_active"]
        and row["member_group_active"]
        and admits_address(row["allowed_domains"] or (), row["user_email"])
        and row["member_may_use"]
    )


def _of_person(row: dict[str, Any]) -> TokenInfo:
    """Build a person's token.

    It has the person's rights, limited to the consumer's group if it says so, and the scopes still consented
    to.
    """
    rights, own_only = frozenset(row["member_group_rights"]), row["member_group_own_only"]
    narrows = row["consumer_narrows"]
    if narrows:
        rights &= frozenset(row["consumer_group_rights"])
        own_only = own_only or row["consumer_group_own_only"]
    return _token_info(
        row,
        groups=("member_group", "consumer_group") if narrows else ("member_group",),
        granted=frozenset(row["scope"].split()) & frozenset(row["consented_scope"].split()),
        narrowed_to_group_id=row["consumer_group_id"] if narrows else None,
        connection="authorization",
        language=row["user_language"] or row["company_language"],
        rights=rights & ALL_RIGHTS,
        group_name=row["member_group_name"],
        own_work_orders_only=own_only,
        user_id=row["user_id"],
        user_name=row["user_name"] or row["user_email"],
        user_email=row["user_email"],
    )


def _of_program(row: dict[str, Any]) -> TokenInfo:
    """Build a program's token, which has the rights of the consumer's permission group."""
    return _token_info(
        row,
        groups=("consumer_group",),
        granted=frozenset(row["scope"].split()),
        narrowed_to_group_id=row["consumer_group_id"],
        connection="consumer",
        language=row["company_language"],
        rights=frozenset(row["consumer_group_rights"]) & ALL_RIGHTS,
        group_name=row["consumer_group_name"],
        own_work_orders_only=row["consumer_group_own_only"],
    )


def _token_info(
    row: dict[str, Any],
    *,
    groups: tuple[str, ...],
    granted: frozenset[str],
    narrowed_to_group_id: int | None,
    connection: str,
    **principal: Any,
) -> TokenInfo:
    """Build the token.

    `connection` says whose columns hold its uses: the authorization's or the consumer's.
    """
    ceilings = _ceilings(row, groups)
    read_only = any(ceiling.read_only for ceiling in ceilings)
    return TokenInfo(
        caller=Caller(
            company_id=row["company_id"],
            company_name=row["company_name"],
            time_zone=row["company_time_zone"],
            currency=row["company_currency"],
            hours_per_week=row["company_hours_per_week"],
            **principal,
            consumer_id=row["consumer_id"],
            consumer_name=row["consumer_name"],
            scopes=granted & _usable(read_only),
            ceilings=ceilings,
            toolsets=toolsets_under(ceilings),
            read_only=read_only,
            remote=_remote(row),
            writes_paused=Pause(row["paused_by"], row["paused_at"]) if row["paused_at"] else None,
            networks=tuple(row["consumer_networks"]),
            narrowed_to_group_id=narrowed_to_group_id,
            authorization_id=row["authorization_id"],
            seen_tools=_seen_tools(row[f"{connection}_tools_version"], row[f"{connection}_tools_seen_at"]),
        ),
        expires=row["expires"],
        last_used_at=row[f"{connection}_last_used_at"],
    )


def _seen_tools(version: str | None, at: dt.datetime | None) -> SeenTools | None:
    return SeenTools(version, at) if version and at is not None else None


def _usable(read_only: bool) -> set[str]:
    """Return the scopes that count: of a consumer that may only read, those for reading."""
    reading = {scopes.READ, scopes.ADMIN_READ}
    return reading if read_only else reading | {scopes.WRITE, scopes.ADMIN_WRITE}


def _ceilings(row: dict[str, Any], groups: tuple[str, ...]) -> tuple[Ceiling, ...]:
    """Return the ceilings of the consumer and of the groups that have one."""
    of_consumer = frozenset({DEFAULT_TOOLSET, *row["consumer_toolsets"]})
    found = [_ceiling(row, "consumer", Holder.CONSUMER, of_consumer)]
    for group in groups:
        if row[f"{group}_ceiling"] is not None:
            left = ALL_TOOLSETS - frozenset(row[f"{group}_withheld"])
            found.append(_ceiling(row, group, Holder.GROUP, left))
    return tuple(found)


def _ceiling(row: dict[str, Any], of: str, holder: Holder, toolsets: frozenset[str]) -> Ceiling:
    return Ceiling(
        holder,
        row[f"{of}_name"],
        toolsets,
        tool_verdicts(row[f"{of}_tool_rules"]),
        row[f"{of}_read_only"],
        row[f"{of}_writes_per_hour"],
        row[f"{of}_most_records"],
    )


def _remote(row: dict[str, Any]) -> RemoteApi | None:
    """Return the company's remote API, or None if it uses the embedded one."""
    if row["connection_kind"] != ApiConnection.Kind.FRACTTAL_ONE:
        return None
    return RemoteApi(
        connection_id=row["connection_id"],
        base_url=row["connection_url"],
        company_id=row["connection_company_id"],
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


def record_tools_seen(caller: Caller, version: str) -> None:
    """Record which list of tools the client has now; next time, if the database does not answer."""
    seen = {"tools_version": version, "tools_seen_at": timezone.now()}
    try:
        if caller.authorization_id is not None:
            AppAuthorization.objects.filter(pk=caller.authorization_id).update(**seen)
        else:
            Consumer.objects.filter(pk=caller.consumer_id).update(**seen)
    except DatabaseError:
        return
