"""Addresses that an administrator may name, and the machines behind them that may be reached."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MAX_LENGTH = 500
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address in the low 32 bits


def validate_address(url: str) -> str:
    """The address without a slash at its end. ValidationError says what to change."""
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
    return settings.UPSTREAM_ON_PRIVATE_HOSTS or is_public(address)


def is_public(address: str) -> bool:
    """Whether an address is one of the public internet, and so is the IPv4 address that it may carry."""
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
    """Addresses to connect to; OSError where there are none, or one of them is of an inner network."""
    found = _look_up(host, port)
    if not found or not all(is_public(address) for address in found):
        raise OSError("no public address")
    return found


def resolve(host: str, port: int) -> list[str]:
    """As resolve_public, unless the installation's upstream may be on private hosts."""
    return _look_up(host, port) if settings.UPSTREAM_ON_PRIVATE_HOSTS else resolve_public(host, port)


def _look_up(host: str, port: int) -> list[str]:
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, proto=socket.IPPROTO_TCP)]
