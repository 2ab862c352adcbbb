"""Questions in the middle of a call, over the endpoint and the catalogue of the product."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from mcp_types._v2026_07_28 import InputRequiredResult

from accounts.models import User
from consumers.upstream_accounts.models import LinkedAccount
from maintenance.models import (
    CustomField,
    Item,
    Meter,
    PendingTask,
    Personnel,
    TaskTrigger,
    TriggerType,
    Warehouse,
    WorkOrder,
    WorkRequest,
)
from mcp_gateway.caller import Caller
from mcp_gateway.endpoint import Endpoint
from mcp_gateway.guards import Guards
from mcp_gateway.models import Outcome, ToolCall, WriteRecord
from mcp_gateway.product import SERVED
from mcp_gateway.upstream import credentials
from tests.protocol.conftest import HOST, MODERN, Client, Reply, through_asgi
from tests.tools.conftest import caller_of, link, run

DEMO = {"company__slug": "demo"}
BOTH: dict[str, Any] = {"form": {}, "url": {}}
SEVERAL = "compresor de tornillo"
_titles = itertools.count(1)


@dataclass
class Screen:
    """One person's client: sends a call, and sends it again with an answer."""

    caller: Caller
    elicitation: dict[str, Any] | None = field(default_factory=lambda: BOTH)
    version: str = MODERN

    def send(self, tool: str, arguments: dict[str, Any], **more: Any) -> Reply:
        async def authenticate(authorization: str | None) -> Caller:
            await asyncio.sleep(0)
            return self.caller

        async def sent() -> Reply:
            endpoint = Endpoint(
                SERVED, authenticate, server_info={"name": "t", "version": "1"}, instructions="",
                guards=Guards(hosts=[HOST], origins=[]), state_key=b"k" * 32,
            )  # fmt: skip
            able = {} if self.elicitation is None else {"elicitation": self.elicitation}
            meta = {"io.modelcontextprotocol/clientCapabilities": able}
            params = {"name": tool, "arguments": arguments, "_meta": meta, **more}
            return await Client(through_asgi(endpoint)).ask("tools/call", params, version=self.version)

        return run(sent())

    def asked(self, tool: str, **arguments: Any) -> Question:
        return Question(self, tool, arguments, self.send(tool, arguments).result)

    def told(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """What the same call says where nobody can be asked."""
        silent = replace(self, elicitation=None)
        return error_of(silent.send(tool, arguments))


@dataclass
class Question:
    screen: Screen
    tool: str
    arguments: dict[str, Any]
    result: dict[str, Any]

    def __post_init__(self) -> None:
        assert self.result["resultType"] == "input_required", self.result
        InputRequiredResult.model_validate(self.result)
        (request,) = self.result["inputRequests"].values()
        self.params: dict[str, Any] = request["params"]

    @property
    def options(self) -> dict[str, str]:
        return {
            option["const"]: option["title"]
            for option in self.params["requestedSchema"]["properties"]["choice"]["oneOf"]
        }

    def reply(self, answer: Any, screen: Screen | None = None, **changes: Any) -> Reply:
        sent = {"requestState": self.result["requestState"], "inputResponses": {"answer": answer}, **changes}
        return (screen or self.screen).send(self.tool, sent.pop("arguments", self.arguments), **sent)

    def accept(self, **content: Any) -> Reply:
        return self.reply({"action": "accept", "content": content} if content else {"action": "accept"})

    def goes_on_to(self, **content: Any) -> Question:
        return Question(self.screen, self.tool, self.arguments, self.accept(**content).result)


def answer_of(reply: Reply) -> dict[str, Any]:
    assert not reply.result["isError"], reply.result
    found: dict[str, Any] = reply.result["structuredContent"]
    return found


def error_of(reply: Reply) -> dict[str, Any]:
    assert reply.result["isError"], reply.result
    found: dict[str, Any] = reply.result["_meta"]["fracttal-one/error"]
    return found


def titled() -> str:
    """No two look the same: they share no word."""
    return f"Asunto{next(_titles)}"


@pytest.fixture
def admin() -> Screen:
    return Screen(caller_of("admin@demo.example", language="en"))


@pytest.fixture
def planner() -> Screen:
    return Screen(caller_of("planner@demo.example", language="en"))


@pytest.fixture
def all_tools(admin: Screen) -> Screen:
    return Screen(replace(admin.caller, toolsets=SERVED.toolsets))


# --- which one is meant ------------------------------------------------------------------------


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
        {"action": "accept", "content": {"choice": "P-101"}},  # it is there, and was not offered
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


# --- writes ------------------------------------------------------------------------------------


def test_a_write_for_the_asset_that_was_chosen(planner: Screen) -> None:
    title = titled()
    ToolCall.objects.all().delete()
    guards = WriteRecord.objects.count()
    question = planner.asked("create_work_request", title=title, asset=SEVERAL)
    assert not WorkRequest.objects.filter(description=title).exists()
    assert WriteRecord.objects.count() == guards  # the question holds no claim
    made = answer_of(question.accept(choice="CMP-02"))
    assert made["asset_code"] == "CMP-02"
    assert WorkRequest.objects.get(description=title, item__code="CMP-02")
    rows = ToolCall.objects.order_by("pk").values_list("tool", "outcome", "error_code", "is_write")
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
    # From the top it is asked about again, and the same answer is the same wish.
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


# --- the languages -----------------------------------------------------------------------------


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


# --- the account at Fracttal One ---------------------------------------------------------------

at_fracttal_one = pytest.mark.parametrize("_plant", ["fracttal_one"], indirect=True, scope="package")


@pytest.fixture
def unlinked(admin: Screen) -> Iterator[Screen]:
    """The administrator, whose account is not linked."""
    LinkedAccount.objects.filter(user__email="admin@demo.example").delete()
    credentials._linked.clear()
    yield admin
    user = User.objects.get(email="admin@demo.example")
    link(user.memberships.get(company__slug="demo"))


@at_fracttal_one
def test_who_has_no_account_linked_is_sent_to_the_page(unlinked: Screen, settings: Any) -> None:
    question = unlinked.asked("get_asset", code="CMP-01")
    assert question.params["mode"] == "url"
    assert question.params["url"] == f"{settings.PUBLIC_URL}/profile/fracttal-one/"
    assert error_of(question.accept())["code"] == "not_connected"  # opened, and nothing done there
    user = User.objects.get(email="admin@demo.example")
    link(user.memberships.get(company__slug="demo"))
    assert answer_of(question.accept())["code"] == "CMP-01"


@at_fracttal_one
@pytest.mark.parametrize("action", ["decline", "cancel"])
def test_who_does_not_go_to_the_page_is_refused(unlinked: Screen, action: str) -> None:
    refused = error_of(unlinked.asked("get_asset", code="CMP-01").reply({"action": action}))
    assert refused.pop("person_said") == {"decline": "declined", "cancel": "cancelled"}[action]
    assert refused == unlinked.told("get_asset", code="CMP-01")


@at_fracttal_one
def test_case_383_an_account_that_somebody_else_links_helps_nobody(unlinked: Screen, planner: Screen) -> None:
    """MCP elicitation, URL mode: who finishes at the page must be who was asked."""
    question = unlinked.asked("get_asset", code="CMP-01")
    link(User.objects.get(email="planner@demo.example").memberships.get(company__slug="demo"))
    assert error_of(question.accept())["code"] == "not_connected"
    assert answer_of(planner.send("get_asset", {"code": "CMP-01"}))["code"] == "CMP-01"


@at_fracttal_one
@pytest.mark.parametrize("elicitation", [None, {}, {"form": {}}])
def test_a_client_that_opens_no_pages_is_told_as_before(unlinked: Screen, elicitation: Any) -> None:
    reply = replace(unlinked, elicitation=elicitation).send("get_asset", {"code": "CMP-01"})
    assert error_of(reply) == unlinked.told("get_asset", code="CMP-01")
