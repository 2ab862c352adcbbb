"""Validates an authorization request (RFC 6749 §4.1.1, RFC 7636, RFC 8707, RFC 9700).

All later steps use the values that were validated here, never values that a browser sends again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from django.conf import settings

from consumers import granting, scopes
from consumers.callbacks import display_host, is_registered
from consumers.client_documents import ClientDocument, could_be_allowed, is_document_url, load
from consumers.digests import MAX_LENGTH as MAX_KEY
from consumers.models import Consumer
from consumers.oauth.audience import audience_of
from consumers.outbound.documents import Unavailable
from consumers.registrations.models import Registration

MAX_QUERY = 64 * 1024
MAX_FIELDS = 64
MAX_STATE = 8 * 1024
MAX_NONCE = 255
MAX_CALLBACK = 2000
# RFC 7636 §4.2: 43 to 128 characters of the unreserved set.
_CHALLENGE = re.compile(r"[A-Za-z0-9\-._~]{43,128}\Z")
# If one of these is repeated, neither the client nor the address for an error answer is certain.
_ONCE_OR_NO_ANSWER = ("client_id", "redirect_uri", "response_type", "state", "scope")


@dataclass(frozen=True, slots=True)
class Checked:
    """A validated request. `document` is set for a program whose client id is the URL of its document.

    For such a program, before sign-in, `consumer` is any consumer that allows the URL; it only shows that one
    exists.
    """

    consumer: Consumer
    document: ClientDocument | None
    redirect_uri: str
    scopes: list[str]
    resource: str
    state: str | None
    code_challenge: str
    nonce: str
    signed_in_within: int | None
    silent: bool

    def could_be_any_program(self, *, came_by_itself: bool) -> bool:
        """Say whether another program on the person's computer could pose as this one (RFC 8252 §8.6)."""
        if self.document:
            return self.document.only_on_this_computer
        urls = self.consumer.callback_urls
        return came_by_itself and not any(url.startswith("https://") for url in urls)


class FatalClientError(Exception):
    """An error that must not be sent to the client. The error page shows `code`.

    `redirect_uri` is set if it is the cause. `document_url` is set for a program with a metadata document:
    the page may name the program, but not the companies that allow it.
    """

    def __init__(
        self, code: str, consumer: Consumer | None = None, redirect_uri: str = "", document_url: str = ""
    ) -> None:
        super().__init__(code)
        self.code, self.consumer, self.redirect_uri = code, consumer, redirect_uri
        self.document_url, self.host = document_url, display_host(document_url) if document_url else ""


class RedirectError(Exception):
    """An error that is sent to the client's registered redirect URI (RFC 6749 §4.1.2.1).

    `reason` is a code of ours where several causes share one `error`.
    """

    def __init__(
        self, consumer: Consumer, redirect_uri: str, state: str | None, error: str, why: str, reason: str = ""
    ) -> None:
        super().__init__(error)
        self.consumer, self.redirect_uri, self.state = consumer, redirect_uri, state
        self.error, self.why, self.reason = error, why, reason or error


def check(query: str, companies: Sequence[int] | None = None) -> Checked:
    """Validate the query of an authorization request.

    `companies` are the companies of the signed-in person, the preferred one first; None before sign-in.
    Raises FatalClientError or RedirectError.
    """
    fields = _parse(query)
    key = fields.get("client_id", [""])[0]
    document = None
    if is_document_url(key):
        consumer = _consumer_by_document(key, companies)
        document = _document(key)
    else:
        consumer = _consumer_by_key(key)
    redirect_uri = _redirect_uri(fields, consumer, document)
    if not consumer.is_usable():
        raise FatalClientError("consumer_off", consumer)
    state = fields.get("state", [None])[0]

    def refuse(error: str, why: str, reason: str = "") -> RedirectError:
        return RedirectError(consumer, redirect_uri, state, error, why, reason)

    if state is not None and ("\0" in state or len(state) > MAX_STATE):
        raise RedirectError(
            consumer, redirect_uri, None, "invalid_request", "state is too long or holds NUL."
        )
    response_type = fields.get("response_type", [""])[0]
    if response_type != "code":
        raise refuse(
            "unsupported_response_type" if response_type else "invalid_request", "response_type must be code."
        )
    for name, values in fields.items():
        if len(values) > 1 and name != "resource":
            raise refuse("invalid_request", "No parameter may be sent twice.")
    if fields.get("response_mode", ["query"])[0] != "query":
        raise refuse("invalid_request", "response_mode must be query.")
    challenge = fields.get("code_challenge", [""])[0]
    if fields.get("code_challenge_method", [""])[0] != "S256" or not _CHALLENGE.match(challenge):
        raise refuse("invalid_request", "PKCE with the method S256 is required.", "pkce_missing")
    resource = audience_of(fields.get("resource", [settings.MCP_RESOURCE]))
    if resource is None or resource == settings.ADMIN_RESOURCE:
        raise refuse("invalid_target", "This server does not serve that resource.")
    asked = set(fields.get("scope", [""])[0].split(" ")) - {""}
    wanted, identity = asked - scopes.OF_OPENID, granting.identity(asked, consumer)
    nonce = fields.get("nonce", [""])[0] if identity else ""
    if len(nonce) > MAX_NONCE or "\0" in nonce:
        raise refuse("invalid_request", f"nonce is longer than {MAX_NONCE} characters or holds NUL.")
    if not wanted <= set(scopes.ALL):
        raise refuse("invalid_scope", "Unknown scope.")
    if not wanted & {scopes.READ, scopes.WRITE}:
        wanted |= set(scopes.DEFAULT)
    return Checked(
        consumer=consumer,
        document=document,
        redirect_uri=redirect_uri,
        scopes=scopes.ordered(wanted | identity),
        resource=resource,
        state=state,
        code_challenge=challenge,
        nonce=nonce,
        signed_in_within=_signed_in_within(fields, refuse) if identity else None,
        silent="none" in fields.get("prompt", [""])[0].split(" "),
    )


