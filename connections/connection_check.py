""" "Test connection": checks the API connection and describes the result in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.key_ring import CannotOpen, NoKeys
from connections import token_requests
from connections.identity import CompanyUnknown, TokenRefused, identify
from connections.linking import callback_url, remember_company
from connections.models import ApiConnection
from connections.token_requests import ConsumerRefused, GrantRefused, Unavailable


@dataclass(frozen=True, slots=True)
class Finding:
    """One result. `good` is True or False, or None for a piece of information that is neither."""

    good: bool | None
    words: str


def check_connection(connection: ApiConnection) -> list[Finding]:
    return [_people(connection), *_programs(connection), _company(connection)]


def _people(connection: ApiConnection) -> Finding:
    """Check key and secret for people by redeeming an invalid code.

    A server that refuses only the code has accepted key and secret.
    """
    if not connection.people_can_link:
        words = _("Users: enter the client ID and secret of an authorization code consumer.")
        return Finding(False, words)
    try:
        token_requests.redeem(connection, "not-a-code", "x" * 43, callback_url())
    except GrantRefused:
        return Finding(True, _("Users: Fracttal One accepts the client ID and secret."))
    except (ConsumerRefused, CannotOpen, NoKeys):
        words = _("Users: Fracttal One does not accept the client ID and secret. Copy both again.")
        return Finding(False, words)
    except Unavailable:
        return Finding(False, _("Users: the token URL is not answering like Fracttal One."))
    return Finding(False, _("Users: the token URL accepts any code, so it is not Fracttal One's."))


def _programs(connection: ApiConnection) -> list[Finding]:
    """Check client credentials: request a token, read, and learn which company is behind it.

    The company is stored if none was known.
    """
    if not connection.programs_can_connect:
        words = _("Services: no client credentials consumer has been entered.")
        return [Finding(None, words)]
    try:
        token = token_requests.for_program(connection).access
    except (ConsumerRefused, GrantRefused, CannotOpen, NoKeys):
        words = _("Services: Fracttal One does not accept the client ID and secret for client credentials.")
        return [Finding(False, words)]
    except Unavailable:
        return [Finding(False, _("Services: the token URL is not answering like Fracttal One."))]
    return [Finding(True, _("Services: Fracttal One issued a token.")), _read(connection, token)]


def _read(connection: ApiConnection, token: str) -> Finding:
    try:
        who = identify(connection.api_url, token)
    except TokenRefused:
        words = _("The API does not accept that token. Compare the API base URL with the token URL.")
        return Finding(False, words)
    except CompanyUnknown:
        words = _(
            "The API answers, but shows no asset, request, work order or warehouse that identifies "
            "the company. Give the consumer at Fracttal One access to one of them."
        )
        return Finding(False, words)
    except Unavailable:
        return Finding(False, _("The API base URL is not answering like the Fracttal One API."))
    if connection.remote_company_id is None:
        remember_company(connection, who.company_id)
    if connection.remote_company_id != who.company_id:
        words = _(
            "The services consumer belongs to company %(found)s at Fracttal One, but this "
            "connection belongs to company %(kept)s. Its answers are refused."
        )
        return Finding(False, words % {"found": who.company_id, "kept": connection.remote_company_id})
    return Finding(True, _("The API answers."))


def _company(connection: ApiConnection) -> Finding:
    if connection.remote_company_id is None:
        words = _(
            "Now connect your own account under Profile > Fracttal One: it determines which "
            "company there is yours. Until then, nobody else can connect."
        )
        return Finding(None, words)
    words = _("Your company's number there is %(number)s. Answers from other companies are refused.")
    return Finding(True, words % {"number": connection.remote_company_id})
