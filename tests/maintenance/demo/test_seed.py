"""The demo plant has what it promises, and the same seed gives the same plant."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from pytest_django import Settings

from accounts.models import Company, User
from maintenance import models
from maintenance.demo.seed import AlreadySeeded, seed
from tests.maintenance.seeded import SEEDED

pytestmark = pytest.mark.django_db
TODAY = datetime.datetime(2026, 3, 17, 15, 30, tzinfo=datetime.UTC)


def story() -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table. Links are given by position and not by id."""
    told: dict[str, list[tuple[Any, ...]]] = {}
    for model in SEEDED:
        columns = [
            field.attname
            for field in model._meta.concrete_fields
            if not (field.primary_key or field.is_relation) and field.attname != "ancestors"
        ]
        told[model.__name__] = list(model._default_manager.order_by("pk").values_list(*columns))
    told["links"] = list(
        models.WorkOrderTask.objects.order_by("pk").values_list(
            "work_order__folio", "item__code", "work_order__responsible__code", "request__date",
            "out_of_service__initial_date", "failure_cause__description",
        )
    )  # fmt: skip
    return told


def number_from_one() -> None:
    """Restart PostgreSQL's sequences. A rollback does not reset them, and some texts contain a number."""
    sequences = [
        entry
        for entry in connection.introspection.sequence_list()
        if entry["table"].startswith("maintenance_")
    ]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_by_name_sql(no_style(), sequences):
            cursor.execute(statement)


def seeded(number: int, today: datetime.datetime = TODAY) -> dict[str, list[tuple[Any, ...]]]:
    with transaction.atomic():
        number_from_one()
        seed(seed=number, today=today)
        told = story()
        transaction.set_rollback(True)
    return told


def test_the_same_seed_tells_the_same_story() -> None:
    first = seeded(7)
    assert seeded(7, TODAY.replace(hour=23)) == first
    other = seeded(8)
    assert other["WorkOrderTask"] != first["WorkOrderTask"]
    assert [row[:2] for row in other["Item"]] == [row[:2] for row in first["Item"]]


def test_another_day_tells_the_same_story_later() -> None:
    first, later = seeded(7), seeded(7, TODAY + datetime.timedelta(days=45))
    assert {name: len(rows) for name, rows in later.items()} == {
        name: len(rows) for name, rows in first.items()
    }

    def shifted(row: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(
            value + datetime.timedelta(days=45) if isinstance(value, datetime.datetime) else value
            for value in row
        )

    for name, rows in first.items():
        assert [shifted(row) for row in rows] == later[name], name


def test_a_plant_is_filled_once() -> None:
    seed(seed=7)
    count = models.WorkOrderTask.objects.count()
    with pytest.raises(AlreadySeeded):
        seed(seed=8)
    with pytest.raises(CommandError, match="already"):
        call_command("seed_demo")
    assert models.WorkOrderTask.objects.count() == count


def test_never_in_production(settings: Settings) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        call_command("seed_demo")
    assert not Company.objects.exists()
    assert not User.objects.exists()


def test_the_command_prints_what_it_made(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("seed_demo", "--json", "--seed", "3")
    printed = json.loads(capsys.readouterr().out)
    assert printed["users"] == [
        "admin@demo.example", "planner@demo.example", "technician@demo.example", "admin@other.example",
    ]  # fmt: skip
    demo = Company.objects.get(slug="demo")
    assert printed["companies"]["demo"]["item"] == models.Item.objects.filter(company=demo).count()
