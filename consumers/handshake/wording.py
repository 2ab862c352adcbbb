"""What the screens and `manage.py doctor` say about each step of connecting, and about each failure."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consumers.handshake.steps import Step

TITLES: dict[Step, Promise] = {
    Step.CHALLENGE: _("Calls the MCP server URL, and is told to sign in"),
    Step.RESOURCE_DOCUMENT: _("Learns where people sign in"),
    Step.SERVER_DOCUMENT: _("Reads the addresses of the sign-in service"),
    Step.AUTHORIZE: _("Sends a person here with a valid request"),
    Step.SIGN_IN: _("The person signs in"),
    Step.CONSENT: _("The person approves"),
    Step.CODE: _("The person returns to the program with a code"),
    Step.TOKEN: _("Fetches its token"),
    Step.INITIALIZE: _("Opens the MCP connection"),
    Step.TOOLS: _("Reads the list of tools"),
    Step.CALL: _("Calls a tool"),
}


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a step failed, and what to do about it."""

    why: Promise
    cure: Promise


_RETRY = _("Start again in the program.")
_OWN_REQUEST = _("Nothing to change here: tell the makers of the program what this line says.")
_SECRET = _("Copy the secret into the program again. If it is lost, add a new secret here.")

FAILURES: dict[str, Failure] = {
    # the authorization request
    "callback_unregistered": Failure(
        _("It asked to return to a callback URL that is not registered."),
        _("Accept the callback URL on this page if you know it, then press Connect in the program again."),
    ),
    "callback_unlisted": Failure(
        _("It asked to return to an address that its metadata document does not list."), _OWN_REQUEST
    ),
    "consumer_unknown": Failure(
        _("Somebody sent a key that is not registered here."),
        _("Copy the key into the program again: it begins with fmk_."),
    ),
    "secret_as_key": Failure(
        _("Somebody sent a secret where the key belongs."),
        _("Swap the two in the program: the client ID begins with fmk_, the client secret with fms_."),
    ),
    "registers_itself": Failure(
        _("A program tried to register itself, which is off here."),
        _("Enter the key and the secret in the program, so that it need not register."),
    ),
    "registration_waits": Failure(
        _("A program that registered itself is waiting for approval."),
        _("Approve it under Registration, or enter the key and the secret of this consumer in it."),
    ),
    "consumer_off": Failure(
        _("The consumer or its permission group is disabled."), _("Enable it, then start again.")
    ),
    "document_unavailable": Failure(
        _("The program's metadata document could not be read."),
        _("Open the metadata URL in a browser: it must answer with JSON, without a redirect."),
    ),
    "pkce_missing": Failure(
        _("The request has no PKCE challenge with the method S256."),
        _("Turn on PKCE (S256) in the program. If it has no such setting, it cannot connect."),
    ),
    "invalid_target": Failure(
        _("It asked for access to an address other than the MCP server URL."),
        _("Enter exactly the MCP server URL shown here in the program."),
    ),
    "invalid_scope": Failure(
        _("It asked for a scope that does not exist here."),
        _("Leave the scopes empty in the program, or enter maintenance:read maintenance:write."),
    ),
    "unsupported_response_type": Failure(_("It did not ask for an authorization code."), _OWN_REQUEST),
    "invalid_request": Failure(_("The request was not valid."), _OWN_REQUEST),
    "request_unreadable": Failure(_("Somebody sent a request that could not be read."), _OWN_REQUEST),
    "request_too_old": Failure(_("The request was older than an hour."), _RETRY),
    # the person
    "not_a_member": Failure(
        _("The person who signed in has no active account in this company."),
        _("Invite them under User accounts, or have them sign in with their other account."),
    ),
    "login_required": Failure(_("It asked not to show any page, but nobody was signed in."), _RETRY),
    "consent_required": Failure(_("It asked not to show any page, but a person must approve."), _RETRY),
    "interaction_required": Failure(
        _("It asked not to show any page, but the person has something to do first."), _RETRY
    ),
    "sign_in_cancelled": Failure(_("The person left without signing in."), _RETRY),
    "access_denied": Failure(_("The person refused."), _RETRY),
    "decision_too_late": Failure(_("Somebody decided on a page that had expired."), _RETRY),
    "no_longer_allowed": Failure(
        _("While the page was open, the consumer or the person's account changed."), _RETRY
    ),
    # the token
    "form_unreadable": Failure(
        _("The token request is not a form: it has to be application/x-www-form-urlencoded, in the body."),
        _OWN_REQUEST,
    ),
    "key_unknown": Failure(
        _("Somebody asked for a token with a key that is not registered here."),
        _("Copy the key into the program again: it begins with fmk_."),
    ),
    "secret_missing": Failure(_("It sent no secret."), _SECRET),
    "secret_wrong": Failure(_("It sent a wrong secret."), _SECRET),
    "key_as_secret": Failure(_("It sent the key in the place of the secret."), _SECRET),
    "secret_of_public_client": Failure(
        _("It sent a secret, but this consumer is public and has none."),
        _("Leave the client secret empty in the program, or register a consumer with a secret."),
    ),
    "code_unknown": Failure(
        _("The code is not valid: it was used already, or belongs to another program."), _RETRY
    ),
    "code_used": Failure(_("The code was used a second time."), _RETRY),
    "code_expired": Failure(_("The code had expired: it is good for a minute."), _RETRY),
    "callback_differs": Failure(
        _("It named a different callback URL from the one with which it sent the person here."), _OWN_REQUEST
    ),
    "verifier_differs": Failure(
        _("The PKCE verifier does not belong to the challenge."),
        _("Start again, in one window only. If it happens again, tell the makers of the program."),
    ),
    "unsupported_grant_type": Failure(
        _("It asked for a token in a way that is not offered."),
        _("Choose authorization code in the program, or client credentials if it acts for the company."),
    ),
    "unauthorized_client": Failure(
        _("The consumer is not registered for this grant type, or is disabled."),
        _("Compare the grant type here with the one in the program."),
    ),
    "invalid_grant": Failure(_("The refresh token is no longer valid."), _("Connect again in the program.")),
    # the endpoint
    "secret_as_token": Failure(
        _("Somebody sent a secret as if it were an access token."),
        _("Choose OAuth in the program instead of an API key or bearer token."),
    ),
    "token_refused": Failure(
        _("Somebody sent an access token that is not valid here."),
        _("Connect again in the program. Wait if it renews its token by itself."),
    ),
    "http_400": Failure(
        _("The address or the message was not valid."), _("Enter exactly the MCP server URL shown here.")
    ),
    "http_403": Failure(
        _("It came from a web page or a network that is not allowed here."),
        _("Compare the networks of this consumer under Security; for a web page, see MCP_ORIGINS."),
    ),
    "http_404": Failure(_("It named a session that does not exist."), _RETRY),
    "http_405": Failure(
        _("It sent GET instead of POST: the older SSE transport."),
        _("Choose Streamable HTTP as the transport in the program."),
    ),
    "http_406": Failure(_("It does not accept JSON as an answer."), _OWN_REQUEST),
    "http_415": Failure(_("It does not send JSON."), _OWN_REQUEST),
    "http_421": Failure(
        _("It used a host name other than the one in the MCP server URL."),
        _("Enter exactly the MCP server URL shown here."),
    ),
    "message_refused": Failure(_("The MCP message was refused."), _OWN_REQUEST),
    "insufficient_scope": Failure(
        _("The person approved reading only, and the tool changes something."),
        _("Connect again and leave writing on, if it is wanted."),
    ),
}
OTHER = Failure(_("It was refused."), _OWN_REQUEST)


def failure_of(reason: str) -> Failure:
    return FAILURES.get(reason, OTHER)
