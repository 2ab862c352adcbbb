"""The calendar as a program fetches it: who gets nothing, and what another library reads in it."""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Callable

import pytest
import vobject
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from accounts.security_policy import SecurityPolicy
from audit.models import Event
from calendars import links
from calendars.models import CalendarLink
from connections.models import LinkedAccount
from consumers.policy.models import GroupCeiling
from consumers.throttle import MOST_OF_A_CALENDAR
from fracttal_mcp.log_lines import without_credentials
from mcp_gateway.tools.catalogue import CATALOGUE
from tests.calendars.plant import BOGOTA, READ_WORK, PlannedPlant
from tests.gateway.tools.conftest import Connection, link
from tests.gateway.tools.small_plant import DAY, SmallPlant

GUESS = "/calendar/fmw_" + "a" * 43 + ".ics"


def fetch(path: str, **headers: str) -> HttpResponse:
    answer = Client().get(path, headers=headers)
    assert isinstance(answer, HttpResponse)
    return answer


def told(answer: HttpResponse) -> tuple[int, bytes, dict[str, str]]:
    """Return all that a stranger sees of an answer."""
    return answer.status_code, answer.content, dict(answer.items())


def disable(person: Membership) -> None:
    person.user.is_active = False
    person.user.save()


def leave(person: Membership) -> None:
    person.delete()


def suspend(person: Membership) -> None:
    person.active = False
    person.save()


def end_group(person: Membership) -> None:
    person.permission_group.active = False
    person.permission_group.save()


def take_right(person: Membership) -> None:
    person.permission_group.rights = ["work_orders:view"]
    person.permission_group.save()


def revoke(person: Membership) -> None:
    links.revoke(person, "")


def renew(person: Membership) -> None:
    links.renew(person, "")


def withhold(person: Membership) -> None:
    GroupCeiling.objects.create(group=person.permission_group, withheld_toolsets=["planning"])


def ask_first(person: Membership) -> None:
    GroupCeiling.objects.create(group=person.permission_group, tool_rules={"list_planned_work": "ask"})


ENDS = [revoke, renew, disable, leave, suspend, end_group, take_right, withhold, ask_first]


@pytest.mark.parametrize("end", ENDS)
def test_a_link_that_has_ended_answers_as_one_that_never_was(
    plant: PlannedPlant, end: Callable[[Membership], None]
) -> None:
    person = plant.somebody()
    path = plant.path(person)
    assert fetch(path).status_code == 200
    end(person)
    assert told(fetch(path)) == told(fetch(GUESS))
    assert fetch(GUESS).status_code == 404


@pytest.mark.parametrize(
    "rule",
    [
        {"writes_paused_at": timezone.now()},
        {"switched_off_at": timezone.now()},
        {"allowed_domains": ["acme.test"]},
    ],
)
def test_a_company_that_pauses_or_does_not_admit_the_address_ends_it(
    plant: PlannedPlant, rule: dict[str, object]
) -> None:
    person = plant.somebody()
    path = plant.path(person)
    policy, _made = SecurityPolicy.objects.update_or_create(company=plant.company, defaults=rule)
    try:
        assert told(fetch(path)) == told(fetch(GUESS))
    finally:
        policy.delete()
    assert fetch(path).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/calendar/x.ics", "/calendar/fmw_.ics", "/calendar/fmi_" + "a" * 43 + ".ics",
        "/calendar/fmw_" + "é" * 43 + ".ics", "/calendar/fmw_" + "a" * 5000 + ".ics",
        "/calendar/fmw_%00.ics",
    ],
)  # fmt: skip
def test_what_is_no_link_answers_alike(plant: PlannedPlant, path: str) -> None:
    assert told(fetch(path)) == told(fetch(GUESS))


def test_the_id_of_a_link_or_its_digest_opens_nothing(plant: PlannedPlant) -> None:
    person = plant.somebody()
    plant.path(person)
    link = CalendarLink.objects.get(membership=person)
    for value in (link.pk, link.token_digest, f"fmw_{link.token_digest}"):
        assert fetch(f"/calendar/{value}.ics").status_code == 404


def test_nothing_but_reading(plant: PlannedPlant) -> None:
    path = plant.path(plant.somebody())
    for method in ("post", "put", "delete", "patch"):
        assert getattr(Client(), method)(path).status_code == 405
    assert Client().head(path).status_code == 200


def test_one_person_sees_only_the_own_company_and_the_own_orders(plant: PlannedPlant) -> None:
    other = SmallPlant(timezone.now())
    elsewhere = Membership.objects.get(company=other.company)
    order = other.order(days_ago=1)
    order.status = 1
    order.save()
    other.to_do(order, other.item("LATHE"), description="Of the other company")
    mine = plant.somebody(own_work_orders_only=True)
    assert {event.summary.value for event in events(fetch(plant.path(mine)))} == {"Change oil"}
    there = {event.summary.value for event in events(fetch(plant.path(elsewhere)))}
    assert there == {f"{order.folio} · Of the other company"}


def events(answer: HttpResponse) -> list[vobject.base.Component]:
    """Read the answer with another library than the one that wrote it."""
    assert answer.status_code == 200, answer.content
    text = answer.content.decode()
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n")), "RFC 5545 section 3.1"
    assert "\n" not in text.replace("\r\n", "")
    read = vobject.readOne(text)
    read.validate()
    return list(getattr(read, "vevent_list", []))


