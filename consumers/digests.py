"""How random credentials are made, and the keyed hash under which they are stored.

Keys, secrets and tokens have 256 bits of entropy. One HMAC is therefore as safe as a slow password hash, and
it costs microseconds instead of a quarter of a second (security case 104 and
docs/reference/security.md#library-gaps, row 11). The prefixes let secret scanners find a leaked value.
"""

from __future__ import annotations

import base64
import hmac
import re
import secrets
from enum import StrEnum

from django.conf import settings

MAX_LENGTH = 64
_CHARACTERS = re.compile(r"[A-Za-z0-9_-]+")


class Prefix(StrEnum):
    KEY = "fmk_"
    SECRET = "fms_"  # noqa: S105 - a prefix
    ACCESS_TOKEN = "fma_"  # noqa: S105 - a prefix
    REFRESH_TOKEN = "fmr_"  # noqa: S105 - a prefix
    CODE = "fmc_"
    INITIAL_ACCESS_TOKEN = "fmd_"  # noqa: S105 - a prefix
    REGISTRATION_TOKEN = "fmg_"  # noqa: S105 - a prefix
    CALENDAR_LINK = "fmw_"


def make(prefix: Prefix) -> str:
    """Return a new random value: the prefix and 43 URL-safe characters (256 bits)."""
    return prefix + secrets.token_urlsafe(32)


def derive(prefix: Prefix, *facts: str) -> str:
    """Derive a value from these facts; only a holder of CREDENTIAL_HASH_KEY can compute it."""
    key = settings.CREDENTIAL_HASH_KEY.encode()
    mac = hmac.digest(key, b"derived\0" + "\0".join((prefix, *facts)).encode(), "sha256")
    return prefix + base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def make_key() -> str:
    """Return a new client id.

    It is public, and short enough to fit in a table and to be read out on the telephone.
    """
    return Prefix.KEY + secrets.token_hex(12)


def is_shaped(prefix: Prefix, value: str) -> bool:
    """Say whether a value has the format of one of ours; checked before any hash or query."""
    return value.startswith(prefix) and len(value) <= MAX_LENGTH and _CHARACTERS.fullmatch(value) is not None


def digest(value: str) -> str:
    """Return the HMAC-SHA-256 of a value under CREDENTIAL_HASH_KEY as 64 hexadecimal digits."""
    key = settings.CREDENTIAL_HASH_KEY.encode()
    return hmac.digest(key, b"credential\0" + value.encode("utf-8", "surrogatepass"), "sha256").hex()


def matches(value: str, stored: str) -> bool:
    """Compare a value with a stored digest in constant time."""
    return hmac.compare_digest(digest(value), stored)
