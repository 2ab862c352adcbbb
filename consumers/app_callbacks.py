"""Callback URLs with the scheme of a program on the person's computer (RFC 8252 §7.1).

The program that was installed last can claim any scheme (RFC 8252 §8.6). A scheme is therefore accepted in
two cases: it is a reversed domain name, which says who owns it, or it belongs to a known program and the URL
has that program's own path. PKCE makes a code useless to a program that only intercepts it.
"""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Cursor has one callback for all servers and one for each server that it names (bytebase/bytebase#20510,
# PrefectHQ/fastmcp#2302, read on 2026-11-23).
_KNOWN = (re.compile(r"cursor://anysphere\.cursor-mcp/oauth/(user-[A-Za-z0-9_.-]{1,100}/)?callback"),)
# com.example.app:/callback or com.example.app://callback. The last label of a domain name is never a number.
_REVERSED_DOMAIN = re.compile(r"(?P<scheme>[a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+):(//?)[A-Za-z0-9][^#?]*")
# Schemes that end like a file name or begin like a web address deceive the person who reads them.
_DECEIVING = re.compile(r"(?:https?|javascript|data|file|vbscript|blob|about|view-source|ftp|ws|wss)[.-]")
_DOT_SEGMENT = re.compile(r"/(\.|%2e){1,2}(/|\Z)", re.IGNORECASE)


def check_app_callback(url: str) -> None:
    """Raise ValidationError, which names the accepted schemes, for any other URL."""
    if any(known.fullmatch(url) for known in _KNOWN):
        return
    fits = _REVERSED_DOMAIN.fullmatch(url)
    if fits is None or _DECEIVING.match(url) or _DOT_SEGMENT.search(url) or "@" in url:
        raise ValidationError(
            _(
                "Start the callback URL with https:// (or http://localhost for tests). The scheme of a "
                "program on a computer must be a reversed domain name, as in com.example.app:/callback."
            )
        )
