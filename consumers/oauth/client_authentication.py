"""Form parsing and client authentication for the machine endpoints of the authorization server.

Sources: RFC 6749 §2.3, §3.2 and §5.2. The library is lenient here; this module is strict
(docs/reference/security.md#library-gaps, rows 8 and 12).
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import datetime as dt
import functools
import hmac
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from django.db import DatabaseError, InterfaceError
from django.db.models import F
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from consumers import digests, throttle
from consumers.client_documents import is_document_url
from consumers.models import AccessToken, Consumer, ConsumerSecret, Grant, RefreshToken
from consumers.oauth import events
from consumers.security_log import note

MAX_BODY = 32 * 1024
MAX_FIELDS = 32
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_FORM_TYPE = re.compile(r"application/x-www-form-urlencoded\s*(;\s*charset=\"?utf-8\"?\s*)?\Z", re.IGNORECASE)
# Compared if the consumer is unknown, so that the response time does not reveal which keys exist.
_NOBODYS_SECRET = "0" * 64
# Live secrets come first; of the removed ones the latest few are enough for the log.
_MOST_COMPARED = 8
RECORD_USE_EVERY = dt.timedelta(minutes=1)

Form = dict[str, str]


class OAuthError(Exception):
    """An OAuth error answer (RFC 6749 §5.2)."""

    def __init__(self, error: str, description: str, status: int = 400, **headers: str) -> None:
        super().__init__(error)
        self.error, self.description, self.status = error, description, status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def response(self) -> JsonResponse:
        return json_response(
            {"error": self.error, "error_description": self.description}, self.status, self.headers
        )


def json_response(
    data: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None
) -> JsonResponse:
    response = JsonResponse(data, status=status, headers=headers)
    response["Cache-Control"] = "no-store"
    response["Pragma"] = "no-cache"
    return response


Endpoint = Callable[[HttpRequest, Consumer, Form], HttpResponse]


def endpoint(view: Endpoint) -> Callable[[HttpRequest], HttpResponse]:
    """Decorate a POST-only view for authenticated clients; every answer is JSON."""

    @csrf_exempt
    @functools.wraps(view)
    def served(request: HttpRequest) -> HttpResponse:
        try:
            if request.method != "POST":
                raise OAuthError("invalid_request", "Use POST.", 405, Allow="POST")
            form = read_form(request)
            request.oauth_form = form  # type: ignore[attr-defined]  # for who notes the outcome
            return view(request, authenticate_client(request, form), form)
        except OAuthError as refused:
            return refused.response()
        except (DatabaseError, InterfaceError) as error:
            return no_database(error)

    return served


def no_database(error: DatabaseError | InterfaceError) -> JsonResponse:
    """Answer 503, so that the client retries instead of asking the person to connect again."""
    note("database trouble", kind=type(error).__name__)
    return OAuthError(
        "temporarily_unavailable", "Try again in a few seconds.", 503, Retry_After="5"
    ).response()


def content_types(request: HttpRequest) -> list[str]:
    """The media types in the Content-Type header: one, or several from some clients.

    The TypeScript SDK adds the type of a request to the one that its user set for all requests, so that a
    refresh comes as `application/json, application/x-www-form-urlencoded`.
    """
    return [kind.strip() for kind in request.META.get("CONTENT_TYPE", "").split(",")]


def read_form(request: HttpRequest) -> Form:
    """Parse the form body. An empty field counts as omitted (RFC 6749 §3.2)."""
    if request.META.get("QUERY_STRING"):
        raise OAuthError("invalid_request", "Send the parameters in the body, not in the address.")
    if not any(map(_FORM_TYPE.match, content_types(request))):
        raise OAuthError("invalid_request", "Send application/x-www-form-urlencoded in UTF-8.", 415)
    try:
        body = request.read(MAX_BODY + 1)
    except (UnreadablePostError, OSError) as error:
        raise OAuthError("invalid_request", "The body could not be read.") from error
    if len(body) > MAX_BODY:
        raise OAuthError("invalid_request", "The body is too large.", 413)
    try:
        text = body.decode("ascii")
        if _BAD_PERCENT.search(text):
            raise ValueError
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise OAuthError("invalid_request", "The body is not a form of valid UTF-8.") from error
    if len({value for name, value in pairs if name == "resource"}) == 1:
        pairs = list(dict.fromkeys(pairs))  # RFC 8707 §2 allows several; a repeated value counts once
    form = dict(pairs)
    if len(form) != len(pairs):
        raise OAuthError("invalid_request", "No parameter may be sent twice.")
    if any("\0" in part for pair in pairs for part in pair):
        raise OAuthError("invalid_request", "NUL is not allowed.")
    return {name: value for name, value in form.items() if value}


def authenticate_client(request: HttpRequest, form: Form) -> Consumer:
    """Authenticate with exactly one of client_secret_basic, client_secret_post and none (public clients).

    A disabled consumer passes: the grant decides whether it may get something, and knows the right error.
    """
    header = request.META.get("HTTP_AUTHORIZATION")
    if header is not None:
        if "client_secret" in form:
            raise OAuthError("invalid_request", "Use one way of client authentication, not two.")
        key, secret = read_basic(header)
        if form.get("client_id", key) != key:
            raise OAuthError("invalid_request", "client_id differs from the one in the Authorization header.")
    else:
        key, secret = form.get("client_id", ""), form.get("client_secret", "")
    consumer = _find_by_document(key, form) if is_document_url(key) else _find(key)
    reason = _refusal(consumer, secret)
    if reason:
        note("client refused", key=_loggable(key), reason=reason, address=throttle.address_of(request))
        if consumer is not None:
            method = method_of(request, form)
            events.token_refused(request, consumer, reason, client_authentication=method)
        wait = throttle.count_failure(request, key)
        if wait:
            raise OAuthError(
                "temporarily_unavailable", "Too many failures. Wait.", 429, Retry_After=str(wait)
            )
        raise _invalid_client()
    assert consumer is not None
    return consumer


def _loggable(key: str) -> str:
    """Return the key if it can be one: people also paste a secret or a password into its field."""
    return key if digests.is_shaped(digests.Prefix.KEY, key) or is_document_url(key) else "(no key)"


def method_of(request: HttpRequest, form: Form) -> str:
    """Return the method of client authentication (RFC 7591 §2)."""
    if "HTTP_AUTHORIZATION" in request.META:
        return "client_secret_basic"
    return "client_secret_post" if "client_secret" in form else "none"


def _find(key: str) -> Consumer | None:
    if not key.isprintable() or not key.isascii() or not 0 < len(key) <= 255:
        key = ""
    return (
        Consumer.objects.select_related("company__security_policy", "permission_group")
        .filter(client_id=key)
        .first()
    )


def _find_by_document(url: str, form: Form) -> Consumer | None:
    """Find the consumer of a program with a metadata document; several companies may allow the same one.

    The owner of the code or token decides which consumer is meant. Nothing is fetched. If the form shows no
    known code or token, or one of another program, any consumer of that URL is returned: the grant then
    reports that it does not own the code, and a revocation answers without an error.
    """
    allowing = Consumer.objects.allowing(url)
    owner = _owner_of_what_is_shown(form)
    owned = None if owner is None else allowing.filter(pk=owner).first()
    return owned or allowing.order_by("-enabled", "pk").first()


def _owner_of_what_is_shown(form: Form) -> int | None:
    """Return the id of the consumer that owns the code or token in the form.

    Redeemed codes and replaced refresh tokens count too, so that a replay is recognized.
    """
    shown: tuple[tuple[str, digests.Prefix, Any, str], ...] = (
        ("code", digests.Prefix.CODE, Grant, "code"),
        ("refresh_token", digests.Prefix.REFRESH_TOKEN, RefreshToken, "token_checksum"),
        ("token", digests.Prefix.REFRESH_TOKEN, RefreshToken, "token_checksum"),
        ("token", digests.Prefix.ACCESS_TOKEN, AccessToken, "token_checksum"),
    )
    for name, prefix, model, column in shown:
        if digests.is_shaped(prefix, form.get(name, "")):
            stored = {column: digests.digest(form[name])}
            owner: int | None = (
                model.objects.filter(**stored).values_list("application_id", flat=True).first()
            )
            return owner
    return None


def _refusal(consumer: Consumer | None, shown: str) -> str:
    """Return why the secret is refused, as a code for the log, or "" if it proves the consumer.

    The work is the same whether the consumer is known, and has one secret or two. Removed secrets are
    compared too, so that the log can say that a program still uses one.
    """
    known = list(
        ConsumerSecret.objects.filter(consumer=consumer.pk if consumer else 0).order_by(
            F("revoked_at").desc(nulls_first=True), "-pk"
        )[:_MOST_COMPARED]
    )
    shown_digest = digests.digest(shown)
    stored = [secret.digest for secret in known] + [_NOBODYS_SECRET] * (_MOST_COMPARED - len(known))
    same = [hmac.compare_digest(shown_digest, each) for each in stored]
    if consumer is None:
        return "unknown_client"
    if consumer.is_public:
        return "secret_of_public_client" if shown else ""
    found = next((secret for secret, equal in zip(known, same, strict=False) if equal), None)
    if found is None:
        return "secret_wrong" if shown else "secret_missing"
    if not found.live:
        return found.end
    _record_use(found)
    return ""


def _record_use(secret: ConsumerSecret) -> None:
    """Record the last use, at most once a minute. A database error is ignored: the token matters more."""
    now = timezone.now()
    if secret.last_used_at is None or now - secret.last_used_at > RECORD_USE_EVERY:
        with contextlib.suppress(DatabaseError):
            ConsumerSecret.objects.filter(pk=secret.pk).update(last_used_at=now)


def read_basic(header: str) -> tuple[str, str]:
    """Decode HTTP Basic (RFC 7617); key and secret are form-encoded within it (RFC 6749 §2.3.1)."""
    scheme, _space, value = header.partition(" ")
    try:
        if scheme.lower() != "basic":
            raise ValueError
        decoded = base64.b64decode(value.strip(), validate=True).decode("utf-8")
        key, colon, secret = decoded.partition(":")
        if not colon or "\0" in decoded:
            raise ValueError
        return unquote_plus(key, errors="strict"), unquote_plus(secret, errors="strict")
    except (ValueError, binascii.Error) as error:
        raise _invalid_client() from error


def _invalid_client() -> OAuthError:
    return OAuthError(
        "invalid_client",
        "Unknown client, or wrong client authentication.",
        401,
        WWW_Authenticate='Basic realm="oauth", charset="UTF-8"',
    )
