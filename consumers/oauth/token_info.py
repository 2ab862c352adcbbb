"""Resolves an access token with one indexed query, from current rows only.

Nothing is trusted that was true when the token was issued.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.principal import Pause
from accounts.rights import ALL_RIGHTS
from accounts.sign_in_rules import admits_address
from connections.models import ApiConnection
from connections.remote_api import RemoteApi
from consumers import scopes
from consumers.caller import Caller, SeenTools
from consumers.digests import Prefix, digest, is_shaped
from consumers.models import Consumer
from consumers.oauth.token_row import row_of
from consumers.policy.decisions import Ceiling, Holder
from consumers.policy.terms import ALL_TOOLSETS, tool_verdicts, toolsets_under
from consumers.toolsets import DEFAULT_TOOLSET


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
    row = row_of(token_digest)
    if row is None or not _is_good(row, resource):
        return None
    return _of_person(row) if row["user_id"] is not None else _of_program(row)


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
