"""From `create_company` alone to a closed order, through tools and screens, without a dead end."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from pytest_django import Settings

from accounts.models import Company, Membership, PermissionGroup, User
from accounts.standard_groups import NAMES, StandardGroup
from maintenance.models import RequestStatus, WorkOrder, WorkRequest
from mcp_gateway.runtime import runtime
from tests.factories import PASSWORD
from tests.gateway.tools.conftest import Person, caller_of
from tests.pages import browser, form_at, text_of

WORDS = {
    "en": ("Corrective", "Duplicate", "Mechanical", "Normal wear", "Observed by the operator"),
    "es": ("Correctiva", "Duplicada", "Mecánica", "Desgaste normal", "Observada por el operador"),
    "pt-br": ("Corretiva", "Duplicada", "Mecânica", "Desgaste normal", "Observada pelo operador"),
}


@pytest.fixture(autouse=True)
def _committed(transactional_db: None, settings: Settings) -> Iterator[None]:
    """Commit, because the audit thread and the in-process API have their own connections."""
    settings.API_REQUESTS_PER_MINUTE = 0
    cache.clear()
    yield
    runtime().audit.stop()


def count(sql: str, *values: str | int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        (number,) = cursor.fetchone()
    return int(number)


@pytest.fixture(params=["en", "es", "pt-br"])
def founded(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Person]:
    slug = f"new-{request.param}"
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\n"))
    call_command(
        "create_company", name="Planta Nueva", slug=slug, language=request.param, time_zone="America/Bogota",
        admin_email=f"jefe@{slug}.example", admin_name="Ana Torres Gil", password_stdin=True,
        stdout=io.StringIO(),
    )  # fmt: skip
    return request.param, Person(caller_of(f"jefe@{slug}.example"))


def worked(person: Person, folio: str, failure: dict[str, str] | None = None) -> None:
    """Report every task of the order as done, and send the order to review."""
    now = datetime.now(UTC).replace(microsecond=0)
    for task in person.ask("get_work_order", folio=folio)["tasks"]:
        report: dict[str, Any] = {
            "id": task["id"], "started_at": (now - timedelta(hours=1)).isoformat(),
            "finished_at": now.isoformat(), "done": True,
        }  # fmt: skip
        person.ask("update_work_order", folio=folio, task=report | ({"failure": failure} if failure else {}))
    person.ask("update_work_order", folio=folio, status="review")


def closed(client: Client, folio: str) -> None:
    url = f"/records/work-orders/{folio}"
    form = form_at(client.get(url), f"close-work-order/{folio}")
    assert client.post(form.action, dict(form.fields))["Location"] == url


def test_the_administrator_works_from_the_first_day(founded: tuple[str, Person]) -> None:
    language, admin = founded
    corrective, duplicate, mechanical, wear, operator = WORDS[language]
    company = Company.objects.get(slug=f"new-{language}")
    code = admin.ask("whoami")["personnel_code"]
    assert code

    admin.ask("create_asset", code="P-100", type="location", name="Planta")
    admin.ask("create_asset", code="B-101", type="equipment", name="Bomba de agua", location="P-100")
    admin.ask("create_asset", code="B-102", type="equipment", name="Bomba de fuego", location="P-100")
    meter = {"description": "Horas", "unit_code": "HRS", "serial": "HR-1", "counter": True}
    admin.ask("create_meter", asset="B-101", **meter)
    admin.ask("add_meter_reading", asset="B-101", value=25)
    types = admin.everything("list_task_plans", "entries", kind="task_types")
    assert corrective in {entry["name"] for entry in types}

    responsible = {"responsible": code}
    asked = admin.ask("create_work_request", title="Fuga en el sello", asset="B-101")["id"]
    by_request = admin.ask(
        "create_work_order", source="request", request=asked, task_type=corrective, **responsible
    )["folio"]
    unplanned = admin.ask(
        "create_work_order", source="unplanned", asset="B-102", title="Cambiar manómetro",
        task_type=corrective, **responsible,
    )["folio"]  # fmt: skip
    events = admin.ask("list_task_plans", kind="triggers")["entries"]
    event = next(entry for entry in events if entry["trigger"] == "event")
    plans = admin.everything("list_task_plans", "entries", kind="plans")
    event_plan = next(entry["plan"] for entry in plans if entry["task"] == event["task"])
    by_event = admin.ask(
        "create_work_order", source="event", asset="B-101", plan=event_plan, task=event["task"], **responsible
    )["folio"]
    plan = next(entry["plan"] for entry in plans if entry["plan"] != event_plan)
    admin.ask("assign_task_plan", asset="B-102", plan=plan, last_done="2026-01-05")
    (waiting,) = admin.ask("list_pending_tasks", asset="B-102", until="2099-01-01")["pending_tasks"]
    pending = admin.ask("create_work_order", source="pending", pending_tasks=[waiting["id"]], **responsible)[
        "folio"
    ]
    orders = [by_request, unplanned, by_event, pending]
    assert len(set(orders)) == 4
    spare = admin.ask(
        "create_work_order", source="unplanned", asset="B-102", title="Pintar guarda", task_type=corrective,
        **responsible,
    )["folio"]  # fmt: skip
    admin.ask("cancel_work_order", folio=spare, reason=duplicate, note="se repite")

    client = browser(User.objects.get(email=f"jefe@new-{language}.example"))
    for folio in orders:
        failed = {"type": mechanical, "cause": wear, "detected_by": operator, "severity": "medium"}
        worked(admin, folio, failed if folio == unplanned else None)
        closed(client, folio)
    by_status = "select count(*) from maintenance_workorder where company_id = %s and status = %s"
    assert count(by_status, company.pk, 3) == 4
    assert count(by_status, company.pk, 4) == 1
    assert WorkRequest.objects.get(pk=asked).status == RequestStatus.SOLVED_WITH_OT_STATUS
    said = WorkOrder.objects.filter(folio=unplanned, tasks__failure_cause__description=wear)
    assert said.count() == 1


def member_of(company: Company, email: str, group: str) -> Membership:
    return Membership.objects.create(
        user=User.objects.create_user(email, PASSWORD, name="Luis Paz"),
        company=company,
        permission_group=PermissionGroup.objects.get(company=company, name=group),
    )


def submit(client: Client, url: str, action: str, **values: str) -> str:
    """Fill in the form of the page whose URL ends like this. Return the text of the next page."""
    form = form_at(client.get(url), action)
    return text_of(client.post(form.action, dict(form.fields) | values, follow=True))


def test_a_person_who_is_added_is_linked_on_the_screen_and_works(founded: tuple[str, Person]) -> None:
    language, admin = founded
    slug = f"new-{language}"
    company = Company.objects.get(slug=slug)
    chief = User.objects.get(email=f"jefe@{slug}.example")
    chief.language = "en"
    chief.save()
    member = member_of(company, f"tecnico@{slug}.example", NAMES[language][StandardGroup.TECHNICIANS])
    someone = Person(caller_of(member.user.email))
    before = someone.refused("create_work_request", title="Fuga de aire")
    assert "Configuration > User accounts" in before["message"]

    client = browser(chief)
    assert text_of(client.get("/settings/user-accounts/")).count("no personnel record") == 1
    admin.ask("create_person", code="TEC-07", first_name="Luis", last_name="Paz", email=member.user.email)
    url = f"/settings/user-accounts/{member.pk}/record/"
    assert "now works as Luis Paz (TEC-07)" in submit(client, url, "?do=link")
    assert "no personnel record" not in text_of(client.get("/settings/user-accounts/"))

    assert someone.ask("whoami")["personnel_code"] == "TEC-07"
    someone.ask("create_work_request", title="Fuga de aire")
    admin.ask("create_asset", code="B-101", type="equipment", name="Bomba de agua")
    folio = admin.ask(
        "create_work_order", source="unplanned", asset="B-101", title="Cambiar manómetro",
        task_type=WORDS[language][0], responsible="TEC-07",
    )["folio"]  # fmt: skip
    worked(someone, folio)
    closed(browser(member.user), folio)
    validated = (
        "select count(*) from maintenance_workorder o"
        " join maintenance_personnel p on o.validated_by_id = p.id"
        " where p.code = %s"
    )
    assert count(validated, "TEC-07") == 1

    assert "no longer has a personnel record" in submit(client, url, "?do=unlink")
    assert "no active record" in someone.refused("create_work_request", title="Otra fuga")["message"]
    with_new = submit(client, url, "?do=new", name="Luis Paz Gil", code="")
    assert "now works as Luis Paz Gil (P-02)" in with_new
    someone.ask("create_work_request", title="Una fuga más")
