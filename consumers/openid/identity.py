"""What a relying party learns of a person: OpenID Connect Core §2, §5.1 and §8.1."""

from __future__ import annotations

from typing import Any

import jwt
from django.conf import settings
from django.utils import timezone

from accounts.models import Company, User
from accounts.verified_addresses import is_verified
from consumers.digests import digest
from consumers.key_ring import has_keys
from consumers.models import Consumer
from consumers.openid.signing_keys import ALGORITHM, current
from consumers.scopes import EMAIL

ID_TOKEN_SECONDS = 30 * 60


def is_announced() -> bool:
    """The documents of a host are those of all its companies."""
    return has_keys() and Company.objects.filter(openid_connect=True).exists()


def subject(consumer: Consumer, user_id: int) -> str:
    """Pairwise: the same for this consumer for good, and of no use to find the person at another."""
    return digest(f"openid-subject\0{consumer.pk}\0{user_id}")


def id_token(consumer: Consumer, user: User, protocol: dict[str, Any]) -> str:
    """Signed. `protocol` are `aud`, `iat`, `nonce`, `at_hash` and `auth_time`. Who the person is beyond
    the subject is said by UserInfo alone."""
    kid, private_key = current()
    now = int(timezone.now().timestamp())
    claims = {
        **{name: value for name, value in protocol.items() if value is not None},
        "iss": settings.PUBLIC_URL,
        "sub": subject(consumer, user.pk),
        "iat": now,
        "exp": now + ID_TOKEN_SECONDS,
    }
    return jwt.encode(claims, private_key, ALGORITHM, headers={"kid": kid})


def userinfo(consumer: Consumer, user: User, granted: frozenset[str]) -> dict[str, Any]:
    """An address that nobody proved is not passed on: relying parties decide by it who gets in."""
    claims: dict[str, Any] = {"sub": subject(consumer, user.pk)}
    if EMAIL in granted and is_verified(user):
        claims |= {"email": user.email, "email_verified": True}
    return claims
