"""Chooses the key that signs and the keys that are published, and makes the next one in time.

Rotation is automatic: whoever signs or reads the keys makes the next one when it is due. A key is published
two days before it signs, so that a relying party with a cached key set never meets an unknown key. The
previous key stays published two days longer than any ID token lives.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import secrets

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.db import IntegrityError, transaction
from django.utils import timezone
from jwt.algorithms import RSAAlgorithm

from accounts.key_ring import CannotOpen
from consumers.openid.models import SigningKey
from consumers.security_log import note

ALGORITHM = "RS256"
KEY_BITS = 2048
SIGNS_FOR = dt.timedelta(days=90)
PUBLISHED_AHEAD = dt.timedelta(days=2)
KEPT_AFTER = dt.timedelta(days=2)


def published() -> list[SigningKey]:
    """Return the published keys, oldest first.

    Make the next key if it is due, and delete those that are no longer needed.
    """
    now = timezone.now()
    keys = _all()
    if not keys:
        _make(1, now)
    elif now >= keys[-1].signs_from + SIGNS_FOR - PUBLISHED_AHEAD:
        _make(keys[-1].generation + 1, max(keys[-1].signs_from + SIGNS_FOR, now + PUBLISHED_AHEAD))
    else:
        return _without_the_old(keys, now)
    return _without_the_old(_all(), now)


def current() -> tuple[str, str]:
    """Return the id of the key that signs now and its private key (PEM)."""
    keys = published()
    now = timezone.now()
    # The first key may come from a process whose clock is ahead of this one.
    key = [keys[0], *(key for key in keys if key.signs_from <= now)][-1]
    try:
        return key.kid, key.open_private_key()
    except CannotOpen:  # its sealing key is gone, so it can never sign again
        note("signing key cannot be opened", generation=key.generation)
        key = replace_all()
        return key.kid, key.open_private_key()


def replace_all() -> SigningKey:
    """Make a new key that signs at once, and delete all others; tokens that they signed become invalid."""
    with transaction.atomic():
        generation = max((key.generation for key in _all()), default=0) + 1
        _make(generation, timezone.now())
        key = SigningKey.objects.get(generation=generation)
        SigningKey.objects.filter(generation__lt=generation).delete()
    return key


def _all() -> list[SigningKey]:
    return list(SigningKey.objects.order_by("generation"))


def _without_the_old(keys: list[SigningKey], now: dt.datetime) -> list[SigningKey]:
    """Delete and leave out keys whose successor has signed for KEPT_AFTER."""
    old = {key.pk for key, after in itertools.pairwise(keys) if after.signs_from + KEPT_AFTER < now}
    if old:
        SigningKey.objects.filter(pk__in=old).delete()
    return [key for key in keys if key.pk not in old]


def _make(generation: int, signs_from: dt.datetime) -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    kid = secrets.token_urlsafe(12)
    shown = RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    key = SigningKey(
        generation=generation,
        kid=kid,
        public_key={
            "kty": "RSA",
            "use": "sig",
            "alg": ALGORITHM,
            "kid": kid,
            "n": shown["n"],
            "e": shown["e"],
        },
        signs_from=signs_from,
    )
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    key.set_private_key(pem.decode())
    with contextlib.suppress(IntegrityError), transaction.atomic():  # another process was faster
        key.save(force_insert=True)
