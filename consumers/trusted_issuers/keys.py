"""The public keys of a trusted issuer: discovered, stored for an hour, fetched at most once a minute."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Q
from django.utils import timezone

from consumers.outbound import documents as document_fetcher
from consumers.outbound.documents import Unavailable
from consumers.security_log import note
from consumers.trusted_issuers.models import TrustedIssuer

KEPT_AT_MOST = dt.timedelta(hours=1)
# Limits fetches if an issuer does not answer, or if somebody invents key ids.
ASK_AGAIN_AFTER = dt.timedelta(minutes=1)
# Other processes may use the previous keys while one fetches new ones.
GRACE = dt.timedelta(minutes=2)
MAX_KEYS = 50
MAX_KID = 255


class NoKeys(Exception):
    """The issuer's keys cannot be read now."""


def key_of(issuer: TrustedIssuer, kid: str) -> dict[str, Any] | None:
    """Return the published key with this id, or None. It may fetch: do not call it in a transaction."""
    now = timezone.now()
    counts = issuer.keys_until is not None and now < issuer.keys_until
    if counts and kid in issuer.keys:
        return dict(issuer.keys[kid])
    if _may_ask(issuer, now):
        ask(issuer)
    elif not counts and not (issuer.keys_until is not None and now < issuer.keys_until + GRACE):
        raise NoKeys
    found = issuer.keys.get(kid)
    return dict(found) if found else None


def ask(issuer: TrustedIssuer) -> None:
    """Fetch and store the keys.

    Raises NoKeys if that fails; stored keys then stay valid until they expire.
    """
    where = issuer.jwks_url
    try:
        data, seconds = document_fetcher.fetch(where or _discover(issuer.issuer))
        keys = _usable(data)
    except Unavailable as error:
        note("keys of an issuer not read", issuer=issuer.pk, reason=error.reason)
        raise NoKeys from error
    issuer.keys = keys
    issuer.keys_until = timezone.now() + min(dt.timedelta(seconds=seconds), KEPT_AT_MOST)
    # Not stored if an administrator changed the address in the meantime.
    TrustedIssuer.objects.filter(pk=issuer.pk, jwks_url=where).update(keys=keys, keys_until=issuer.keys_until)


def _may_ask(issuer: TrustedIssuer, now: dt.datetime) -> bool:
    """Claim the fetch: one process a minute may do it."""
    due = Q(keys_asked_at=None) | Q(keys_asked_at__lt=now - ASK_AGAIN_AFTER)
    return bool(TrustedIssuer.objects.filter(due, pk=issuer.pk).update(keys_asked_at=now))


def _discover(issuer: str) -> str:
    """Return the `jwks_uri` from the issuer's discovery document (OpenID Connect Discovery or RFC 8414)."""
    parts = urlsplit(issuer)
    path = parts.path.rstrip("/")
    origin = f"https://{parts.netloc}"
    problem = Unavailable("unreachable")
    for address in (
        f"{origin}{path}/.well-known/openid-configuration",
        f"{origin}/.well-known/oauth-authorization-server{path}",
    ):
        try:
            document, _seconds = document_fetcher.fetch(address)
        except Unavailable as error:
            problem = error
            continue
        if document.get("issuer") != issuer:
            raise Unavailable("issuer_differs")  # RFC 8414 §3.3
        where = document.get("jwks_uri")
        if not isinstance(where, str):
            raise Unavailable("no_keys")
        return where
    raise problem


def _usable(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the public signing keys by id. Everything else in the set is dropped, above all private keys."""
    listed = data.get("keys")
    if not isinstance(listed, list) or len(listed) > MAX_KEYS:
        raise Unavailable("malformed")
    keys = {}
    for key in listed:
        if not isinstance(key, dict) or key.get("use", "sig") != "sig" or "d" in key or "k" in key:
            continue
        kid = key.get("kid")
        if isinstance(kid, str) and kid.isprintable() and 0 < len(kid) <= MAX_KID:
            keys[kid] = {
                name: key[name] for name in _MEMBERS if isinstance(key.get(name), str) and key[name].isascii()
            }
    if not keys:
        raise Unavailable("no_keys")
    return keys


_MEMBERS = ("kty", "alg", "n", "e", "crv", "x", "y")
