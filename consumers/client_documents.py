"""Client ID metadata documents: what a program publishes at the https URL that is its client id.

Source: draft-ietf-oauth-client-id-metadata-document §3 to §6. A document is fetched only for a URL that an
administrator allowed. Everything in it is an unverified claim.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from consumers.callbacks import LOOPBACK_HOSTS, display_host, is_loopback, is_registered, validate_callback
from consumers.outbound import documents as document_fetcher
from consumers.outbound.documents import Unavailable
from consumers.security_log import note

MAX_NAME = 80
MAX_LISTED = 100
FAILURE_SECONDS = 60
_SHARED_SECRETS = frozenset({"client_secret_basic", "client_secret_post", "client_secret_jwt"})


@dataclass(frozen=True, slots=True)
class ClientDocument:
    """A checked document. `callbacks` holds its URLs that could be registered here, at least one."""

    url: str
    name: str
    callbacks: tuple[str, ...]

    @property
    def host(self) -> str:
        return display_host(self.url)

    def lists(self, callback: str) -> bool:
        """Say whether the document lists this callback.

        A program on the person's computer picks a port each time, also with `localhost` (RFC 8252 §7.3;
        docs/reference/mcp.md#client-id-metadata-documents).
        """
        return is_registered(callback, self.callbacks, LOOPBACK_HOSTS)

    @property
    def only_on_this_computer(self) -> bool:
        """Say whether all callbacks are loopback URLs.

        In that case any program on the person's computer can impersonate this one (RFC 8252 §8.6).
        """
        return all(is_loopback(url) for url in self.callbacks)


def is_document_url(client_id: str) -> bool:
    return client_id.startswith("https://")


def validate_document_url(url: str) -> str:
    """Return the URL, trimmed, if it can serve as a client id; client ids are compared byte for byte."""
    url = url.strip()
    if not could_be_allowed(url):
        raise ValidationError(
            _("Enter the full public URL of the document: https://, a host name and a path.")
        )
    return url


def could_be_allowed(url: str) -> bool:
    fits = is_document_url(url) and _could_be_registered(url)
    return fits and urlsplit(url).hostname not in {"localhost", "127.0.0.1", "::1"}


def load(url: str) -> ClientDocument:
    """Return the document of an allowed URL, at most a day old.

    Raises Unavailable if it cannot be read or used. Failures are cached for FAILURE_SECONDS.
    """
    key = f"client-document:{hashlib.sha256(url.encode()).hexdigest()}"
    kept: dict[str, Any] | None = cache.get(key)
    if kept is None:
        try:
            data, seconds = document_fetcher.fetch(url)
            kept = _checked(url, data)
        except Unavailable as error:
            note("client document refused", url=url, reason=error.reason)
            if error.reason == "busy":
                raise
            kept, seconds = {"problem": error.reason}, FAILURE_SECONDS
        cache.set(key, kept, seconds)
    if "problem" in kept:
        raise Unavailable(kept["problem"])
    return ClientDocument(url, kept["name"], tuple(kept["callbacks"]))


def _checked(url: str, data: dict[str, Any]) -> dict[str, Any]:
    """Check a document and return the parts of it that are cached.

    A document may list more authentication methods and grants than we support. Raises Unavailable if ours are
    not among them.
    """
    if data.get("client_id") != url:
        raise Unavailable("client_id_differs")
    method, name = data.get("token_endpoint_auth_method", "none"), data.get("client_name", "")
    if not isinstance(method, str) or not isinstance(name, str):
        raise Unavailable("malformed")
    methods = {method, *_strings(data, "token_endpoint_auth_methods_supported", [])}
    if "client_secret" in data or "client_secret_expires_at" in data or methods & _SHARED_SECRETS:
        raise Unavailable("shared_secret")
    if "none" not in methods:
        raise Unavailable("authentication_unsupported")
    grants = _strings(data, "grant_types", ["authorization_code"])
    if "authorization_code" not in grants or "code" not in _strings(data, "response_types", ["code"]):
        raise Unavailable("grant_unsupported")
    callbacks = [listed for listed in _strings(data, "redirect_uris", []) if _could_be_registered(listed)]
    if not callbacks:
        raise Unavailable("no_callback")
    printable = "".join(sign if sign.isprintable() else " " for sign in name)
    return {"name": " ".join(printable.split())[:MAX_NAME], "callbacks": callbacks}


def _strings(data: dict[str, Any], name: str, default: list[str]) -> list[str]:
    value = data.get(name, default)
    if (
        not isinstance(value, list)
        or len(value) > MAX_LISTED
        or not all(isinstance(entry, str) for entry in value)
    ):
        raise Unavailable("malformed")
    return value


def _could_be_registered(url: str) -> bool:
    try:
        return validate_callback(url) == url
    except ValidationError:
        return False
