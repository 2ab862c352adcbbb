"""Fixtures for every test: three people. Their password is PASSWORD in factories."""

from __future__ import annotations

import asyncio
import gc
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections
from django.utils import translation
from pytest_django import DjangoDbBlocker, Settings
from xdist.remote import Producer

from accounts.models import Company, PermissionGroup, User
from fracttal_mcp import settings as production
from tests import quick_settings
from tests.factories import CompanyFactory, MembershipFactory, PermissionGroupFactory, UserFactory
from tests.oracle.tally import pytest_terminal_summary
from tests.process.prepared import SHARED
from tests.sharing import Together, begin_with_shared

__all__ = ["pytest_terminal_summary"]

# With Python's own thresholds, garbage collection takes a third of the time of collecting the tests, and a
# seventh of running them.
gc.set_threshold(50_000, 20, 50)


def pytest_configure(config: pytest.Config) -> None:
    """The processes of one run share what they prepare (tests/process/prepared.py)."""
    quick_settings.apply()
    if not hasattr(config, "workerinput"):
        directory = tempfile.TemporaryDirectory(prefix="prepared-databases-")
        config.add_cleanup(directory.cleanup)
        os.environ[SHARED] = directory.name


@pytest.hookimpl(trylast=True)  # pytest sorts by fixtures first
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    begin_with_shared(items)


def pytest_collection_finish() -> None:
    """Keep what is loaded by now out of garbage collection."""
    gc.collect()
    gc.freeze()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together:
    return Together(config, log)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Close connections of threads that tests leave behind: PostgreSQL drops no database in use."""
    yield
    asyncio.run(sync_to_async(connections.close_all)())
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture
def real_passwords(settings: Settings) -> None:
    """Hash passwords as production does."""
    settings.PASSWORD_HASHERS = production.PASSWORD_HASHERS


@pytest.fixture(autouse=True)
def language_of_its_own() -> Iterator[None]:
    """Reset the language, because the test client leaves that of its last request active."""
    yield
    translation.deactivate()


@dataclass(frozen=True)
class World:
    """`owner` administers `company`; `colleague` may only read its work orders.

    `stranger` administers another company.
    """

    company: Company
    owner: User
    owner_group: PermissionGroup
    colleague: User
    colleague_group: PermissionGroup
    other_company: Company
    stranger: User
    stranger_group: PermissionGroup


@pytest.fixture
def world(db: None) -> World:
    company, other = (
        CompanyFactory(name="Planta Demo", slug="demo"),
        CompanyFactory(name="Otra", slug="other"),
    )
    owner_group = PermissionGroupFactory(company=company, name="Administrators")
    colleague_group = PermissionGroupFactory(
        company=company, name="Readers", rights=["work_orders:view", "assets:view"]
    )
    stranger_group = PermissionGroupFactory(company=other, name="Administrators")
    owner, colleague, stranger = (
        UserFactory(email=f"{who}@example.com", name=who.title())
        for who in ("owner", "colleague", "stranger")
    )
    MembershipFactory(user=owner, permission_group=owner_group)
    MembershipFactory(user=colleague, permission_group=colleague_group)
    MembershipFactory(user=stranger, permission_group=stranger_group)
    return World(company, owner, owner_group, colleague, colleague_group, other, stranger, stranger_group)
