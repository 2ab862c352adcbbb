"""A plant of its own, in which every free text is a planted one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.gateway.tools.conftest import Person, caller_of, db
from tests.planted import planted
from tests.prompt_injection.planting import plant_everywhere

__all__ = ["db"]


@pytest.fixture(scope="package")
def _plant(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with planted(django_db_blocker):
        plant_everywhere()
        yield


@pytest.fixture
def admin() -> Person:
    return Person(caller_of("admin@demo.example"))
