"""A company with planned work, over the embedded API in this process, committed for its threads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone
from pytest_django import DjangoDbBlocker, Settings

from mcp_gateway.runtime import runtime
from tests.calendars.plant import PlannedPlant


@pytest.fixture(scope="package")
def _company(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[PlannedPlant]:
    with django_db_blocker.unblock():
        yield PlannedPlant(timezone.now())
        runtime().audit.stop()
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture
def db(_company: PlannedPlant, settings: Settings) -> None:
    """Replace pytest-django's `db`, whose transaction is invisible to other threads."""
    settings.API_REQUESTS_PER_MINUTE = 0
    cache.clear()


@pytest.fixture
def plant(db: None, _company: PlannedPlant) -> PlannedPlant:
    return _company
