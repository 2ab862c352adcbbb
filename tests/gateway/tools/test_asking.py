"""Questions about which record is meant: asked in the middle of a call, and the answer is checked."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from maintenance.models import Item, Personnel, Warehouse, WorkOrder, WorkRequest
from tests.gateway.tools.conftest import caller_of
from tests.gateway.tools.screen import SEVERAL, Question, Screen, answer_of, error_of

DEMO = {"company__slug": "demo"}


@pytest.fixture
def admin() -> Screen:
    return Screen(caller_of("admin@demo.example", language="en"))


@pytest.fixture
def planner() -> Screen:
    return Screen(caller_of("planner@demo.example", language="en"))


def test_which_asset_is_meant(admin: Screen) -> None:
    question = admin.asked("get_asset", code=SEVERAL)
    assert question.params["mode"] == "form"
    assert question.params["message"] == "Which asset is “compresor de tornillo”?"
    *codes, none = question.options
    assert none == "none_of_these"
    assert len(codes) <= 10
    for item in Item.objects.filter(**DEMO, code__in=codes):
        assert SEVERAL in item.field_1.casefold()
        assert question.options[item.code].startswith(f"{item.code} — {item.field_1}")
    assert Item.objects.filter(**DEMO, code__in=codes).count() == len(codes)
    assert answer_of(question.accept(choice="CMP-03"))["code"] == "CMP-03"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"action": "decline"}, "declined"),
        ({"action": "cancel"}, "cancelled"),
        ({"action": "accept", "content": {"choice": "none_of_these"}}, "none_of_these"),
    ],
)
def test_who_does_not_choose_gets_the_refusal(admin: Screen, answer: Any, said: str) -> None:
    refused = error_of(admin.asked("get_asset", code=SEVERAL).reply(answer))
    assert refused.pop("person_said") == said
    assert refused == admin.told("get_asset", code=SEVERAL)
    assert refused["code"] == "ambiguous"


@pytest.mark.parametrize(
    "elicitation", [None, {"url": {}}, {"form": None, "url": {}}, {"form": True}, [], "form"]
)
def test_a_client_that_cannot_ask_is_told_as_before(admin: Screen, elicitation: Any) -> None:
    reply = replace(admin, elicitation=elicitation).send("get_asset", {"code": SEVERAL})
    assert error_of(reply) == admin.told("get_asset", code=SEVERAL)
    assert "person_said" not in error_of(reply)


@pytest.mark.parametrize("version", ["2024-11-05", "2025-06-18", "2025-11-25"])
def test_older_revisions_are_told_as_before(admin: Screen, version: str) -> None:
    reply = replace(admin, version=version).send("get_asset", {"code": SEVERAL})
    assert error_of(reply) == admin.told("get_asset", code=SEVERAL)


def test_elicitation_without_a_mode_is_the_form(admin: Screen) -> None:
    """2025-11-25, Elicitation, "Capabilities": an empty object means form mode."""
    assert replace(admin, elicitation={}).asked("get_asset", code=SEVERAL).options


@pytest.mark.parametrize(
    "answer",
    [
        {"action": "accept", "content": {"choice": "P-101"}},  # it exists, but was not offered
        {"action": "accept", "content": {"choice": "cmp-01"}},
        {"action": "accept", "content": {"choice": ["CMP-01"]}},
        {"action": "accept", "content": {"choice": None}},
        {"action": "accept", "content": {"confirm": True}},
        {"action": "accept", "content": {}},
        {"action": "accept"},
        {"roots": []},
    ],
)
def test_case_380_only_what_was_offered_can_be_chosen(admin: Screen, answer: Any) -> None:
    """MCP 2026-07-28, multi-round-trip: answers are input of the client, checked against what was asked."""
    assert admin.asked("get_asset", code=SEVERAL).reply(answer).error == (400, -32602)


@pytest.mark.parametrize("answers", [{}, {"other": {"action": "accept", "content": {"choice": "CMP-01"}}}])
def test_without_an_answer_the_same_is_asked_again(admin: Screen, answers: Any) -> None:
    first = admin.asked("get_asset", code=SEVERAL)
    again = Question(admin, "get_asset", {"code": SEVERAL}, first.reply(None, inputResponses=answers).result)
    assert again.params == first.params


def test_an_answer_without_a_state_answers_nothing(admin: Screen) -> None:
    given = {"answer": {"action": "accept", "content": {"choice": "CMP-01"}}}
    reply = admin.send("get_asset", {"code": SEVERAL}, inputResponses=given)
    assert reply.result["resultType"] == "input_required"


def test_case_381_a_state_is_of_one_person_and_one_call(admin: Screen, planner: Screen) -> None:
    """MCP 2026-07-28: requestState is bound to the user and the request, and its integrity is checked."""
    question = admin.asked("get_asset", code=SEVERAL)
    state, chosen = question.result["requestState"], {"action": "accept", "content": {"choice": "CMP-01"}}
    changed = state[:9] + ("A" if state[9] != "A" else "B") + state[10:]
    for reply in (
        question.reply(chosen, requestState=changed),
        question.reply(chosen, planner),
        question.reply(chosen, Screen(replace(admin.caller, consumer_id=2))),
        question.reply(chosen, Screen(caller_of("admin@other.example"))),
        question.reply(chosen, arguments={"code": "bomba"}),
    ):
        assert reply.error == (400, -32602)
    assert answer_of(question.reply(chosen))["code"] == "CMP-01"


def test_case_382_a_choice_gives_no_right(admin: Screen) -> None:
    """OWASP API1: the record is read again with the rights that the person has now."""
    question = admin.asked("get_asset", code=SEVERAL)
    poor = Screen(replace(admin.caller, rights=admin.caller.rights - {"assets:view"}))
    reply = question.reply({"action": "accept", "content": {"choice": "CMP-01"}}, poor)
    assert error_of(reply)["code"] == "not_permitted"


def test_what_does_not_fit_any_more_is_not_taken(admin: Screen) -> None:
    question = admin.asked("get_asset", code=SEVERAL)
    item = Item.objects.get(**DEMO, code="CMP-02")
    Item.objects.filter(pk=item.pk).update(field_1="Turbina", description="Turbina")
    try:
        assert error_of(question.accept(choice="CMP-02"))["code"] == "ambiguous"
    finally:
        item.save()
    assert answer_of(question.accept(choice="CMP-02"))["code"] == "CMP-02"


def test_a_legacy_revision_takes_no_odd_answers_either(admin: Screen) -> None:
    question = admin.asked("get_asset", code=SEVERAL)
    legacy = replace(admin, version="2025-11-25")
    for answers in ([], ["answer"], "answer", {"answer": 7}, {"answer": {"action": "accept", "content": 7}}):
        reply = question.reply(None, legacy, inputResponses=answers)
        assert reply.status == 200
        assert reply.json.get("error", {}).get("code") in {None, -32602}


def test_later_pages_remember_the_warehouse(admin: Screen) -> None:
    house = Warehouse.objects.filter(**DEMO, levels__isnull=False).distinct()[0]
    twin = Warehouse.objects.create(company=house.company, code="TWIN-1", description=house.description)
    try:
        question = admin.asked("list_stock", warehouse=house.description, limit=1)
        assert set(question.options) == {house.code, "TWIN-1", "none_of_these"}
        page = answer_of(question.accept(choice=house.code))
        more = {"warehouse": house.description, "limit": 1, "cursor": page["next_cursor"]}
        again = answer_of(admin.send("list_stock", more))
        assert [row["warehouse"] for row in (*page["stock"], *again["stock"])] == [house.code] * 2
    finally:
        twin.delete()


def test_which_work_request_is_meant(admin: Screen) -> None:
    question = admin.asked("get_work_request", id="bomba")
    *numbers, _none = question.options
    for request in WorkRequest.objects.filter(**DEMO, pk__in=map(int, numbers)):
        assert question.options[str(request.pk)].startswith(f"{request.pk} — {request.description[:40]}")
    assert WorkRequest.objects.filter(**DEMO, pk__in=map(int, numbers)).count() == len(numbers) > 1
    assert answer_of(question.accept(choice=numbers[-1]))["id"] == int(numbers[-1])


def test_which_person_is_meant(admin: Screen) -> None:
    there = Personnel.objects.get(**DEMO, code="TEC-03")
    twin = Personnel.objects.create(
        company=there.company, code="TEC-88", first_name=there.first_name, last_name=there.last_name
    )
    try:
        question = admin.asked("list_work_orders", responsible=there.full_name, limit=1)
        assert question.params["message"] == f"Who is “{there.full_name}”?"
        assert set(question.options) == {"TEC-03", "TEC-88", "none_of_these"}
        assert answer_of(question.accept(choice="TEC-88"))["work_orders"] == []
        orders = answer_of(question.accept(choice="TEC-03"))["work_orders"]
        folios = [order["folio"] for order in orders]
        assert WorkOrder.objects.filter(**DEMO, folio__in=folios, responsible=there).count() == 1
    finally:
        twin.delete()


@pytest.mark.parametrize(
    ("language", "message", "none"),
    [
        ("es", "¿A qué activo se refiere «compresor de tornillo»?", "Ninguna de estas opciones"),
        ("pt-br", "A qual ativo “compresor de tornillo” se refere?", "Nenhuma destas opções"),
    ],
)
def test_it_is_asked_in_the_language_of_the_person(
    admin: Screen, language: str, message: str, none: str
) -> None:
    question = Screen(replace(admin.caller, language=language)).asked("get_asset", code=SEVERAL)
    assert question.params["message"] == message
    assert question.options["none_of_these"] == none


def days_ago(days: int) -> str:
    return (timezone.now() - dt.timedelta(days)).date().isoformat()


def test_a_metric_of_many_calls_asks_first(admin: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mcp_gateway.tools.metrics.metrics.ASK_ABOVE", 10)
    year: dict[str, Any] = {"metric": "reliability", "since": days_ago(720)}
    refused = admin.told("get_maintenance_metrics", **year)
    question = admin.asked("get_maintenance_metrics", **year)
    limit = refused["calls"] + refused["calls"] // 10
    assert question.params["message"].startswith(f"This question takes up to {limit} calls to Fracttal One")
    declined = error_of(question.reply({"action": "decline"}))
    assert (declined.pop("person_said"), declined) == ("declined", refused)
    numbers = [limit]
    while (reply := question.accept(confirm=True)).result.get("resultType") == "input_required":
        # A yes is valid for the number that was shown: if more calls turn out to be needed, the person is
        # asked again.
        question = Question(admin, question.tool, year, reply.result)
        numbers.append(int(re.findall(r"\d+", question.params["message"])[0]))
    assert numbers == sorted(set(numbers))
    assert len(numbers) < 5
    answer = answer_of(reply)
    agreed = answer_of(admin.send("get_maintenance_metrics", {**year, "allow_calls": 200}))
    assert answer["overall"] == pytest.approx(agreed["overall"], rel=1e-3)  # an open stop lasts until now
    assert answer["coverage"]["partial"] is False


def test_more_calls_than_can_be_agreed_to_are_not_asked_for(
    admin: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is told to call again with a number that would be refused."""
    monkeypatch.setattr("mcp_gateway.tools.metrics.metrics.ASK_ABOVE", 10)
    monkeypatch.setattr("mcp_gateway.tools.metrics.reading.MOST_CALLS", 10)
    year = {"metric": "reliability", "since": days_ago(720)}
    refused = error_of(admin.send("get_maintenance_metrics", year))
    assert refused["code"] == "needs_many_calls"
    assert "allow_calls" not in refused["message"]
