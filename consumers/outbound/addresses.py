"""Addresses that an administrator may name, and the machines behind them that may be reached."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from oauth2_provider.cimd import CIMDError, _ip_is_public, _resolve_and_validate

MAX_LENGTH = 500


def validate_address(url: str) -> str:
    """The address without a slash at its end. ValidationError says what to change."""
    url = url.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise ValidationError(_("Enter a whole web address.")) from None
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url or len(url) > MAX_LENGTH:
        raise ValidationError(_("Enter a whole web address without blanks or accents."))
    if parts.scheme not in {"https", "http"} or not host:
        raise ValidationError(_("Enter a whole web address that begins with https://."))
    if parts.username is not None or parts.password is not None:
        raise ValidationError(_("Leave user name and password out of the address."))
    if parts.query or parts.fragment or "?" in url or "#" in url:
        raise ValidationError(_("Leave out everything from ? or # on."))
    if any(segment in {".", ".."} for segment in parts.path.split("/")) or "%" in parts.path:
        raise ValidationError(_("Write the path without dots and percent signs."))
    if settings.UPSTREAM_ON_PRIVATE_HOSTS:
        return url
    if parts.scheme != "https":
        raise ValidationError(_("The address must begin with https://."))
    if _is_inner(host):
        raise ValidationError(_("The address must be one of the public internet."))
    return url


def _is_inner(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        # A name without a dot, or a number in one of its odd spellings, is looked up in the own network.
        last = host.rstrip(".").rpartition(".")[2]
        return (
            "." not in host.rstrip(".")
            or last in {"localhost", "local", "internal", "lan", "home", "arpa"}
            or last.isdigit()
            or last.startswith("0x")
        )
    return not is_reachable(host)


def is_reachable(address: str) -> bool:
    """Whether a resolved address may be connected to."""
    return settings.UPSTREAM_ON_PRIVATE_HOSTS or bool(_ip_is_public(address))


def resolve(host: str, port: int) -> list[str]:
    """Addresses to connect to; OSError where there are none, or one is of an inner network."""
    if settings.UPSTREAM_ON_PRIVATE_HOSTS:
        found = socket.getaddrinfo(host, port, proto=socket.IPPROTO_TCP)
        return [str(entry[4][0]) for entry in found]
    try:
        return [str(address) for address in _resolve_and_validate(host, port)]
    except CIMDError:
        raise OSError("no public address") from None
