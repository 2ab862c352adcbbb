"""What a relying party learns about a person (OpenID Connect Core §2, §5.1 and §8.1)."""

from __future__ import annotations

from typing import Any

import jwt
from django.conf import settings
from django.utils import timezone

from accounts.key_ring import has_keys
from accounts.models import Company, User
from accounts.verified_addresses import is_verified
from consumers.digests import digest
from consumers.models import Consumer
from consumers.openid.signing_keys import ALGORITHM, current
from consumers.scopes import EMAIL

ID_TOKEN_SECONDS = 30 * 60


def is_announced() -> bool:
    """Say whether the discovery documents announce OpenID Connect. All companies of a host share them."""
    return has_keys() and Company.objects.filter(openid_connect=True).exists()


def subject(consumer: Consumer, user_id: int) -> str:
    """Return the pairwise subject: permanent for this consumer and useless to another one."""
    return digest(f"openid-subject\0{consumer.pk}\0{user_id}")


def id_token(consumer: Consumer, user: User, protocol: dict[str, Any]) -> str:
    """Sign an ID token. `protocol` holds `aud`, `iat`, `nonce`, `at_hash` and `auth_time`; None is left out.

    Beyond the subject, only UserInfo says who the person is.
    """
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
    """Return the claims. An unverified address is left out, because relying parties admit people by it."""
    claims: dict[str, Any] = {"sub": subject(consumer, user.pk)}
    if EMAIL in granted and is_verified(user):
        claims |= {"email": user.email, "email_verified": True}
    return claims
