"""Questions before a write: nothing is written before the answer, and it is written once after it."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import replace

import pytest

from audit.models import Event, Outcome
from maintenance.models import (
    CustomField,
    Meter,
    PendingTask,
    TaskTrigger,
    TriggerType,
    WorkOrder,
    WorkRequest,
)
from mcp_gateway.models import WriteRecord
from mcp_gateway.tools.catalogue import CATALOGUE
from tests.gateway.tools.conftest import caller_of
from tests.gateway.tools.screen import SEVERAL, Screen, answer_of, error_of

DEMO = {"company__slug": "demo"}
_titles = itertools.count(1)


def titled() -> str:
    """Return a title that shares no word with others, so that no two look alike."""
    return hashlib.sha256(str(next(_titles)).encode()).hexdigest()[:16]


@pytest.fixture
def admin() -> Screen:
    return Screen(caller_of("admin@demo.example", language="en"))


@pytest.fixture
def planner() -> Screen:
    return Screen(caller_of("planner@demo.example", language="en"))


@pytest.fixture
def all_tools(admin: Screen) -> Screen:
    return Screen(replace(admin.caller, toolsets=CATALOGUE.toolsets))


def test_a_write_for_the_asset_that_was_chosen(planner: Screen) -> None:
    title = titled()
    Event.objects.all().delete()
    guards = WriteRecord.objects.count()
    question = planner.asked("create_work_request", title=title, asset=SEVERAL)
    assert not WorkRequest.objects.filter(description=title).exists()
    assert WriteRecord.objects.count() == guards  # a question holds no claim
    made = answer_of(question.accept(choice="CMP-02"))
    assert made["asset_code"] == "CMP-02"
    assert WorkRequest.objects.get(description=title, item__code="CMP-02")
    rows = Event.objects.order_by("pk").values_list("tool", "outcome", "reason", "is_write")
    assert list(rows) == [
        ("create_work_request", Outcome.REFUSED, "ambiguous", True),
        ("create_work_request", Outcome.DONE, "", True),
    ]


def test_an_answered_write_that_is_sent_again_writes_once(planner: Screen) -> None:
    title = titled()
    question = planner.asked("create_work_request", title=title, asset=SEVERAL)
    first, again = question.accept(choice="CMP-02"), question.accept(choice="CMP-02")
    assert answer_of(first) == answer_of(again)
    assert again.result["_meta"]["fracttal-one/repeated"]
    assert WorkRequest.objects.filter(description=title).count() == 1
    # From the beginning it is asked again, and the same answer makes the same write.
    anew = planner.asked("create_work_request", title=title, asset=SEVERAL)
    assert answer_of(anew.accept(choice="CMP-02")) == answer_of(first)
    assert WorkRequest.objects.filter(description=title).count() == 1


def test_the_same_words_for_another_asset_are_another_write(planner: Screen) -> None:
    title = titled()
    question = planner.asked("create_work_request", title=title, asset=SEVERAL, even_if_similar=True)
    for code in ("CMP-02", "CMP-03"):
        assert answer_of(question.accept(choice=code))["asset_code"] == code
    made = WorkRequest.objects.filter(description=title).values_list("item__code", flat=True)
    assert sorted(map(str, made)) == ["CMP-02", "CMP-03"]


def test_with_a_key_the_first_result_comes_back_without_a_question(planner: Screen) -> None:
    title = titled()
    given = {
        "title": title,
        "asset": SEVERAL,
        "idempotency_key": f"asked-once-{title}",
    }
    made = answer_of(planner.asked("create_work_request", **given).accept(choice="CMP-04"))
    assert answer_of(planner.send("create_work_request", given)) == made
    assert WorkRequest.objects.filter(description=title).count() == 1


def test_who_does_not_choose_writes_nothing(planner: Screen) -> None:
    title = titled()
    question = planner.asked("create_work_request", title=title, asset=SEVERAL)
    assert error_of(question.reply({"action": "decline"}))["code"] == "ambiguous"
    assert not WorkRequest.objects.filter(description=title).exists()


def test_two_questions_of_one_call(planner: Screen) -> None:
    title = titled()
    there = answer_of(planner.send("create_work_request", {"title": title, "asset": "CMP-01"}))
    question = planner.asked("create_work_request", title=f"{title} vv", asset=SEVERAL)
    second = question.goes_on_to(choice="CMP-01")
    assert f"{there['id']} “{title}”" in second.params["message"]
    assert WorkRequest.objects.filter(description__startswith=title).count() == 1
    assert answer_of(second.accept(confirm=True))["asset_code"] == "CMP-01"
    assert WorkRequest.objects.filter(description__startswith=title, item__code="CMP-01").count() == 2


def test_whether_to_create_another_order(planner: Screen) -> None:
    title = titled()
    work = {"source": "unplanned", "asset": "P-101", "title": title, "task_type": "Correctiva"}
    work["responsible"] = "TEC-03"
    first = answer_of(planner.send("create_work_order", work))
    another = {**work, "title": f"{title} zz"}
    question = planner.asked("create_work_order", **another)
    assert f"{first['folio']} “{title}”" in question.params["message"]
    for answer in ({"action": "decline"}, {"action": "accept", "content": {"confirm": False}}):
        refused = error_of(question.reply(answer))
        assert refused.pop("person_said") == "declined"
        assert refused == planner.told("create_work_order", **another)
        assert refused["code"] == "looks_like_a_duplicate"
    assert question.accept(confirm="yes").error == (400, -32602)
    folio = answer_of(question.accept(confirm=True))["folio"]
    assert folio != first["folio"]
    assert WorkOrder.objects.filter(**DEMO, folio__in=[folio, first["folio"]]).count() == 2


def test_a_yes_is_for_what_was_shown(planner: Screen) -> None:
    title = titled()
    planner.send("create_work_request", {"title": title, "asset": "CMP-01"})
    question = planner.asked("create_work_request", title=f"{title} xx", asset="CMP-01")
    since = answer_of(
        planner.send(
            "create_work_request", {"title": f"{title} ww", "asset": "CMP-01", "even_if_similar": True}
        )
    )
    assert str(since["id"]) in question.goes_on_to(confirm=True).params["message"]


def test_whether_a_reading_was_read_right(admin: Screen) -> None:
    meter = Meter.objects.filter(
        **DEMO, is_counter=True, active=True, serial__isnull=False, monthly_average__gt=0
    ).exclude(item__code="CMP-01")[1]
    assert meter.last_value is not None
    assert meter.monthly_average is not None
    value = meter.last_value + meter.monthly_average * 50
    spanish = Screen(replace(admin.caller, language="es"))
    given = {"asset": meter.item.code, "serial": meter.serial, "value": value}
    question = spanish.asked("add_meter_reading", **given)
    assert f"{value:.10g}".replace(".", ",") in question.params["message"]
    assert error_of(question.accept(confirm=False))["code"] == "looks_unusual"
    meter.refresh_from_db()
    assert meter.last_value != value
    assert answer_of(question.accept(confirm=True))["value"] == value
    meter.refresh_from_db()
    assert meter.last_value == value


def test_which_meter_was_read(admin: Screen) -> None:
    """The first compressor of the demo plant has two meters."""
    meters = {
        str(meter.pk): meter for meter in Meter.objects.filter(**DEMO, item__code="CMP-01", active=True)
    }
    assert len(meters) > 1
    chosen = next(meter for meter in meters.values() if meter.serial)
    assert chosen.last_value is not None
    question = admin.asked("add_meter_reading", asset="CMP-01", value=chosen.last_value + 1)
    assert set(question.options) == {*meters, "none_of_these"}
    assert str(chosen.serial) in question.options[str(chosen.pk)]
    answer = question.accept(choice=str(chosen.pk))
    assert answer_of(answer)["meter"] == chosen.pk


def test_which_field_of_an_asset_is_meant(all_tools: Screen) -> None:
    field = CustomField.objects.get(**DEMO, label="Tag de seguridad", item_type=2)
    twin = CustomField.objects.create(
        company=field.company, item_type=field.item_type, group=field.group, label=field.label
    )
    given = {"asset": "CMP-02", "field": "Tag de seguridad", "value": "LOTO-7"}
    try:
        question = all_tools.asked("set_asset_custom_field", **given)
        assert set(question.options) == {str(field.pk), str(twin.pk), "none_of_these"}
        answer_of(question.accept(choice=str(twin.pk)))
        assert [value.value for value in twin.values.filter(item__code="CMP-02")] == ["LOTO-7"]
        assert not field.values.filter(item__code="CMP-02", value="LOTO-7").exists()
    finally:
        twin.delete()


def test_which_event_happened(all_tools: Screen) -> None:
    first = TaskTrigger.objects.filter(**DEMO, type=TriggerType.EVENT)[0]
    assert first.task.plan_id is not None
    twin = TaskTrigger.objects.create(
        company=first.company, task=first.task, type=TriggerType.EVENT, event="Sismo"
    )
    given = {"asset": "CMP-02", "plan": first.task.plan_id, "task": first.task_id}
    try:
        question = all_tools.asked("create_pending_task", **given)
        assert question.options[str(twin.pk)] == f"{twin.pk} — Sismo"
        made = answer_of(question.accept(choice=str(twin.pk)))["pending_task"]
        assert PendingTask.objects.get(pk=made).trigger == "EVENT$Sismo"
    finally:
        PendingTask.objects.filter(trigger="EVENT$Sismo").delete()
        twin.delete()
