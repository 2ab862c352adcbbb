"""IP networks from which something is allowed, and the address from which a request comes."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
MOST_NETWORKS = 100


def client_address(remote: str, forwarded_for: str) -> str:
    """Return the address of the client.

    Behind a trusted proxy it is the last one in X-Forwarded-For, which the proxy itself wrote. What precedes
    it came from the client and proves nothing.
    """
    if settings.TRUSTED_PROXY and forwarded_for:
        return forwarded_for.rpartition(",")[2].strip()
    return remote


def address_of(request: HttpRequest) -> str:
    return client_address(request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", ""))


def foreign_network_text(address: str) -> str:
    """Say why a program is refused, in words for its developer."""
    return (
        f"This app may not be used from this network ({address[:45] or 'address unknown'}). An administrator "
        "decides from where, under Configuration > Security."
    )


def admits(networks: Sequence[str], address: str) -> bool:
    """Say whether the address is in one of the networks. Without networks every address is admitted.

    An address that cannot be read is in none.
    """
    if not networks:
        return True
    found = parse_address(address)
    if found is None:
        return False
    return any(found in network for network in _parsed(tuple(networks)) if network.version == found.version)


def parse_address(text: str) -> Address | None:
    """Parse an address as proxies write it: with a port, in brackets, or as IPv4 inside of IPv6."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, ipaddress.IPv6Address) else found


@lru_cache(256)
def _parsed(networks: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(network) for network in networks)


def parse_networks(text: str) -> list[str]:
    """Return the networks of a text, one in each line, in their canonical form. Raises ValidationError."""
    networks = list(dict.fromkeys(_parse(line) for line in text.split()))
    if len(networks) > MOST_NETWORKS:
        raise ValidationError(_("Enter at most %(limit)d networks.") % {"limit": MOST_NETWORKS})
    return networks


def _parse(text: str) -> str:
    try:
        network = ipaddress.ip_network(text, strict=False)
        interface = ipaddress.ip_interface(text)
    except ValueError:
        raise ValidationError(
            _("%(text)s is not a network. Write an address or a range, for example 203.0.113.0/24.")
            % {"text": text[:60]}
        ) from None
    if network.prefixlen == 0:
        raise ValidationError(_("%(text)s is every address. Leave the field empty instead.") % {"text": text})
    if network.version == 6 and network.network_address.ipv4_mapped:
        raise ValidationError(_("Write %(text)s as an IPv4 network.") % {"text": text})
    if interface.ip != network.network_address:
        raise ValidationError(
            _("%(text)s sets bits beyond its prefix length. Did you mean %(network)s?")
            % {"text": text, "network": network}
        )
    return str(network)
