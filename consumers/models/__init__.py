"""Consumers, the authorizations that people gave them, and their tokens."""

# Where Django looks for models.
import consumers.handshake.models
import consumers.openid.models
import consumers.policy.models
import consumers.registrations.models
import consumers.trusted_issuers.models  # noqa: F401
from consumers.models.authorizations import (
    AUTHORIZATION_LIFETIME,
    AccessToken,
    AppAuthorization,
    Grant,
    IDToken,
    RefreshToken,
)
from consumers.models.consumers import Consumer
from consumers.models.kept_answers import KeptAnswer
from consumers.models.requests import AuthorizationRequest, PendingRequest
from consumers.models.secrets import ConsumerSecret

__all__ = [
    "AUTHORIZATION_LIFETIME",
    "AccessToken",
    "AppAuthorization",
    "AuthorizationRequest",
    "Consumer",
    "ConsumerSecret",
    "Grant",
    "IDToken",
    "KeptAnswer",
    "PendingRequest",
    "RefreshToken",
]
