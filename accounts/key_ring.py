"""Encrypts secrets that we must read again: AES-256-GCM with a ring of keys.

`place` names the value and its owner (company, person, purpose). It is authenticated with the value, so a
value that was sealed for one row cannot be opened in another (security cases 255 and 256).
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import re
from collections.abc import Mapping
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

NONCE_BYTES = 12
KEY_BYTES = 32
DERIVED = "hash-key"
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")

Ring = Mapping[str, bytes]


class NoKeys(Exception):
    """UPSTREAM_KEYS is not set: nothing can be sealed or opened."""


class CannotOpen(Exception):
    """The value was sealed under a key that is gone or for another `place`, or it was changed since."""


def seal(value: str, place: str, ring: Ring | None = None) -> str:
    """Encrypt a value under the first key of the ring, by default that of UPSTREAM_KEYS."""
    key_id, key = next(iter((ring or _ring()).items()))
    nonce = os.urandom(NONCE_BYTES)
    sealed = nonce + AESGCM(key).encrypt(nonce, value.encode(), _bound_to(key_id, place))
    return f"{key_id}.{base64.urlsafe_b64encode(sealed).decode()}"


def unseal(sealed: str, place: str, ring: Ring | None = None) -> str:
    key_id, _dot, rest = sealed.partition(".")
    key = (ring or _ring()).get(key_id)
    if key is None:
        raise CannotOpen
    try:
        raw = base64.urlsafe_b64decode(rest)
        return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _bound_to(key_id, place)).decode()
    except (InvalidTag, ValueError, binascii.Error):
        raise CannotOpen from None


def is_current(sealed: str, ring: Ring | None = None) -> bool:
    """Say whether a value was sealed under the key that now seals."""
    return sealed.partition(".")[0] == next(iter(ring or _ring()))


def has_keys() -> bool:
    return bool(settings.UPSTREAM_KEYS)


def installation_ring() -> Ring:
    """Return a ring for what must be sealed everywhere, also where UPSTREAM_KEYS is not set.

    Its last key is made from CREDENTIAL_HASH_KEY, so a value can be opened when UPSTREAM_KEYS is set later.
    """
    made = hmac.digest(settings.CREDENTIAL_HASH_KEY.encode(), b"key ring", "sha256")
    return {**(parse(settings.UPSTREAM_KEYS) if settings.UPSTREAM_KEYS else {}), DERIVED: made}


def _bound_to(key_id: str, place: str) -> bytes:
    return f"{key_id}\0{place}".encode()


def _ring() -> dict[str, bytes]:
    if not settings.UPSTREAM_KEYS:
        raise NoKeys
    return parse(settings.UPSTREAM_KEYS)


@lru_cache(maxsize=8)
def parse(written: str) -> dict[str, bytes]:
    """Parse `id:key,id:key` with 32-byte keys in base64. The first key seals; all of them open."""
    ring: dict[str, bytes] = {}
    for entry in written.split(","):
        key_id, _colon, encoded = entry.strip().partition(":")
        try:
            key = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        except (ValueError, binascii.Error):
            key = b""
        if not _KEY_ID.fullmatch(key_id) or len(key) != KEY_BYTES or key_id in {*ring, DERIVED}:
            raise ImproperlyConfigured("UPSTREAM_KEYS must be id:key pairs, each key 32 bytes in base64.")
        ring[key_id] = key
    return ring
