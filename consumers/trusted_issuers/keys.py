"""The public keys of a trusted issuer: found by discovery, kept for an hour, asked for anew once a minute."""

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
# An issuer that does not answer is not asked with each request, nor is one whose keys somebody invents.
ASK_AGAIN_AFTER = dt.timedelta(minutes=1)
# Others may go on with the last keys while one process asks for the next.
GRACE = dt.timedelta(minutes=2)
MAX_KEYS = 50
MAX_KID = 255


class NoKeys(Exception):
    """The issuer's keys cannot be read at the moment."""


def key_of(issuer: TrustedIssuer, kid: str) -> dict[str, Any] | None:
    """The published key with this id; None where there is none. Not to be called in a transaction."""
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
    """Read the keys and keep them; NoKeys where that fails, and then the last ones go on until their end."""
    where = issuer.jwks_url
    try:
        data, seconds = document_fetcher.fetch(where or _discover(issuer.issuer))
        keys = _usable(data)
    except Unavailable as error:
        note("keys of an issuer not read", issuer=issuer.pk, reason=error.reason)
        raise NoKeys from error
    issuer.keys = keys
    issuer.keys_until = timezone.now() + min(dt.timedelta(seconds=seconds), KEPT_AT_MOST)
    # Not those of an address that an administrator has replaced while they were on their way.
    TrustedIssuer.objects.filter(pk=issuer.pk, jwks_url=where).update(keys=keys, keys_until=issuer.keys_until)


def _may_ask(issuer: TrustedIssuer, now: dt.datetime) -> bool:
    """For one of all processes, once a minute."""
    due = Q(keys_asked_at=None) | Q(keys_asked_at__lt=now - ASK_AGAIN_AFTER)
    return bool(TrustedIssuer.objects.filter(due, pk=issuer.pk).update(keys_asked_at=now))


def _discover(issuer: str) -> str:
    """The `jwks_uri` of the document that OpenID Connect Discovery or RFC 8414 puts for the issuer."""
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
    """Public signing keys by their ids. What else stands in the set is left out, private parts above all."""
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
