"""Whether assistants in the cloud can reach this installation, as far as its public address tells."""

from __future__ import annotations

import ipaddress
from functools import cache
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

# Names that no public DNS answers (RFC 6761, RFC 6762, RFC 8375, and ICANN's reserved .internal).
_LOCAL_ENDINGS = (".localhost", ".local", ".internal", ".home.arpa", ".test", ".invalid", ".lan")


def out_of_reach(request: HttpRequest) -> dict[str, str]:
    """Provide `out_of_reach` to templates (a context processor)."""
    return {"out_of_reach": reason(settings.PUBLIC_URL)}


@cache
def reason(public_url: str) -> str:
    """Return "local" for an address of this computer or network alone, "http" for one without https.

    Otherwise return "": the address tells nothing against it.
    """
    parts = urlsplit(public_url)
    host = (parts.hostname or "").rstrip(".")
    if _is_local(host):
        return "local"
    return "" if parts.scheme == "https" else "http"


def _is_local(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(_LOCAL_ENDINGS)
