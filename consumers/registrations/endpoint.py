"""/oauth/register: programs register themselves (RFC 7591) and manage their registration (RFC 7592).

It is off until an administrator switches it on. A program names the company by its initial access token or by
the company's own address; neither is needed in an installation with one company.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from audit.kinds import Kind
from audit.recording import Subject, changes_between, record
from consumers import digests, scopes, throttle
from consumers.digests import Prefix
from consumers.handshake import recording as handshake
from consumers.handshake.steps import Step
from consumers.models import Consumer
from consumers.oauth.browser_programs import readable_in_browsers
from consumers.oauth.client_authentication import OAuthError, json_response, no_database
from consumers.registrations import admission
from consumers.registrations.client_metadata import checked, read_json
from consumers.registrations.models import InitialAccessToken, Registration, RegistrationRules
from consumers.security_log import note

WHO_REGISTERS = (
    "Programs cannot register themselves here. An administrator of your company registers this one at "
    f"{settings.PUBLIC_URL} under Configuration > API connections > OAuth consumers and gives you its "
    "key (client ID) and secret (client secret) to enter in the program."
)
PATH = "/oauth/register"
LINKS = {"url": "client_uri", "privacy_policy_url": "policy_uri", "licence_url": "tos_uri"}
Mode = RegistrationRules.Mode
View = Callable[..., HttpResponse]


def announced() -> dict[str, str]:
    """Return the metadata entry: an address that any program may use, or nothing if there is none."""
    rules = admission.sole_rules()
    return {"registration_endpoint": settings.PUBLIC_URL + PATH} if rules and rules.mode == Mode.INBOX else {}


def _in_json(view: View) -> View:
    """Answer every error as RFC 7591 §3.2.2 says, so that programs can show the description to people."""

    @csrf_exempt
    @functools.wraps(view)
    def served(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except OAuthError as refused:
            return refused.response()
        except admission.TooMany:
            return OAuthError(
                "temporarily_unavailable",
                "The company has reached its limit of programs that wait or registered themselves. Ask an "
                "administrator to look through them.",
                429,
                Retry_After="3600",
            ).response()
        except (DatabaseError, InterfaceError) as error:
            return no_database(error)

    return served


@readable_in_browsers("POST")
@_in_json
def register(request: HttpRequest, address: str = "") -> HttpResponse:
    rules, token = _place(request, address)
    if request.method != "POST":
        raise OAuthError("invalid_request", "Use POST.", 405, Allow="POST")
    _require_fewer_registrations(request)
    data = checked(read_json(request))
    registration, secret, management = admission.register(rules, data, token, throttle.address_of(request))
    told = _described(registration, management)
    if secret:
        told |= {"client_secret": secret, "client_secret_expires_at": 0}
    return json_response(told, 201)


@readable_in_browsers("GET, PUT, DELETE")
@_in_json
def manage(request: HttpRequest, key: str) -> HttpResponse:
    """Read, change or delete a registration with its registration access token (RFC 7592 §2)."""
    token = _bearer(request)
    if not digests.is_shaped(Prefix.REGISTRATION_TOKEN, token):
        raise _invalid_token(request)
    with transaction.atomic():
        registration = (
            Registration.objects.select_for_update()
            .filter(token_digest=digests.digest(token), client_id=key)
            .first()
            if digests.is_shaped(Prefix.KEY, key)
            else None
        )
        if registration is None:
            raise _invalid_token(request)
        if request.method == "GET":
            return json_response(_described(registration, token))
        if request.method == "PUT":
            _update(request, registration, read_json(request))
            return json_response(_described(registration, token))
        if request.method == "DELETE":
            note("program deleted its registration", registration=registration.pk)
            consumer, key = registration.consumer, str(registration.pk)
            deleted = Subject("registration", key, registration.name)
            if consumer:
                deleted = Subject("consumer", str(consumer.pk), consumer.name)
                consumer.delete()  # cascades to the registration, authorizations and tokens
            else:
                registration.delete()
            record(
                Kind.CONSUMER_DELETED,
                company_id=registration.company_id,
                subject=deleted,
                facts={"by": "program"},
                address=throttle.address_of(request),
            )
            response = HttpResponse(status=204)
            response["Cache-Control"] = "no-store"
            return response
    raise OAuthError("invalid_request", "Use GET, PUT or DELETE.", 405, Allow="GET, PUT, DELETE")


def _require_fewer_registrations(request: HttpRequest) -> None:
    wait = throttle.count_registration(request)
    if wait:
        raise OAuthError(
            "temporarily_unavailable", "Too many registrations. Wait.", 429, Retry_After=str(wait)
        )


def _place(request: HttpRequest, address: str) -> tuple[RegistrationRules, InitialAccessToken | None]:
    """Return the rules that apply and the initial access token, if one was sent."""
    if request.headers.get("Authorization"):
        shown = _bearer(request)
        token = _token(shown)
        if token is None:
            raise _invalid_token(request)
        rules = RegistrationRules.objects.filter(company_id=token.company_id).exclude(mode=Mode.OFF).first()
        if rules is None or address not in {"", rules.address}:
            raise _not_here()
        return rules, token
    found = (
        RegistrationRules.objects.of_companies_that_are_on().filter(address=address[:16]).first()
        if address
        else admission.sole_rules()
    )
    if found is None or found.mode == Mode.OFF:
        handshake.note(None, Step.AUTHORIZE, "registers_itself")
        raise _not_here()
    if found.mode == Mode.TOKEN:
        raise OAuthError(
            "invalid_token",
            "Programs register here with an initial access token, which an administrator makes under "
            "Configuration > API connections > Registration.",
            401,
            WWW_Authenticate="Bearer",
        )
    return found, None


def _token(shown: str) -> InitialAccessToken | None:
    if not digests.is_shaped(Prefix.INITIAL_ACCESS_TOKEN, shown):
        return None
    live = InitialAccessToken.objects.live().select_related("permission_group", "created_by")
    return live.filter(token_digest=digests.digest(shown)).first()


def _bearer(request: HttpRequest) -> str:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _update(request: HttpRequest, registration: Registration, body: dict[str, Any]) -> None:
    """Apply new metadata; what an administrator decided stays unchanged. Call it last in a transaction."""
    if body.get("client_id") != registration.client_id:
        raise OAuthError("invalid_client_metadata", "client_id must be that of this registration.")
    if "client_secret" in body and not _is_own_secret(registration, body["client_secret"]):
        raise OAuthError("invalid_client_metadata", "A program cannot choose its client_secret.")
    data = checked({"token_endpoint_auth_method": registration.auth_method} | body)
    if data.auth_method != registration.auth_method:
        raise OAuthError("invalid_client_metadata", "token_endpoint_auth_method cannot be changed.")
    consumer: Consumer | None = registration.consumer
    name, callbacks = registration.current
    before = {"name": name, "callback_urls": callbacks} | _links(registration)
    after = {"name": data.name, "callback_urls": data.callbacks} | {
        link: getattr(data, link) for link in LINKS
    }
    changes = changes_between(before, after)
    if not changes:
        return
    if registration.decided_at is not None and registration.way != Registration.Way.TOKEN:
        raise OAuthError(
            "invalid_client_metadata",
            "An administrator has decided about this registration. Register again to change it.",
        )
    _require_fewer_registrations(request)  # each change is a row in the log
    admission.describe(registration, data)
    registration.save()
    subject = Subject("registration", str(registration.pk), data.name)
    if consumer is not None:
        consumer.name, consumer.callback_urls, consumer.url = data.name, data.callbacks, data.url
        consumer.privacy_policy_url, consumer.licence_url = data.privacy_policy_url, data.licence_url
        consumer.full_clean(exclude=["client_secret"])
        # Save only these fields: an administrator may be disabling the consumer at the same moment.
        consumer.save(
            update_fields=["name", "redirect_uris", "url", "privacy_policy_url", "licence_url", "updated"]
        )
        subject = Subject("consumer", str(consumer.pk), consumer.name)
    record(
        Kind.CONSUMER_CHANGED,
        company_id=registration.company_id,
        consumer=consumer,
        subject=subject,
        changes=changes,
        facts={"by": "program"},
        address=throttle.address_of(request),
    )


def _is_own_secret(registration: Registration, shown: Any) -> bool:
    """Say whether the program shows a secret that it has: once admitted, one of its consumer's."""
    if registration.consumer is not None:
        stored = [secret.digest for secret in registration.consumer.secrets.live()]
    else:
        stored = [registration.secret_digest] if registration.secret_digest else []
    return isinstance(shown, str) and any(digests.matches(shown, each) for each in stored)


