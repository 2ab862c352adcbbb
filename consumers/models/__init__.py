"""Consumers, the authorizations that people gave them, and their tokens."""

# Where Django looks for models.
import consumers.openid.models
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
from consumers.models.requests import AuthorizationRequest, PendingRequest

__all__ = [
    "AUTHORIZATION_LIFETIME",
    "AccessToken",
    "AppAuthorization",
    "AuthorizationRequest",
    "Consumer",
    "Grant",
    "IDToken",
    "PendingRequest",
    "RefreshToken",
]
