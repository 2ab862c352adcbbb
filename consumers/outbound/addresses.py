"""Checks addresses that an administrator enters, and the hosts behind them, before we connect."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MAX_LENGTH = 500
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: carries an IPv4 address in the low 32 bits


def validate_address(url: str) -> str:
    """Return the address without a trailing slash. The ValidationError says what to change."""
    url = url.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise ValidationError(_("Enter a full web address.")) from None
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url or len(url) > MAX_LENGTH:
        raise ValidationError(_("Enter a full web address without spaces or accents."))
    if parts.scheme not in {"https", "http"} or not host:
        raise ValidationError(_("Enter a full web address that starts with https://."))
    if parts.username is not None or parts.password is not None:
        raise ValidationError(_("Remove the user name and password from the address."))
    if parts.query or parts.fragment or "?" in url or "#" in url:
        raise ValidationError(_("Remove everything from ? or # on."))
    if any(segment in {".", ".."} for segment in parts.path.split("/")) or "%" in parts.path:
        raise ValidationError(_("Write the path without . or .. segments and percent signs."))
    if settings.UPSTREAM_ON_PRIVATE_HOSTS:
        return url
    if parts.scheme != "https":
        raise ValidationError(_("The address must start with https://."))
    if _is_inner(host):
        raise ValidationError(_("The address must be on the public internet."))
    return url


def _is_inner(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        # A name without a dot, or a number in an unusual spelling, resolves within the local network.
        last = host.rstrip(".").rpartition(".")[2]
        return (
            "." not in host.rstrip(".")
            or last in {"localhost", "local", "internal", "lan", "home", "arpa"}
            or last.isdigit()
            or last.startswith("0x")
        )
    return not is_reachable(host)


def is_reachable(address: str) -> bool:
    """Say whether we may connect to a resolved address."""
    return settings.UPSTREAM_ON_PRIVATE_HOSTS or is_public(address)


def is_public(address: str) -> bool:
    """Say whether an address, and an IPv4 address embedded in it, belongs to the public internet."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        carried = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
        if ip in _NAT64:
            carried.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
        inner = [part for part in carried if part is not None]
        if inner:
            return all(part.is_global and not part.is_multicast for part in inner)
    return ip.is_global and not ip.is_multicast


def resolve_public(host: str, port: int) -> list[str]:
    """Resolve a host to addresses to connect to. Raises OSError if there are none or if one is not public."""
    found = _look_up(host, port)
    if not found or not all(is_public(address) for address in found):
        raise OSError("no public address")
    return found


def resolve(host: str, port: int) -> list[str]:
    """Resolve like `resolve_public`, unless UPSTREAM_ON_PRIVATE_HOSTS allows private addresses."""
    return _look_up(host, port) if settings.UPSTREAM_ON_PRIVATE_HOSTS else resolve_public(host, port)


def _look_up(host: str, port: int) -> list[str]:
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, proto=socket.IPPROTO_TCP)]
