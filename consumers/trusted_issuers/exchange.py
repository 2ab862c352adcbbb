"""The JWT bearer grant (RFC 7523): exchanges an ID-JAG for an access token of one hour.

There is no refresh token. As for every token, the person's rights are checked at each call. Locks are always
taken in the same order: issuer, person, app authorization.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from accounts.verified_addresses import is_verified
from audit.recording import Subject
from consumers import granting, scopes
from consumers.digests import Prefix, digest, make
from consumers.models import AUTHORIZATION_LIFETIME, AccessToken, AppAuthorization, Consumer
from consumers.oauth.audience import audience_of
from consumers.oauth.client_authentication import Form, OAuthError
from consumers.oauth.events import token_by_issuer
from consumers.security_log import note
from consumers.trusted_issuers.assertion import Assertion, verify
from consumers.trusted_issuers.models import IssuerLink, TrustedIssuer, UsedAssertion

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
GRANT_PROFILE = "urn:ietf:params:oauth:grant-profile:id-jag"
LIFETIME = dt.timedelta(hours=1)
# One description for all reasons, so that the client does not learn who has an account or whose was disabled.
NOBODY = (
    "No active person of the company is linked to the subject of the assertion, and none has its verified "
    "e-mail address. An administrator looks under Configuration > Security."
)


def is_announced() -> bool:
    return bool(TrustedIssuer.objects.filter(enabled=True).exists())


def exchange(request: HttpRequest, consumer: Consumer, form: Form) -> dict[str, object]:
    """Return the token answer. An OAuthError rolls everything back except the use of the assertion."""
    if consumer.is_public or not consumer.is_authorization_code:
        raise OAuthError(
            "unauthorized_client", "Only a client with a secret with which people sign in may use this grant."
        )
    if not consumer.is_usable():
        raise OAuthError("invalid_grant", "An administrator has disabled this client.")
    text = form.get("assertion")
    if text is None:
        raise OAuthError("invalid_request", "assertion is missing.")
    if "resource" in form and audience_of([form["resource"]]) != settings.MCP_RESOURCE:
        raise OAuthError("invalid_target", f"The resource must be {settings.MCP_RESOURCE}.")
    try:
        found = verify(text, consumer)
        scope = _scope(found, consumer, form.get("scope"))
        with transaction.atomic():
            outcome = _settle(request, found, consumer, scope)
        if isinstance(outcome, OAuthError):  # raised outside of the transaction, so the assertion stays used
            raise outcome
    except OAuthError as refused:
        note("assertion refused", consumer=consumer.pk, error=refused.error, reason=refused.description)
        raise
    return outcome


def _scope(found: Assertion, consumer: Consumer, wished: str | None) -> list[str]:
    """Return the scopes that both the assertion and the client ask for; an unknown scope is an error."""
    asked = set(scopes.ALL)
    for text in (found.scope, wished):
        if text is None:
            continue
        named = set(text.split(" ")) - {""} - scopes.OF_OPENID
        if not named <= set(scopes.ALL):
            raise OAuthError("invalid_scope", "A scope is not known here.")
        asked &= named if named & {scopes.READ, scopes.WRITE} else set(scopes.ALL)
    granted = (
        asked & scopes.grantable(consumer) & ({scopes.READ} if found.issuer.read_only else set(scopes.ALL))
    )
    if not granted:
        raise OAuthError("invalid_scope", "None of these scopes may be given to this client.")
    return scopes.ordered(granted)


def _settle(
    request: HttpRequest, found: Assertion, consumer: Consumer, scope: list[str]
) -> dict[str, object] | OAuthError:
    """Carry out the exchange. A refusal is returned, not raised, so that the transaction commits."""
    issuer = TrustedIssuer.objects.select_for_update().filter(pk=found.issuer.pk, enabled=True).first()
    if issuer is None:
        return OAuthError("invalid_grant", "The company does not trust the issuer of the assertion.")
    if issuer.read_only:
        scope = [each for each in scope if each == scopes.READ]
    if not scope:
        return OAuthError("invalid_scope", "The issuer may give none of these scopes.")
    if not _use_up(found):
        return OAuthError("invalid_grant", "The assertion was used before.")
    user = _person(found, consumer)
    if user is None:
        return OAuthError("invalid_grant", NOBODY)
    authorization = _authorization(issuer, consumer, user)
    if authorization is None:
        return OAuthError(
            "invalid_grant",
            "This connection was stopped. It has to be allowed again under App authorizations.",
        )
    scope = [each for each in scope if each not in authorization.withheld]
    if not scope:
        return OAuthError(
            "invalid_scope",
            "The person or an administrator took these scopes away, under App authorizations.",
        )
    now = timezone.now()
    authorization.scope, authorization.resource = " ".join(scope), settings.MCP_RESOURCE
    authorization.ends_at = now + AUTHORIZATION_LIFETIME
    authorization.connected_at = authorization.connected_at or now
    authorization.save()
    TrustedIssuer.objects.filter(pk=issuer.pk).update(last_used_at=now)
    token = make(Prefix.ACCESS_TOKEN)
    AccessToken.objects.create(
        token="",
        token_checksum=digest(token),
        application=consumer,
        authorization=authorization,
        token_family=uuid.uuid4(),
        user=user,
        scope=authorization.scope,
        resource=[settings.MCP_RESOURCE],
        expires=now + LIFETIME,
    )
    token_by_issuer(request, consumer, authorization, Subject("issuer", str(issuer.pk), issuer.name))
    return {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": int(LIFETIME.total_seconds()),
        "scope": authorization.scope,
    }


def _use_up(found: Assertion) -> bool:
    """Record the use.

    Return False if the assertion was used before; a constraint decides between two at once.
    """
    UsedAssertion.objects.filter(expires_at__lt=timezone.now()).delete()
    jti_digest = hashlib.sha256(found.jti.encode()).hexdigest()
    try:
        with transaction.atomic():
            UsedAssertion.objects.create(
                issuer=found.issuer, jti_digest=jti_digest, expires_at=found.expires_at
            )
    except IntegrityError:
        return False
    return True


def _person(found: Assertion, consumer: Consumer) -> User | None:
    """Find and lock the person: by subject, the first time by an e-mail address that both sides verified."""
    links = IssuerLink.objects.filter(issuer=found.issuer)
    link = links.filter(subject=found.subject).first()
    people = User.objects.select_for_update()
    meant = {"pk": link.user_id} if link else {"email__iexact": found.email}
    user = people.filter(**meant).first() if link or found.email else None
    if user is None or granting.user_of(user.pk, consumer) is None:
        return None
    if link is None and (not is_verified(user) or links.filter(user=user).exists()):
        return None
    if link is None:
        link = IssuerLink(issuer=found.issuer, subject=found.subject, user=user)
    link.last_used_at = timezone.now()
    link.save()
    return user


def _authorization(issuer: TrustedIssuer, consumer: Consumer, user: User) -> AppAuthorization | None:
    """Return the row for this issuer, separate from the person's own consents.

    Returns None while the person or an administrator has disconnected it.
    """
    rows = AppAuthorization.objects.select_for_update().filter(user=user, consumer=consumer, issuer=issuer)
    latest = rows.order_by("-pk").first()
    if latest is not None and latest.refuses_exchange:
        return None
    if latest is not None and latest.revoked_at is None:
        return latest
    new = AppAuthorization(user=user, consumer=consumer, issuer=issuer)
    if latest is not None:  # revoked for another reason: what was taken away stays so
        new.withheld_scope = latest.withheld_scope
        new.narrowed_at, new.narrowed_by = latest.narrowed_at, latest.narrowed_by
    return new
