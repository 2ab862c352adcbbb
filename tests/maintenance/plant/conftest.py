"""A seeded plant that these tests share, and people who call the API on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from tests.maintenance.callers import Api, browser, token_of
from tests.planted import Counts, planted


@pytest.fixture(scope="package")
def plant(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Counts]:
    """Seed the plant once; the writes of each test are rolled back."""
    with planted(django_db_blocker) as counts:
        yield counts


@pytest.fixture
def admin(plant: Counts, db: None) -> Api:
    return Api(token_of("admin@demo.example"))


@pytest.fixture
def planner(plant: Counts, db: None) -> Api:
    return Api(token_of("planner@demo.example"))


@pytest.fixture
def technician(plant: Counts, db: None) -> Api:
    return Api(token_of("technician@demo.example"))


@pytest.fixture
def stranger(plant: Counts, db: None) -> Api:
    """The administrator of the other company."""
    return Api(token_of("admin@other.example"))


@pytest.fixture
def reader(plant: Counts, db: None) -> Api:
    return Api(token_of("admin@demo.example", read_only=True))


@pytest.fixture
def admin_browser(plant: Counts, db: None) -> Client:
    return browser("admin@demo.example")


@pytest.fixture
def technician_browser(plant: Counts, db: None) -> Client:
    return browser("technician@demo.example")
