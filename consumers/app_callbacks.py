"""Callbacks with a scheme of a program on the person's computer (RFC 8252 §7.1).

Whatever program was installed last can claim a scheme (RFC 8252 §8.6). So a scheme must either say by a
reversed domain name whose it is, or be one of a known program, and then with that program's own path.
PKCE keeps a code useless for a program that only catches it.
"""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Cursor has one for all servers, and one for each server that it names (bytebase/bytebase#20510,
# PrefectHQ/fastmcp#2302, read on 2026-11-23).
_KNOWN = (re.compile(r"cursor://anysphere\.cursor-mcp/oauth/(user-[A-Za-z0-9_.-]{1,100}/)?callback"),)
# com.example.app:/callback or com.example.app://callback; the last label of a name is never a number.
_REVERSED_DOMAIN = re.compile(r"(?P<scheme>[a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+):(//?)[A-Za-z0-9][^#?]*")
# Names that end like a file or begin like a web address deceive who reads them.
_DECEIVING = re.compile(r"(?:https?|javascript|data|file|vbscript|blob|about|view-source|ftp|ws|wss)[.-]")
_DOT_SEGMENT = re.compile(r"/(\.|%2e){1,2}(/|\Z)", re.IGNORECASE)


def check_app_callback(url: str) -> None:
    """ValidationError says which schemes are taken."""
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