def _described(registration: Registration, management: str) -> dict[str, Any]:
    """Describe the registration (RFC 7591 §3.2.1, RFC 7592 §3), without any stored secret."""
    name, callbacks = registration.current
    links = {LINKS[field]: url for field, url in _links(registration).items()}
    return {
        "client_id": registration.client_id,
        "client_id_issued_at": int(registration.created_at.timestamp()),
        "client_name": name,
        "redirect_uris": callbacks,
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": registration.auth_method,
        "scope": " ".join(scopes.ALL),
        "registration_access_token": management,
        "registration_client_uri": f"{settings.PUBLIC_URL}{PATH}/client/{registration.client_id}",
        **{label: url for label, url in links.items() if url},
    }


def _links(registration: Registration) -> dict[str, str]:
    """Return the links by field: those of the consumer if there is one, otherwise those registered."""
    holder = registration.consumer or registration
    return {field: getattr(holder, field) for field in LINKS}


def _not_here() -> OAuthError:
    return OAuthError("access_denied", WHO_REGISTERS, 403)


def _invalid_token(request: HttpRequest) -> OAuthError:
    note("registration token refused", address=throttle.address_of(request))
    wait = throttle.count_failure(request, "registration")
    if wait:
        return OAuthError("temporarily_unavailable", "Too many failures. Wait.", 429, Retry_After=str(wait))
    return OAuthError(
        "invalid_token",
        "The token is unknown, expired or revoked.",
        401,
        WWW_Authenticate='Bearer error="invalid_token"',
    )
