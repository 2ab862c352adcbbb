"""Log lines without credentials: whatever has the shape of one is cut, also in the text of an exception."""

from __future__ import annotations

import logging
import re

from consumers.digests import Prefix

# A key is public. People paste a secret where the key belongs, and then it would be logged as one.
_OURS = "|".join(prefix.value for prefix in Prefix if prefix != Prefix.KEY)
_SHAPES = re.compile(
    rf"(?P<ours>{_OURS}|fmi_|fmn_)[A-Za-z0-9_-]{{6,}}"
    r"|(?P<scheme>Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}"
    r"|(?P<field>(?:client_secret|refresh_token|access_token|code_verifier|password)=)[^\s&'\"]+"
    r"|(?P<reset>/password/reset/key/)[^\s'\"]+",
    re.IGNORECASE,
)


def without_credentials(text: str) -> str:
    """Cut what has the shape of a secret, token, code or link that opens an account."""
    return _SHAPES.sub(lambda found: f"{found[found.lastgroup or 0]}…", text)


class Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return without_credentials(super().format(record))
