"""What a `resource` parameter names (RFC 8707): one of the two audiences of the tokens of this server.

Clients send the address as a person typed it or a library rebuilt it. A capital in the host, the
default port, a slash at the end and the options of the endpoint name the same audience.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings

DEFAULT_PORTS = {"http": 80, "https": 443}


def audience_of(resources: Iterable[str]) -> str | None:
    """The one audience that all of them name, as tokens carry it; None for none or more than one."""
    named = {_known(resource) for resource in resources}
    return named.pop() if len(named) == 1 else None


def _known(resource: str) -> str | None:
    spelt = _canonical(resource)
    return spelt if spelt in {settings.MCP_RESOURCE, settings.API_RESOURCE} else None


def _canonical(resource: str) -> str | None:
    """Without the query; None for what is no http address, or carries a user or a fragment."""
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
