"""Secrets of others that must be read again: sealed with AES-256-GCM under a ring of keys.

`place` says what a value is and whose (company, person, purpose). It is authenticated with the
value, so what was sealed for one row opens in no other (security cases 255 and 256).
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

NONCE_BYTES = 12
KEY_BYTES = 32
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


class NoKeys(Exception):
    """UPSTREAM_KEYS is not set: nothing can be sealed or opened."""


class CannotOpen(Exception):
    """Sealed under a key that is gone, for another place, or changed since."""


def seal(value: str, place: str) -> str:
    """Under the first key of the ring."""
    key_id, key = next(iter(_ring().items()))
    nonce = os.urandom(NONCE_BYTES)
    sealed = nonce + AESGCM(key).encrypt(nonce, value.encode(), _bound_to(key_id, place))
    return f"{key_id}.{base64.urlsafe_b64encode(sealed).decode()}"


def unseal(sealed: str, place: str) -> str:
    key_id, _dot, rest = sealed.partition(".")
    key = _ring().get(key_id)
    if key is None:
        raise CannotOpen
    try:
        raw = base64.urlsafe_b64decode(rest)
        return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _bound_to(key_id, place)).decode()
    except (InvalidTag, ValueError, binascii.Error):
        raise CannotOpen from None


def is_current(sealed: str) -> bool:
    """Whether it was sealed under the key that is now used for sealing."""
    return sealed.partition(".")[0] == next(iter(_ring()))


def has_keys() -> bool:
    return bool(settings.UPSTREAM_KEYS)


def _bound_to(key_id: str, place: str) -> bytes:
    return f"{key_id}\0{place}".encode()


def _ring() -> dict[str, bytes]:
    if not settings.UPSTREAM_KEYS:
        raise NoKeys
    return parse(settings.UPSTREAM_KEYS)


@lru_cache(maxsize=8)
def parse(written: str) -> dict[str, bytes]:
    """`id:key,id:key`, each key 32 bytes in base64; the first one seals, all of them open."""
    ring: dict[str, bytes] = {}
    for entry in written.split(","):
        key_id, _colon, encoded = entry.strip().partition(":")
        try:
            key = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        except (ValueError, binascii.Error):
            key = b""
        if not _KEY_ID.fullmatch(key_id) or len(key) != KEY_BYTES or key_id in ring:
            raise ImproperlyConfigured("UPSTREAM_KEYS must be id:key pairs, each key 32 bytes in base64.")
        ring[key_id] = key
    return ring
