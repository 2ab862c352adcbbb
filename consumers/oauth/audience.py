"""Resolves the `resource` parameter (RFC 8707) to one of the three audiences of this server's tokens.

Clients send the address as a person typed it or as a library rebuilt it. Capitals in the host, the default
port, a trailing slash and the query options of the endpoint do not change the audience.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings

DEFAULT_PORTS = {"http": 80, "https": 443}


def audience_of(resources: Iterable[str]) -> str | None:
    """Return the audience that all resources name, in the form that tokens carry.

    Returns None if there is no resource or if they name different audiences.
    """
    named = {_known(resource) for resource in resources}
    return named.pop() if len(named) == 1 else None


def _known(resource: str) -> str | None:
    spelt = _canonical(resource)
    return spelt if spelt in {settings.MCP_RESOURCE, settings.API_RESOURCE, settings.ADMIN_RESOURCE} else None


def _canonical(resource: str) -> str | None:
    """Normalize a resource and drop its query; None unless it is an http(s) URL without user and fragment."""
    try:
        parts = urlsplit(resource)
        port = parts.port
    except ValueError:
        return None
    if parts.fragment or parts.username is not None or parts.password is not None or not parts.hostname:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if port is not None and port != DEFAULT_PORTS.get(parts.scheme):
        host = f"{host}:{port}"
    return f"{parts.scheme}://{host}{parts.path.removesuffix('/')}"
