"""Test connection: what works and what does not, in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from connections import token_requests
from connections.identity import CompanyUnknown, TokenRefused, identify
from connections.linking import callback_url, remember_company
from connections.models import ApiConnection
from connections.token_requests import ConsumerRefused, GrantRefused, Unavailable
from consumers.key_ring import CannotOpen, NoKeys


@dataclass(frozen=True, slots=True)
class Finding:
    """`good` is None for what is neither: something to know or to do."""

    good: bool | None
    words: str


def check_connection(connection: ApiConnection) -> list[Finding]:
    return [_people(connection), *_programs(connection), _company(connection)]


def _people(connection: ApiConnection) -> Finding:
    """With a code that nobody was given: who refuses the code has accepted key and secret."""
    if not connection.people_can_link:
        words = _("People: enter key and secret of a consumer of the grant type authorization code.")
        return Finding(False, words)
    try:
        token_requests.redeem(connection, "not-a-code", "x" * 43, callback_url())
    except GrantRefused:
        return Finding(True, _("People: Fracttal One accepts key and secret."))
    except (ConsumerRefused, CannotOpen, NoKeys):
        words = _("People: Fracttal One does not accept key and secret. Copy both again.")
        return Finding(False, words)
    except Unavailable:
        return Finding(False, _("People: at the token URL nothing answers as Fracttal One does."))
    return Finding(False, _("People: the token URL accepts every code, so it is not that of Fracttal One."))


def _programs(connection: ApiConnection) -> list[Finding]:
    """Token by client credentials, a read, and the company behind it, which is then remembered."""
    if not connection.programs_can_connect:
        words = _("Programs: no consumer of the grant type client credentials is entered.")
        return [Finding(None, words)]
    try:
        token = token_requests.for_program(connection).access
    except (ConsumerRefused, GrantRefused, CannotOpen, NoKeys):
        words = _(
            "Programs: Fracttal One does not accept key and secret for the grant type client credentials."
        )
        return [Finding(False, words)]
    except Unavailable:
        return [Finding(False, _("Programs: at the token URL nothing answers as Fracttal One does."))]
    return [Finding(True, _("Programs: Fracttal One gave a token.")), _read(connection, token)]


def _read(connection: ApiConnection, token: str) -> Finding:
    try:
        who = identify(connection.api_url, token)
    except TokenRefused:
        words = _("The API does not accept that token. Compare the API base URL with the token URL.")
        return Finding(False, words)
    except CompanyUnknown:
        words = _(
            "The API answers, but shows no asset, request, work order or warehouse that names the company. "
            "Let the consumer there see one of them."
        )
        return Finding(False, words)
    except Unavailable:
        return Finding(False, _("At the API base URL nothing answers as the API of Fracttal One does."))
    if connection.remote_company_id is None:
        remember_company(connection, who.company_id)
    if connection.remote_company_id != who.company_id:
        words = _(
            "The consumer for programs belongs to company %(found)s there, and the connection to company "
            "%(kept)s. Its answers are refused."
        )
        return Finding(False, words % {"found": who.company_id, "kept": connection.remote_company_id})
    return Finding(True, _("The API answers."))


def _company(connection: ApiConnection) -> Finding:
    if connection.remote_company_id is None:
        words = _(
            "Connect your own account under Profile > Fracttal One now: it decides which company there is "
            "yours. Until then nobody else can."
        )
        return Finding(None, words)
    words = _("Your company has the number %(number)s there. Answers of other companies are refused.")
    return Finding(True, words % {"number": connection.remote_company_id})
