"""Downloads of the log: every row that matches, formula-safe, streamed, and recorded themselves."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.test import AsyncClient

from accounts.models import User
from audit.chain import append
from audit.kinds import Kind
from audit.models import Event
from tests.activity.events import NOON, called, event_of, happened
from tests.conftest import World
from tests.consumers.registered import consumer_in
from tests.factories import MembershipFactory, PermissionGroupFactory
from tests.pages import browser, drawn, post

LOG, OWN = "/settings/transactions-log/", "/profile/activity/"
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", '=cmd|" /C calc"!A0', '=1,"x";y')
pytestmark = pytest.mark.django_db


def exported(world: World, user: User | None = None, page: str = LOG, **sent: Any) -> Any:
    return post(browser(user or world.owner), f"{page}export/", {"format": "csv", **sent})


def body(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode()


def cells(answer: Any) -> list[dict[str, str]]:
    text = body(answer)
    assert text.startswith("\ufeff"), "Excel reads UTF-8 only with a byte order mark"
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def test_formulas_of_others_are_texts(world: World) -> None:
    """Names that people and programs chose begin with what a spreadsheet runs."""
    User.objects.filter(pk=world.colleague.pk).update(name="=HYPERLINK(1)")
    for text in FORMULAS:
        app = consumer_in(world, text.strip())
        called(
            world.company, user=world.colleague, consumer=app, subject_id=text, subject_name=text, tool=text
        )
    rows = cells(exported(world))
    assert len(rows) == len(FORMULAS)
    for row in rows:
        for name, value in row.items():
            assert value[:1] not in set("=+-@\t\r\n＝＋－＠"), (name, value)
    assert [row["record"] for row in rows] == [f"'{text}" for text in reversed(FORMULAS)], "nothing is lost"


def test_all_rows_of_the_filter_and_no_others(world: World) -> None:
    """More than are read at once. Both formats have what plain SQL has."""
    app = consumer_in(world)
    append([
        event_of(world.company, (Kind.TOOL_CALL, Kind.SETTINGS_CHANGED)[number % 2],
                 at=NOON + dt.timedelta(seconds=number // 7), user=world.owner, consumer=app,
                 milliseconds=number, changes={"name": ["a", "ñ"]})
        for number in range(2600)
    ])  # fmt: skip
    happened(world.other_company, Kind.TOOL_CALL)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT position, milliseconds FROM audit_event WHERE company_id = %s AND kind = 'tool.call'"
            " ORDER BY at DESC, position DESC",
            [world.company.pk],
        )
        expected = cursor.fetchall()
    rows = cells(exported(world, kind="tool"))
    assert [(int(row["position"]), int(row["milliseconds"])) for row in rows] == expected
    assert len(expected) == 1300
    found = json.loads(body(exported(world, kind="tool", format="json")))
    assert [(row["position"], row["milliseconds"]) for row in found] == expected
    assert found[0]["changes"] == {"name": ["a", "ñ"]}
    assert found[-1]["time"] == "2026-11-20T12:00:00.000-05:00", "in the company's zone"
    assert json.loads(rows[0]["changes"]) == {"name": ["a", "ñ"]}


def test_texts_are_in_the_readers_language(world: World) -> None:
    User.objects.filter(pk=world.owner.pk).update(language="es")
    called(world.company, user=world.colleague, consumer=consumer_in(world), subject_id="OT-1")
    (row,) = cells(exported(world))
    assert row["what_happened"] == "ChatGPT creó la orden de trabajo OT-1 en nombre de Colleague"


def test_nothing_found_is_an_empty_file(world: World) -> None:
    assert cells(exported(world, kind="tool")) == []
    assert json.loads(body(exported(world, kind="tool", format="json"))) == []


def test_a_download_leaves_one_row_that_says_what(world: World) -> None:
    answer = exported(world, kind="tool", format="json")
    assert answer["Content-Type"] == "application/json"
    assert "attachment" in answer["Content-Disposition"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT company_id, user_id, facts FROM audit_event WHERE kind = 'log.exported'")
        ((company, user, facts),) = cursor.fetchall()
    assert (company, user) == (world.company.pk, world.owner.pk)
    assert json.loads(facts) == {"format": "json", "filters": "kind=tool"}


def test_who_may_download(world: World) -> None:
    happened(world.company, user=world.owner)
    MembershipFactory(
        user=world.colleague, permission_group=PermissionGroupFactory(company=world.other_company)
    )
    called(world.other_company, user=world.colleague, subject_id="OT-2")
    called(world.company, user=world.colleague, subject_id="OT-1")
    assert exported(world, world.colleague).status_code == 403
    assert [row["record"] for row in cells(exported(world, world.colleague, OWN))] == ["OT-1"]
    assert browser(world.owner).get(f"{LOG}export/").status_code == 405
    assert browser(world.owner).post(f"{LOG}export/", {"format": "csv"}).status_code == 403, "no form's token"


@pytest.mark.parametrize("sent", [{"format": "exe"}, {"kind": "no"}, {"person": "a\0"}, {"since": "x"}])
def test_a_wrong_request_downloads_nothing(world: World, sent: dict[str, Any]) -> None:
    happened(world.company)
    answer = exported(world, **sent)
    assert answer.status_code == 302
    assert answer["Location"].startswith(LOG)
    assert not Event.objects.filter(kind=Kind.LOG_EXPORTED).exists()


@pytest.mark.django_db(transaction=True)
async def test_the_asynchronous_server_streams_it(world: World) -> None:
    """As uvicorn runs it: part after part, in the person's language, without holding the file in memory."""

    @sync_to_async
    def prepared() -> tuple[AsyncClient, dict[str, str]]:
        User.objects.filter(pk=world.owner.pk).update(language="pt-br")
        append([
            event_of(world.company, Kind.TOOL_CALL, tool="get_asset", outcome="done",
                     consumer=None, consumer_name="Claude")
            for number in range(1500)
        ])  # fmt: skip
        signed = browser(world.owner)
        fields = drawn(signed)
        client = AsyncClient(enforce_csrf_checks=True)
        client.cookies = signed.cookies
        return client, fields

    client, fields = await prepared()
    answer: Any = await client.post(f"{LOG}export/", {**fields, "format": "csv"})
    assert answer.is_async
    parts = [part.decode() async for part in answer.streaming_content]
    assert len(parts) == 3, "the head, and two parts of at most a thousand rows"
    rows = list(csv.DictReader(io.StringIO("".join(parts)[1:], newline="")))
    assert {row["what_happened"] for row in rows} == {"Claude leu: ativos"}
    assert len(rows) == 1500
