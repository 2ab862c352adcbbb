"""Seals the secrets of authenticator apps and the seeds of recovery codes, so that the database opens none.

The library says neither whose nor what it seals, so the values are bound to their purpose only.
"""

from __future__ import annotations

import base64
import logging
import secrets

from allauth.mfa.models import Authenticator
from django.db import transaction

from accounts.key_ring import CannotOpen, installation_ring, is_current, seal, unseal

logger = logging.getLogger("security")
_PLACE = "second-factor"
_SEALED = ("secret", "seed")  # names in an authenticator's data


def sealed(text: str) -> str:
    return seal(text, _PLACE, installation_ring())


def opened(stored: str) -> str:
    """Open a value. One that cannot be opened becomes a new random one, which no code fits.

    Values without a dot are from before they were sealed: base32 and hexadecimal have none.
    """
    if "." not in stored:
        return stored
    try:
        return unseal(stored, _PLACE, installation_ring())
    except CannotOpen:
        logger.error("security second factor cannot be opened: its key is not in UPSTREAM_KEYS")
        return base64.b32encode(secrets.token_bytes(20)).decode()


def require_open(authenticator: Authenticator) -> None:
    """Raise CannotOpen if a value of the authenticator was sealed under a key that is gone."""
    for name in _SEALED:
        value = authenticator.data.get(name, "")
        if "." in value:
            unseal(value, _PLACE, installation_ring())


def reseal(authenticator: Authenticator) -> bool | None:
    """Seal under the newest key. Return whether that was needed, None if a value cannot be opened."""
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().filter(pk=authenticator.pk).first()
        values = {name: row.data[name] for name in _SEALED if name in row.data} if row else {}
        if all("." in value and is_current(value, installation_ring()) for value in values.values()):
            return False
        try:
            clear = {
                name: unseal(value, _PLACE, installation_ring()) if "." in value else value
                for name, value in values.items()
            }
        except CannotOpen:
            return None
        row.data |= {name: sealed(value) for name, value in clear.items()}
        row.save(update_fields=["data"])
    return True