def client_id_of(query: str) -> str:
    return _parse(query).get("client_id", [""])[0]


def _signed_in_within(
    fields: Mapping[str, list[str]], refuse: Callable[[str, str], RedirectError]
) -> int | None:
    """Return the maximum age of the sign-in in seconds; None if any age will do.

    Source: `prompt` and `max_age` of OpenID Connect Core §3.1.2.1.
    """
    if "login" in fields.get("prompt", [""])[0].split(" "):
        return 0
    given = fields.get("max_age", [""])[0]
    if given and not (given.isascii() and given.isdigit() and len(given) < 10):
        raise refuse("invalid_request", "max_age must be a number of seconds.")
    return int(given) if given else None


def _parse(query: str) -> dict[str, list[str]]:
    if len(query) > MAX_QUERY:
        raise FatalClientError("request_unreadable")
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise FatalClientError("request_unreadable") from error
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    if any(len(fields.get(name, ())) > 1 for name in _ONCE_OR_NO_ANSWER):
        raise FatalClientError("request_unreadable")
    return fields


def _consumer_by_key(key: str) -> Consumer:
    """Find a consumer by its key. The error is the same for a missing, malformed, unknown or unusable key."""
    if not key.isascii() or not key.isprintable() or not 0 < len(key) <= MAX_KEY:
        raise FatalClientError("consumer_unknown")
    consumer = (
        Consumer.objects.select_related("company__security_policy", "permission_group", "created_by")
        .filter(client_id=key)
        .first()
    )
    if consumer is None:
        raise FatalClientError(_of_registration(key) or "consumer_unknown")
    if not consumer.is_authorization_code:
        raise FatalClientError("consumer_unknown")
    return consumer


def _of_registration(key: str) -> str | None:
    """Return the error code for a program that registered itself and has not been admitted, otherwise None.

    The error page says that it waits or was refused; advice to correct the key would help nobody.
    """
    registration = Registration.objects.undecided().filter(client_id=key).first()
    if registration is None:
        return None
    return "registration_refused" if registration.refused else "registration_waits"


def _consumer_by_document(url: str, companies: Sequence[int] | None) -> Consumer:
    """Find the consumer among those that allow this URL; other URLs are never fetched."""
    allowing = [consumer for consumer in Consumer.objects.allowing(url) if consumer.is_usable()]
    if not allowing:
        raise FatalClientError(
            "document_not_allowed" if could_be_allowed(url) else "consumer_unknown", document_url=url
        )
    if companies is None:
        return allowing[0]
    mine = [consumer for consumer in allowing if consumer.company_id in companies]
    if not mine:
        raise FatalClientError("not_a_member", document_url=url)
    return min(mine, key=lambda consumer: companies.index(consumer.company_id))


def _document(url: str) -> ClientDocument:
    try:
        return load(url)
    except Unavailable as error:
        raise FatalClientError("document_unavailable", document_url=url) from error


def _redirect_uri(
    fields: Mapping[str, list[str]], consumer: Consumer, document: ClientDocument | None
) -> str:
    """Return the redirect URI. It is required, and the consumer or its document must list it."""
    redirect_uri = fields.get("redirect_uri", [""])[0]
    if document is not None:
        if len(redirect_uri) > MAX_CALLBACK or not document.lists(redirect_uri):
            raise FatalClientError("callback_unlisted", document_url=document.url)
    elif len(redirect_uri) > MAX_CALLBACK or not is_registered(redirect_uri, consumer.callback_urls):
        raise FatalClientError("callback_unregistered", consumer, redirect_uri)
    return redirect_uri
