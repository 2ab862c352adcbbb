"""Verifies an ID-JAG: that its issuer signed it, for us, for this client, and that it is valid now.

Sources: draft-ietf-oauth-identity-assertion-authz-grant, RFC 7523 §3, RFC 8725. From an unverified assertion
only the issuer and the key id are read.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import jwt
from django.conf import settings
from django.utils import timezone

from accounts.models import not_before
from consumers.models import Consumer
from consumers.oauth.audience import audience_of
from consumers.oauth.client_authentication import OAuthError
from consumers.trusted_issuers.keys import NoKeys, key_of
from consumers.trusted_issuers.models import MAX_SUBJECT, TrustedIssuer

TYPES = frozenset({"oauth-id-jag+jwt", "application/oauth-id-jag+jwt"})
ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"})
MAX_LENGTH = 8 * 1024
MAX_JTI = 255
MAX_EMAIL = 254
MIN_RSA_BITS = 2048
LEEWAY = dt.timedelta(seconds=60)
# Okta issues them for five minutes. One that lives longer than an hour is not meant for a single exchange.
MAX_LIFETIME = dt.timedelta(hours=1)
# Everything that a hostile or malformed token can make a JWT library raise.
_UNREADABLE = (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)


@dataclass(frozen=True, slots=True)
class Assertion:
    """A verified assertion. `email` is empty unless the issuer says, credibly, that it is verified."""

    issuer: TrustedIssuer
    subject: str
    email: str
    jti: str
    scope: str | None
    expires_at: dt.datetime


def verify(text: str, consumer: Consumer) -> Assertion:
    """Verify an assertion. The OAuthError says what is wrong with it and nothing about a person."""
    if len(text) > MAX_LENGTH:
        raise _invalid("The assertion is too long.")
    algorithm, kid = _header(text)
    issuer = _issuer(text, consumer)
    try:
        published = key_of(issuer, kid)
    except NoKeys as error:
        raise OAuthError(
            "temporarily_unavailable", "The keys of the issuer cannot be read now.", 503, Retry_After="60"
        ) from error
    if published is None:
        raise _invalid("The key of the assertion is not in the key set of its issuer.")
    claims = _verified(text, _key(published, algorithm), algorithm, issuer)
    _check_target(claims, consumer)
    return Assertion(
        issuer=issuer,
        subject=_text(claims, "sub", MAX_SUBJECT),
        email=_email(claims, issuer),
        jti=_text(claims, "jti", MAX_JTI),
        scope=_text(claims, "scope", MAX_LENGTH) if "scope" in claims else None,
        expires_at=dt.datetime.fromtimestamp(claims["exp"], dt.UTC) + LEEWAY,
    )


def _header(text: str) -> tuple[str, str]:
    try:
        header = jwt.get_unverified_header(text)
        kind, algorithm, kid = header.get("typ"), header.get("alg"), header.get("kid")
    except _UNREADABLE as error:
        raise _invalid("The assertion is not a signed JWT.") from error
    if not isinstance(kind, str) or kind.lower() not in TYPES:
        raise _invalid("The typ of the assertion must be oauth-id-jag+jwt.")
    if algorithm not in ALGORITHMS:
        raise _invalid("The assertion must be signed with RS, PS, ES or EdDSA.")
    if "crit" in header or not isinstance(kid, str):
        raise _invalid("The header of the assertion needs a kid and no crit.")
    return algorithm, kid


def _issuer(text: str, consumer: Consumer) -> TrustedIssuer:
    """Find the issuer among those that the client's company trusts; other companies do not count."""
    try:
        claims = jwt.decode(text, options={"verify_signature": False})
    except _UNREADABLE as error:
        raise _invalid("The assertion is not a signed JWT.") from error
    name, tenant = claims.get("iss"), claims.get("tenant", "")
    trusted = TrustedIssuer.objects.filter(company=consumer.company_id, enabled=True)
    if isinstance(name, str) and isinstance(tenant, str) and name.isprintable() and tenant.isprintable():
        found = trusted.filter(issuer=name, tenant=tenant).first()
        if found is not None:
            return found
    raise _invalid("The company does not trust the issuer of the assertion.")


