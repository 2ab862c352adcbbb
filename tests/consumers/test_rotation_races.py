"""Administrators who add and remove secrets of one consumer at the same moment."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from consumers.models import Consumer, ConsumerSecret
from consumers.rotation import add_secret, remove_secret, warn_of_ends
from tests.conftest import World
from tests.consumers.conftest import Program
from tests.consumers.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 5


def test_never_three_and_never_none(world: World, program: Program) -> None:
    def add(_number: int) -> str:
        try:
            add_secret(Consumer.objects.get(), by=world.owner)
        except ValidationError as error:
            return str(error.code)
        return "added"

    def remove(number: int) -> str:
        try:
            removed = remove_secret(ConsumerSecret.objects.get(pk=keys[number % 2]), by=world.owner)
        except ValidationError as error:
            return str(error.code)
        return "removed" if removed else "removed already"

    for _round in range(ROUNDS):
        assert sorted(at_once(4, add)) == ["added", *["two_secrets"] * 3]
        keys = list(ConsumerSecret.objects.live().values_list("pk", flat=True))
        assert len(keys) == 2
        assert sorted(at_once(4, remove)) == ["only_secret", "only_secret", "removed", "removed already"]
        assert ConsumerSecret.objects.live().count() == 1


def test_two_runs_at_once_announce_an_end_once(world: World, program: Program) -> None:
    ConsumerSecret.objects.update(expires_at=timezone.now() + dt.timedelta(days=5))
    assert sum(at_once(4, lambda _number: warn_of_ends())) == 1