def test_another_library_reads_what_is_planned(plant: PlannedPlant) -> None:
    path = plant.path(plant.somebody())
    answer = fetch(path)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    found = {event.uid.value.partition(".")[0]: event for event in events(answer)}
    timed, dated, pending = (
        f"order-task-{plant.timed.pk}", f"order-task-{plant.dated.pk}", f"pending-task-{plant.pending.pk}",
    )  # fmt: skip
    assert set(found) == {timed, dated, pending}
    folio = plant.order_open.folio
    event = found[timed]
    begin = event.dtstart.value
    assert (begin, begin.utcoffset()) == (plant.at_nine, dt.timedelta())
    assert event.dtend.value - begin == dt.timedelta(minutes=90)
    assert event.summary.value.startswith(f"{folio} · Align, then test; \\ done")
    assert event.url.value.endswith(f"/work-orders/{folio}")
    assert "Ana" in event.description.value
    day = found[dated].dtstart.value
    assert day == plant.at_nine.date(), "only the date is known"
    assert not isinstance(day, dt.datetime)
    assert found[dated].dtend.value == day + DAY
    assert found[pending].summary.value == "Change oil"
    assert found[pending].dtstart.value == plant.at_nine + dt.timedelta(hours=1)


def test_it_has_the_same_events_as_the_tool(plant: PlannedPlant) -> None:
    today = timezone.now().astimezone(BOGOTA).date()
    answer = plant.person.ask("list_planned_work", since=str(today), until=str(today + 30 * DAY), limit=300)
    told_by_tool = {(work.get("work_order"), work["id"]) for day in answer["days"] for work in day["work"]}
    seen = set()
    for event in events(fetch(plant.path(plant.somebody()))):
        kind, number = re.fullmatch(r"(order|pending)-task-(\d+)\..*", event.uid.value).groups()  # type: ignore[union-attr]
        seen.add((plant.order_open.folio if kind == "order" else None, int(number)))
    assert seen == told_by_tool


def test_events_keep_their_ids_and_an_unchanged_calendar_is_not_sent_again(plant: PlannedPlant) -> None:
    path = plant.path(plant.somebody())
    first = fetch(path)
    again = fetch(path, **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    ids = {event.uid.value for event in events(first)}
    plant.dated.description = "Grease well"
    plant.dated.save()
    try:
        changed = fetch(path, **{"If-None-Match": first["ETag"]})
        assert {event.uid.value for event in events(changed)} == ids
        assert changed["ETag"] != first["ETag"]
    finally:
        plant.dated.description = "Grease"
        plant.dated.save()


def test_the_words_are_those_of_the_person(plant: PlannedPlant) -> None:
    person = plant.somebody()
    person.user.language = "pt-br"
    person.user.save()
    assert "Responsável: Ana" in fetch(plant.path(person), **{"Accept-Language": "en"}).content.decode()


def test_too_many_fetches_are_told_to_wait(plant: PlannedPlant) -> None:
    path = plant.path(plant.somebody())
    cache.clear()
    answers = [fetch(path) for _ in range(MOST_OF_A_CALENDAR + 1)]
    assert {answer.status_code for answer in answers[:-1]} == {200}
    assert answers[-1].status_code == 429
    assert 0 < int(answers[-1]["Retry-After"]) <= 60


def test_an_upstream_that_does_not_answer_empties_no_calendar(
    plant: PlannedPlant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that got an empty calendar, or 404, would delete its events."""
    other = SmallPlant(timezone.now())
    person = Membership.objects.get(company=other.company)
    path = plant.path(person)
    assert fetch(path).status_code == 200
    monkeypatch.setattr(Connection, "api_url", "http://127.0.0.1:9/api")  # where nobody listens
    link(person)
    answer = fetch(path)
    assert (answer.status_code, answer["Retry-After"]) == (503, "300")
    LinkedAccount.objects.filter(user=person.user).delete()
    assert fetch(path).status_code == 503, "an account that is not linked is no empty calendar either"


def test_no_log_line_and_no_row_has_the_token(plant: PlannedPlant, caplog: pytest.LogCaptureFixture) -> None:
    person = plant.somebody()
    path = plant.path(person)
    token = path.removeprefix("/calendar/").removesuffix(".ics")
    with caplog.at_level(logging.DEBUG):
        fetch(path)
        links.revoke(person, "")
        fetch(path)
    lines = [without_credentials(record.getMessage()) for record in caplog.records]
    assert not [line for line in lines if token in line]
    renewed = links.renew(person, "").rpartition("/")[2].removesuffix(".ics")
    [row] = CalendarLink.objects.filter(membership=person).values()
    assert not [value for value in row.values() if renewed in str(value)]
    for event in Event.objects.filter(company_id=plant.company.pk).values():
        assert not [value for value in event.values() if renewed in str(value) or token in str(value)]


def test_it_is_recorded_as_made_and_revoked_once(plant: PlannedPlant) -> None:
    person = plant.somebody()
    plant.path(person)
    links.revoke(person, "10.0.0.1")
    links.revoke(person, "10.0.0.1")
    kinds = Event.objects.filter(user_id=person.user_id).order_by("id").values_list("kind", "address")
    assert [*kinds] == [
        ("person.calendar_link_made", "127.0.0.1"), ("person.calendar_link_revoked", "10.0.0.1"),
    ]  # fmt: skip


def test_rights_are_needed_that_the_tool_needs() -> None:
    assert set(READ_WORK) == CATALOGUE.tools["list_planned_work"].rights