def _key(published: dict[str, Any], algorithm: str) -> Any:
    """Load the key. The key, not the token, decides the algorithm (RFC 8725 §3.1)."""
    if published.get("alg", algorithm) != algorithm:
        raise _invalid("The key of the assertion is for another algorithm.")
    try:
        key = jwt.PyJWK(published, algorithm=algorithm).key
    except _UNREADABLE as error:
        raise _invalid("The key of the assertion does not fit its algorithm.") from error
    if getattr(key, "key_size", MIN_RSA_BITS) < MIN_RSA_BITS and published.get("kty") == "RSA":
        raise _invalid("The key of the assertion is too short.")
    return key


def _verified(text: str, key: Any, algorithm: str, issuer: TrustedIssuer) -> dict[str, Any]:
    try:
        claims: dict[str, Any] = jwt.decode(
            text,
            key,
            algorithms=[algorithm],
            issuer=issuer.issuer,
            leeway=LEEWAY,
            options={
                "require": ["iss", "sub", "aud", "client_id", "jti", "exp", "iat", "resource"],
                "verify_aud": False,  # checked more strictly below
            },
        )
        issued, ends = claims["iat"], claims["exp"]
        if type(issued) is not int or type(ends) is not int:
            raise _invalid("iat and exp of the assertion must be whole numbers.")
    except jwt.MissingRequiredClaimError as error:
        raise _invalid(f"The assertion has no {error.claim}.") from error
    except jwt.ExpiredSignatureError as error:
        raise _invalid("The assertion has expired.") from error
    except jwt.ImmatureSignatureError as error:
        raise _invalid("The assertion is not valid yet: check the clocks of both servers.") from error
    except _UNREADABLE as error:
        raise _invalid("The signature of the assertion is not its issuer's.") from error
    now = timezone.now().timestamp()
    oldest = now - (MAX_LIFETIME + LEEWAY).total_seconds()
    restored = not_before()
    if restored is not None and issued <= restored.timestamp():
        raise _invalid("The assertion is older than the last restore of this server.")
    if issued < oldest or ends - issued > MAX_LIFETIME.total_seconds():
        raise _invalid("The assertion is older than an hour, or valid for longer.")
    return claims


def _check_target(claims: dict[str, Any], consumer: Consumer) -> None:
    audience = claims["aud"]
    audiences = audience if isinstance(audience, list) else [audience]
    if audiences not in ([settings.PUBLIC_URL], [f"{settings.PUBLIC_URL}/"]):
        raise _invalid(f"The aud of the assertion must be {settings.PUBLIC_URL}.")
    if claims["client_id"] != consumer.client_id:
        raise _invalid("The client_id of the assertion is another client's.")
    resource = claims["resource"]
    resources = resource if isinstance(resource, list) else [resource]
    texts = [each for each in resources if isinstance(each, str)]
    if len(texts) != len(resources) or audience_of(texts) != settings.MCP_RESOURCE:
        raise OAuthError("invalid_target", f"The resource of the assertion must be {settings.MCP_RESOURCE}.")
    if "cnf" in claims:
        raise _invalid("The assertion is bound to a key; proof of possession is not served here.")


def _email(claims: dict[str, Any], issuer: TrustedIssuer) -> str:
    """Return the verified address in lower case, or "".

    It must be ASCII: lower() and databases map some other characters to ASCII letters, such as the Kelvin
    sign to k.
    """
    if claims.get("email_verified", issuer.vouches_for_email) is not True or not claims.get("email"):
        return ""
    address = _text(claims, "email", MAX_EMAIL)
    return address.lower() if address.isascii() else ""


def _text(claims: dict[str, Any], name: str, longest: int) -> str:
    value = claims[name]
    if not isinstance(value, str) or not value.isprintable() or not 0 < len(value) <= longest:
        raise _invalid(f"The {name} of the assertion must be a printable text of up to {longest} characters.")
    return value


def _invalid(description: str) -> OAuthError:
    return OAuthError("invalid_grant", description)
