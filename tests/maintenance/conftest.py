from __future__ import annotations

import pytest
from django.core.cache import cache
from pytest_django import Settings


@pytest.fixture(autouse=True)
def no_rate_limit(settings: Settings) -> None:
    settings.API_REQUESTS_PER_MINUTE = 0
    cache.clear()
