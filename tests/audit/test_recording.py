"""What `record` stores, read with plain SQL, and the chain recomputed with the standard library alone."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction

from accounts.models import Company
from audit.chain import append
from audit.kinds import Group, Kind
from audit.models import Event
from audit.recording import Subject, changes_between, record
from tests.conftest import World

pytestmark = pytest.mark.django_db


def rows(columns: str, company: Company) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM audit_event WHERE company_id = %s ORDER BY position", [company.pk]
        )
        return list(cursor.fetchall())


def test_a_row_says_who_did_what_to_what(world: World) -> None:
    record(
        Kind.SETTINGS_CHANGED,
        company_id=world.company.pk,
        user=world.owner,
        subject=Subject("company", "1", "Planta\0 Demo"),
        changes=changes_between({"name": "Old", "zone": "UTC"}, {"name": "New\0", "zone": "UTC"}),
        address="192.0.2.7",
    )
    (row,) = rows("kind, outcome, user_id, user_email, subject_name, changes, address", world.company)
    *plain, changes, address = row
    assert plain == ["settings.changed", "done", world.owner.pk, "owner@example.com", "Planta Demo"]
    assert (json.loads(changes), address) == ({"name": ["Old", "New"]}, "192.0.2.7")
    assert rows("1", world.other_company) == []


def test_a_change_that_is_rolled_back_leaves_no_row(world: World) -> None:
    def changed_in_vain() -> None:
        with transaction.atomic():
            record(Kind.SETTINGS_CHANGED, company_id=world.company.pk)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        changed_in_vain()
    assert rows("1", world.company) == []
    record(Kind.SETTINGS_CHANGED, company_id=world.company.pk)
    assert rows("position", world.company) == [(1,)]


def test_each_company_has_a_chain_that_anybody_with_the_key_can_check(world: World) -> None:
    for company in (world.company, world.other_company, world.company, world.company):
        record(
            Kind.SETTINGS_CHANGED,
            company_id=company.pk,
            facts={"ñ": [1, True, None, "x" * 999, 1.50, "\ud800"]},
        )
    key = hashlib.sha256(b"audit-chain\0" + settings.CREDENTIAL_HASH_KEY.encode()).digest()
    for company, count in ((world.company, 3), (world.other_company, 1)):
        before = ""
        for event in Event.objects.filter(company_id=company.pk).order_by("position"):
            row = {name: value for name, value in vars(event).items() if name[0] != "_" and value}
            del row["id"], row["digest"]
            row["at"] = row["at"].isoformat()
            text = json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
            before = hmac.new(key, before.encode() + text.encode(), "sha256").hexdigest()
            assert event.digest == before
        assert [row[0] for row in rows("position", company)] == list(range(1, count + 1))


def test_every_kind_belongs_to_a_group() -> None:
    assert {kind.group for kind in Kind} <= set(Group)


def test_nothing_to_record_is_no_error(world: World) -> None:
    """Somebody else ended all that was picked; PostgreSQL accepts no empty list of companies."""
    append([])
    assert rows("1", world.company) == []
