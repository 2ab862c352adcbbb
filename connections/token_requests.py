"""Requests to the token endpoint of Fracttal One (RFC 6749 §4.1.3, §4.4 and §6).

Contract: docs/reference/fracttal-api.md#grants-and-tokens.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from connections.http import Reply, post_form
from connections.models import ApiConnection
from consumers.outbound.client import NoReply, Unreachable

# Lifetime in seconds if the answer names none (docs/reference/fracttal-api.md#grants-and-tokens).
DEFAULT_LIFETIME = 7200
LONGEST_LIFETIME = 30 * 24 * 3600
# A token is refreshed this many seconds before it expires, but not in the first three quarters of its
# lifetime.
AHEAD_SECONDS = 300
LONGEST_TOKEN = 8192


class Unavailable(Exception):
    """There is no usable answer; the same request may be repeated later.

    `refused_with` is the status of a refusal that is no OAuth error, such as the page of a firewall.
    """

    refused_with: int | None = None


class GrantRefused(Exception):
    """The code or the refresh token is not valid, or not any more."""


class ConsumerRefused(Exception):
    """Key or secret of our consumer there is not accepted, or it may not use this grant."""


@dataclass(frozen=True, slots=True)
class Tokens:
    access: str
    refresh: str
    refresh_at: dt.datetime
    expires_at: dt.datetime


def redeem(connection: ApiConnection, code: str, verifier: str, callback: str) -> Tokens:
    return _ask(
        connection,
        connection.client_key,
        connection.open_client_secret(),
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": callback,
            "code_verifier": verifier,
        },
    )


def refresh(connection: ApiConnection, refresh_token: str) -> Tokens:
    """Refresh a token pair. If the answer contains no refresh token (no rotation), the old one stays."""
    fields = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    return _ask(
        connection, connection.client_key, connection.open_client_secret(), fields, kept_refresh=refresh_token
    )


def for_program(connection: ApiConnection) -> Tokens:
    """Request a token of the company itself by client credentials."""
    fields = {"grant_type": "client_credentials"}
    return _ask(connection, connection.program_key, connection.open_program_secret(), fields)


def _ask(
    connection: ApiConnection, key: str, secret: str, fields: dict[str, str], kept_refresh: str = ""
) -> Tokens:
    # The API for which the token is meant (RFC 8707); servers that do not support it ignore the parameter.
    fields = fields | {"resource": connection.api_url}
    try:
        reply = post_form(connection.token_url, fields, key=key, secret=secret)
    except (Unreachable, NoReply):
        raise Unavailable from None
    if reply.status != 200:
        raise _refusal(reply, refreshing=bool(kept_refresh))
    now = timezone.now()
    answer = reply.json
    access, given = answer.get("access_token"), answer.get("refresh_token")
    if not isinstance(access, str) or not _is_token(access):
        raise Unavailable
    seconds = _seconds(answer.get("expires_in"))
    return Tokens(
        access=access,
        refresh=given if isinstance(given, str) and _is_token(given) else kept_refresh,
        refresh_at=now + dt.timedelta(seconds=seconds - min(AHEAD_SECONDS, seconds // 4)),
        expires_at=now + dt.timedelta(seconds=seconds),
    )


def _refusal(reply: Reply, *, refreshing: bool) -> Exception:
    """Classify an error answer.

    Only the errors of RFC 6749 §5.2 are final: people must link again after them.

    If a person is waiting (`refreshing` is False), a bare 401 is taken as a rejection of key and secret,
    which is what such a request tests.
    """
    error = reply.json.get("error") if 400 <= reply.status < 500 else None
    if not isinstance(error, str):
        error = None
    if error == "invalid_grant":
        return GrantRefused()
    if error in {"invalid_client", "unauthorized_client", "unsupported_grant_type"}:
        return ConsumerRefused()
    if error is None and reply.status == 401 and not refreshing:
        return ConsumerRefused()
    unavailable = Unavailable()
    if 400 <= reply.status < 500 and reply.status not in {404, 429} and error != "temporarily_unavailable":
        unavailable.refused_with = reply.status
    return unavailable


def _is_token(value: str) -> bool:
    """Say whether a token fits into a header and is short enough to store."""
    return 0 < len(value) <= LONGEST_TOKEN and value.isascii() and value.isprintable() and " " not in value


def _seconds(value: object) -> int:
    try:
        seconds = int(float(str(value)))
    except (ValueError, OverflowError):
        seconds = DEFAULT_LIFETIME
    return min(LONGEST_LIFETIME, seconds) if seconds > 0 else DEFAULT_LIFETIME
