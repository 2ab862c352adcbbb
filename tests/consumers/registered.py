"""Creates consumers and authorizations for tests of screens, with the code that the screens use."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from accounts.models import User
from consumers.models import AppAuthorization, Consumer
from tests.conftest import World

CALLBACK = "https://chatgpt.com/connector/oauth/AbC123"
READ, WRITE = "maintenance:read offline_access", "maintenance:read maintenance:write offline_access"


def consumer_in(world: World, name: str = "ChatGPT", stranger: bool = False, **fields: Any) -> Consumer:
    values: dict[str, Any] = {
        "company": world.other_company if stranger else world.company,
        "permission_group": world.stranger_group if stranger else world.colleague_group,
        "authorization_grant_type": Consumer.GRANT_AUTHORIZATION_CODE,
        "callback_urls": [CALLBACK],
        "created_by": world.stranger if stranger else world.owner,
        "assistant": "chatgpt",
    }
    consumer, _secret = Consumer.objects.register(name=name, **{**values, **fields})
    return consumer


def authorize(user: User, consumer: Consumer, scope: str = READ, **fields: Any) -> AppAuthorization:
    """Create an authorization whose app has fetched its token, unless `connected_at` says otherwise."""
    values: dict[str, Any] = {
        "resource": "http://localhost:8000/mcp/oauth/fracttal-one",
        "redirect_uri": CALLBACK,
        "ends_at": timezone.now() + dt.timedelta(days=180),
        "connected_at": timezone.now(),
    }
    return AppAuthorization.objects.create(user=user, consumer=consumer, scope=scope, **{**values, **fields})
