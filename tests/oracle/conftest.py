"""A company whose tables hold one plant at a time. It is committed, since the API has its own connections."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from pytest_django import DjangoDbBlocker, Settings

from maintenance.tokens import principal_of
from mcp_gateway.calls.caller import DEFAULT_TOOLSET, READ_SCOPE, WRITE_SCOPE, Caller
from mcp_gateway.runtime import runtime
from tests.factories import CompanyFactory, MembershipFactory, PermissionGroupFactory, UserFactory
from tests.oracle.asking import Question, Reply, ask_as, present, read_as
from tests.oracle.planting import plant_into
from tests.oracle.plants import Plant
from tests.oracle.tally import Tally, told
from tests.oracle.without_database import ScriptedWorld


class World:
    """`ask` asks about the plant that was written last, at that plant's present time."""

    def __init__(self) -> None:
        self.tally = Tally()
        self._group = PermissionGroupFactory(
            company=CompanyFactory(name="Planta", currency="COP"), name="Administrators"
        )
        self._callers: dict[dt.datetime, Caller] = {}
        self._plant: Plant | None = None

    def plant(self, plant: Plant) -> None:
        plant_into(self._group.company, plant)
        self.tally.plants += 1
        self._plant = plant

    def ask(self, *questions: Question) -> list[Reply]:
        assert self._plant is not None
        self.tally.answers += len(questions)
        calendar = self._plant.calendar
        with present(calendar):
            return ask_as(replace(self._caller_at(calendar.now), time_zone=calendar.zone), [*questions])

    def read(self, uri: str, caller: Caller | None = None) -> str:
        """Read the text of a resource, as the default person or as another caller."""
        assert self._plant is not None
        self.tally.answers += 1
        calendar = self._plant.calendar
        with present(calendar):
            person = replace(caller or self._caller_at(calendar.now), time_zone=calendar.zone)
            return read_as(person, uri)

    def person(self, **group: Any) -> Caller:
        """Return a person with the rights of a permission group of this kind."""
        made = PermissionGroupFactory(company=self._group.company, **group) if group else self._group
        principal = principal_of(MembershipFactory(user=UserFactory(), permission_group=made))
        return Caller(
            **{name: getattr(principal, name) for name in principal.__dataclass_fields__},
            consumer_id=1,
            consumer_name="ChatGPT",
            scopes=frozenset({READ_SCOPE, WRITE_SCOPE}),
            toolsets=frozenset({DEFAULT_TOOLSET, "planning"}),
        )

    def _caller_at(self, now: dt.datetime) -> Caller:
        """Return a different person for each present time, because cached tokens are bound to a time."""
        if now not in self._callers:
            self._callers[now] = self.person()
        return self._callers[now]


@pytest.fixture(scope="module")
def _company(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with django_db_blocker.unblock():
        yield World()
        runtime().audit.stop()
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture
def db(_company: World, settings: Settings) -> None:
    """Replace pytest-django's `db`, whose transaction is invisible to other threads."""
    settings.API_REQUESTS_PER_MINUTE = 0
    settings.UPSTREAM_REFERENCE_SECONDS = 0
    cache.clear()


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Iterator[Tally]:
    counted = Tally()
    yield counted
    told(request.node, counted)


@pytest.fixture
def world(db: None, _company: World, tally: Tally) -> World:
    _company.tally = tally
    return _company


@pytest.fixture
def scripted(tally: Tally, settings: Settings) -> ScriptedWorld:
    """Its clock stands still, so no call may wait for the budget."""
    settings.UPSTREAM_REQUESTS_PER_MINUTE = 0
    settings.UPSTREAM_REFERENCE_SECONDS = 0
    return ScriptedWorld(tally)
