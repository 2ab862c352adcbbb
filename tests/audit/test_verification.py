"""Whatever somebody does to the rows with plain SQL, `verify_audit` finds it."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from audit import append_only
from audit.chain import append
from audit.kinds import Kind
from audit.models import Retention
from audit.recording import event_of, record
from tests.conftest import World

pytestmark = pytest.mark.django_db


def run(sql: str, *values: str | int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))


def number(sql: str, *values: str | int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        return int(cursor.fetchone()[0])


@pytest.fixture
def company(world: World) -> int:
    """A company with six events, and a neighbour with one; the tables are guarded as after `migrate`."""
    append_only.install()
    for _ in range(6):
        record(
            Kind.SETTINGS_CHANGED, company_id=world.company.pk, user=world.owner, facts={"a": ["ñ", 1, True]}
        )
    record(Kind.SETTINGS_CHANGED, company_id=world.other_company.pk)
    return world.company.pk


@pytest.fixture
def unguarded(company: int) -> int:
    """The same, for somebody who has lifted the triggers."""
    append_only.remove()
    return company


def verified(*options: str) -> str:
    """Return what `verify_audit` prints; `BROKEN` in it where it fails."""
    said = io.StringIO()
    try:
        call_command("verify_audit", *options, stdout=said, stderr=said)
    except CommandError as error:
        return f"{said.getvalue()}\nBROKEN {error}"
    return said.getvalue()


def test_a_log_that_nobody_touched_verifies(company: int) -> None:
    said = verified()
    assert f"company {company}: 6 events verified" in said
    assert "BROKEN" not in said
    assert verified("--company", str(company)).count("events verified") == 1


SET = "UPDATE audit_event SET {} WHERE company_id = %s AND position = %s"
MOVE = SET.format("position = %s").replace("= %s WHERE", "= {} WHERE")


def changed(company: int) -> None:
    run(SET.format("user_email = 'other@example.com'"), company, 3)


def changed_facts(company: int) -> None:
    run(SET.format("""facts = '{"a": ["n", 1, true]}'"""), company, 3)


def changed_time(company: int) -> None:
    run(SET.format("at = '2020-01-01 00:00:00+00:00'"), company, 3)


def changed_digest(company: int) -> None:
    run(SET.format("digest = 'f'"), company, 3)


def swapped(company: int) -> None:
    for before, after in ((3, 99), (4, 3), (99, 4)):
        run(MOVE.format(after), company, before)


def moved_to_another_company(company: int) -> None:
    run("UPDATE audit_event SET company_id = 0 WHERE company_id = %s AND position = %s", company, 3)


def removed(company: int) -> None:
    run("DELETE FROM audit_event WHERE company_id = %s AND position = %s", company, 3)


def removed_and_closed_up(company: int) -> None:
    removed(company)
    for position in (4, 5, 6):
        run(MOVE.format(position - 1), company, position)


def removed_from_the_beginning(company: int) -> None:
    run("DELETE FROM audit_event WHERE company_id = %s AND position < %s", company, 3)


def inserted(company: int) -> None:
    for position in (6, 5, 4, 3):
        run(MOVE.format(position + 1), company, position)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM audit_event LIMIT 0")
        names = [column[0] for column in cursor.description if column[0] != "id"]
    picked = ", ".join("3" if name == "position" else name for name in names)
    run(
        f"INSERT INTO audit_event ({', '.join(names)}) SELECT {picked} FROM audit_event"
        " WHERE company_id = %s AND position = 2",
        company,
    )


def cut(company: int) -> None:
    run("DELETE FROM audit_event WHERE company_id = %s AND position > %s", company, 4)


def head_removed(company: int) -> None:
    run("DELETE FROM audit_chainhead WHERE company_id = %s", company)


def sealed_without_the_key(company: int) -> None:
    removed_from_the_beginning(company)
    digest = "(SELECT MAX(digest) FROM audit_event WHERE position = 3)"
    run(
        "INSERT INTO audit_seal (company_id, position, digest, until, sealed_at, proof)"
        f" SELECT company_id, 2, {digest}, at, at, digest FROM audit_event"
        " WHERE company_id = %s AND position = 3",
        company,
    )


TAMPERING: list[tuple[Callable[[int], None], str]] = [
    (changed, "at position 3 was changed"),
    (changed_facts, "at position 3 was changed"),
    (changed_time, "at position 3 was changed"),
    (changed_digest, "at position 3 was changed"),
    (swapped, "at position 3 was changed, inserted or moved"),
    (moved_to_another_company, "events are missing: position 3 to 3"),
    (removed, "events are missing: position 3 to 3"),
    (removed_and_closed_up, "at position 3 was changed, inserted or moved"),
    (removed_from_the_beginning, "events are missing: position 1 to 2"),
    (inserted, "at position 3 was changed, inserted or moved"),
    (cut, "events are missing at the end: position 5 to 6"),
    (head_removed, "events stand behind the head at position 0"),
    (sealed_without_the_key, "the seal at position 2 is not ours"),
]


@pytest.mark.parametrize(("tamper", "said"), TAMPERING, ids=[tamper.__name__ for tamper, _ in TAMPERING])
def test_case_264_a_broken_row_is_named(unguarded: int, tamper: Callable[[int], None], said: str) -> None:
    tamper(unguarded)
    append_only.install()
    assert said in verified()
    assert f"company {unguarded}: BROKEN" in verified()


@pytest.mark.parametrize("tamper", [changed, removed], ids=["update", "delete"])
def test_the_database_refuses_to_change_the_log(company: int, tamper: Callable[[int], None]) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        tamper(company)
    assert "BROKEN" not in verified()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="TRUNCATE of PostgreSQL")
def test_the_database_refuses_to_empty_the_log(company: int) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        run("TRUNCATE audit_event")


def test_without_events_there_is_nothing_to_keep_elsewhere(world: World, tmp_path: Path) -> None:
    append_only.install()
    said = verified("--company", str(world.company.pk))
    assert "0 events verified" in said
    assert "anchor" not in said
    (tmp_path / "anchors").write_text(said)
    assert "BROKEN" not in verified("--anchors", str(tmp_path / "anchors"))


def test_missing_triggers_are_said(unguarded: int) -> None:
    assert "triggers that keep the log append-only are missing" in verified()


def test_a_cut_end_with_its_head_is_seen_by_an_anchor(unguarded: int, tmp_path: Path) -> None:
    anchors = tmp_path / "anchors"
    anchors.write_text(verified())
    cut(unguarded)
    run(
        "UPDATE audit_chainhead SET position = 4, digest ="
        " (SELECT digest FROM audit_event WHERE company_id = %s AND position = 4) WHERE company_id = %s",
        unguarded,
        unguarded,
    )
    append_only.install()
    assert "BROKEN" not in verified(), "nobody can see it in the database alone"
    assert "position 6 is gone: the end of the chain was cut" in verified("--anchors", str(anchors))
    for _ in range(3):
        record(Kind.SETTINGS_CHANGED, company_id=unguarded)
    assert "position 6 is another one" in verified("--anchors", str(anchors))


def test_anchors_hold_while_the_log_grows(company: int, tmp_path: Path) -> None:
    anchors = tmp_path / "anchors"
    anchors.write_text(verified())
    record(Kind.SETTINGS_CHANGED, company_id=company)
    assert "BROKEN" not in verified("--anchors", str(anchors))
    (tmp_path / "odd").write_text("anchor 1 two")
    for file, said in (("odd", "line 1 is no anchor"), ("none", "cannot be read")):
        assert said in verified("--anchors", str(tmp_path / file))


def aged(company: int, world: World) -> None:
    """Three events of two years ago, one of yesterday, an old one behind it, one of today."""
    for days in (800, 790, 780, 1, 770, 0):
        event = event_of(Kind.SETTINGS_CHANGED, company_id=company, user=world.owner)
        event.at -= dt.timedelta(days=days)
        append([event])


def test_old_events_expire_and_the_rest_verifies(world: World, tmp_path: Path) -> None:
    append_only.install()
    company = world.company.pk
    aged(company, world)
    anchors = tmp_path / "anchors"
    anchors.write_text(verified())
    said = io.StringIO()
    for _ in range(2):
        call_command("expire_audit", stdout=said)
    assert said.getvalue() == f"company {company}: 3 events removed\n"
    assert number("SELECT MIN(position) FROM audit_event WHERE company_id = %s", company) == 4
    kind = "SELECT COUNT(*) FROM audit_event WHERE company_id = %s AND kind = 'log.expired' AND position = 7"
    assert number(kind, company) == 1
    assert append_only.is_installed()
    assert f"company {company}: 4 events verified" in verified("--anchors", str(anchors))
    assert "BROKEN" not in verified("--anchors", str(anchors))


def test_a_company_chooses_how_long(world: World) -> None:
    append_only.install()
    aged(world.company.pk, world)
    Retention.objects.create(company_id=world.company.pk, days=795)
    call_command("expire_audit", stdout=io.StringIO())
    assert number("SELECT COUNT(*) FROM audit_event WHERE kind = 'settings.changed'") == 5


def test_nothing_expires_from_a_broken_chain(world: World) -> None:
    aged(world.company.pk, world)
    changed(world.company.pk)
    with pytest.raises(CommandError, match="broken chain"):
        call_command("expire_audit", stdout=io.StringIO())
    assert number("SELECT COUNT(*) FROM audit_event WHERE company_id = %s", world.company.pk) == 6
