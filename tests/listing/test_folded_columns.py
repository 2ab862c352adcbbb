"""Folded columns say what the database itself would fold, whichever way a name was changed."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import F, TextField, Value
from django.db.models.functions import Coalesce, Concat, NullIf

from accounts.models import Membership, User
from accounts.person_changes import change
from consumers.models import Consumer
from listing.folding import Folded
from tests.conftest import World
from tests.consumers.registered import consumer_in
from tests.factories import UserFactory

ROOT = Path(__file__).parent.parent.parent
SOURCES = {"name", "email", "description", "client_id", "metadata_url"}
APPS = ("accounts", "consumers", "connections", "maintenance", "mcp_gateway", "activity")


def kept_right() -> None:
    """Compare every row with what the database makes of the name now."""
    people = User.objects.annotate(
        by=Folded(Coalesce(NullIf(F("name"), Value("")), F("email"))),
        text=Folded(Concat("name", Value("\n"), "email", output_field=TextField())),
    )
    assert people.count() > 1
    for user in people:
        assert (user.folded_name, user.folded) == (user.by, user.text)
    parts = ("name", "description", "client_id", "metadata_url")
    joined = Concat(*(part for name in parts for part in (Value("\n"), name)), output_field=TextField())
    for consumer in Consumer.objects.annotate(by=Folded("name"), text=Folded(joined)):
        assert (consumer.folded_name, f"\n{consumer.folded}") == (consumer.by, consumer.text)


def test_columns_follow_every_way_of_saving(world: World) -> None:
    UserFactory(name="", email="ñandú@example.com")
    consumer = consumer_in(world, "Çelik Ánálisis")
    kept_right()
    consumer.name = "Ørsted"
    consumer.save(update_fields=["name"])
    kept_right()
    consumer.description = "Reads the Ánálisis"
    consumer.save(update_fields=["description"])
    member = Membership.objects.get(user=world.colleague)
    change(member, member.permission_group, active=True, name="Ángela Ñuñez", by=world.owner, address="")
    kept_right()
    assert User.objects.get(pk=world.colleague.pk).folded_name == "angela nunez"
    assert Consumer.objects.get(pk=consumer.pk).folded_name == "ørsted"


def test_a_stale_row_that_saves_another_field_leaves_them_alone(world: World) -> None:
    stale = User.objects.get(pk=world.colleague.pk)
    fresh = User.objects.get(pk=world.colleague.pk)
    fresh.name = "Ñandú"
    fresh.save(update_fields=["name"])
    stale.language = "es"
    stale.save(update_fields=["language"])
    kept_right()


def test_migrations_fill_the_columns_of_rows_that_were_there(world: World) -> None:
    consumer_in(world, "Ñandú")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET folded = '', folded_name = ''")
        cursor.execute("UPDATE consumers_consumer SET folded = '', folded_name = ''")
    with pytest.raises(AssertionError):
        kept_right()
    for module in (
        "accounts.migrations.0012_folded_columns",
        "consumers.migrations.0018_folded_columns",
        "consumers.migrations.0019_folded_texts",
    ):
        importlib.import_module(module).fill(apps, None)
    kept_right()


def test_nothing_changes_a_source_past_the_columns() -> None:
    """A query's `update(name=…)` would leave them behind. Models without such columns may use it."""
    found = []
    for path in (
        path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts
    ):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                if node.func.attr != "update" or not SOURCES & {each.arg for each in node.keywords}:
                    continue
                if {"User", "Consumer"} & {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}:
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert found == []
