"""Questions that a card asks, for clients that show cards and have no forms: as claude.ai declares itself.

Right values are read from the database of the plant.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, get_args

import orjson
import pytest

from consumers.policy.decisions import Ceiling, Holder, Verdict
from maintenance.models import (
    FormItemType,
    Item,
    Meter,
    Subtask,
    TaskResource,
    ThirdParty,
    ThirdPartyService,
    WorkOrder,
    WorkOrderStatus,
    WorkRequest,
)
from mcp_gateway.calls.caller import Caller
from mcp_gateway.cards.documents import METRIC, Documents
from mcp_gateway.tools.catalogue import CATALOGUE
from mcp_gateway.tools.metrics.metric import Metric
from tests.gateway.protocol.conftest import MODERN, Client, Reply, through_asgi
from tests.gateway.protocol.streams import begin
from tests.gateway.tools.conftest import caller_of, run
from tests.gateway.tools.screen import CALLING, SEVERAL, answer_of, endpoint, error_of

CARDS: dict[str, Any] = {
    "extensions": {"io.modelcontextprotocol/ui": {"mimeTypes": ["text/html;profile=mcp-app"]}}
}
DEMO = {"company__slug": "demo"}
_titles = itertools.count(1)


def titled() -> str:
    """Return a title that shares no word with others, so that no two look alike."""
    return hashlib.sha256(f"card {next(_titles)}".encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Host:
    """A client that shows cards, in the revision that it speaks."""

    caller: Caller
    version: str = MODERN
    capabilities: Any = None

    def send(self, tool: str, arguments: dict[str, Any]) -> Reply:
        capabilities = CARDS if self.capabilities is None else self.capabilities

        async def sent() -> Reply:
            CALLING.set(self.caller)
            client = Client(through_asgi(endpoint()))
            params: dict[str, Any] = {"name": tool, "arguments": arguments}
            if self.version == MODERN:
                params["_meta"] = {"io.modelcontextprotocol/clientCapabilities": capabilities}
                return await client.ask("tools/call", params, version=MODERN)
            session = await begin(client, capabilities=capabilities, version=self.version)
            return await client.ask("tools/call", params, version=self.version, mcp_session_id=session)

        return run(sent())

    def question(self, tool: str, **arguments: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.send(tool, arguments).result["_meta"]["fracttal-one/question"]
        return found

    def answer(self, question: dict[str, Any], answer: Any, **changes: Any) -> Reply:
        given = {"call": question["call"], "state": question["state"], "answer": answer, **changes}
        return self.send("answer_card_question", given)

    def accept(self, question: dict[str, Any], **content: Any) -> Reply:
        return self.answer(question, {"action": "accept", "content": content})


@pytest.fixture(params=["2025-11-25", MODERN])
def host(request: pytest.FixtureRequest) -> Host:
    return Host(caller_of("planner@demo.example", language="en"), request.param)


def under_ask(host: Host, tool: str) -> Host:
    asks = Ceiling(Holder.CONSUMER, tools=frozenset({(tool, Verdict.ASK)}))
    return replace(host, caller=replace(host.caller, ceilings=(asks,)))


def test_the_card_asks_which_record_is_meant_and_the_call_goes_on(host: Host) -> None:
    reply = host.send("get_asset", {"code": SEVERAL})
    assert error_of(reply)["code"] == "ambiguous"
    question = reply.result["_meta"]["fracttal-one/question"]
    assert question["message"] == "Which asset is “compresor de tornillo”?"
    options = [one["const"] for one in question["form"]["properties"]["choice"]["oneOf"]]
    assert Item.objects.filter(**DEMO, code__in=options).count() == len(options) - 1
    assert answer_of(host.accept(question, choice="CMP-02"))["code"] == "CMP-02"


def test_the_model_reads_that_the_card_asks_and_nothing_that_could_answer_it(host: Host) -> None:
    result = host.send("get_asset", {"code": SEVERAL}).result
    (block,) = result["content"]
    assert "A card beside this answer asks the person" in block["text"]
    assert result["_meta"]["fracttal-one/question"]["state"] not in block["text"]
    assert "structuredContent" not in result


@pytest.mark.parametrize("capabilities", [{}, {"elicitation": {}}, {**CARDS, "elicitation": {"form": {}}}])
def test_who_shows_no_cards_or_has_forms_gets_no_question_for_a_card(capabilities: dict[str, Any]) -> None:
    host = Host(caller_of("planner@demo.example"), MODERN, capabilities)
    result = host.send("get_asset", {"code": SEVERAL}).result
    assert "fracttal-one/question" not in result["_meta"]
    assert ("inputRequests" in result) is ("elicitation" in capabilities)
    if not capabilities:
        (block,) = result["content"]
        assert "card" not in block["text"]
        refused = host.send("update_work_order", {"note": "x", "folio": "none"}).result
        assert "fracttal-one/change" not in refused["_meta"]


def test_a_question_is_of_one_person_and_one_call(host: Host) -> None:
    question = host.question("get_asset", code=SEVERAL)
    chosen = {"action": "accept", "content": {"choice": "CMP-02"}}
    other = replace(host, caller=caller_of("admin@demo.example"))
    state = question["state"]
    changed = state[:9] + ("A" if state[9] != "A" else "B") + state[10:]
    elsewhere = {"name": "get_asset", "arguments": {"code": "bomba"}}
    for reply in (
        other.answer(question, chosen),
        host.answer(question, chosen, state=changed),
        host.answer(question, chosen, call=elsewhere),
        host.answer(question, {"action": "accept", "content": {"choice": "P-101"}}),
    ):
        assert reply.error[1] == -32602


def test_a_write_goes_on_with_the_record_that_was_chosen(host: Host) -> None:
    title = titled()
    question = host.question("create_work_request", title=title, asset=SEVERAL)
    assert not WorkRequest.objects.filter(description=title).exists()
    made = host.accept(question, choice="CMP-03")
    assert answer_of(made)["asset_code"] == "CMP-03"
    assert made.result["_meta"]["fracttal-one/change"] == {
        "tool": "create_work_request", "before": {}, "after": {"title": title, "asset": SEVERAL},
    }  # fmt: skip
    assert WorkRequest.objects.get(description=title, item__code="CMP-03")


def test_none_of_these_is_a_refusal_that_says_so(host: Host) -> None:
    question = host.question("get_asset", code=SEVERAL)
    refused = error_of(host.accept(question, choice="none_of_these"))
    assert (refused["code"], refused["person_said"]) == ("ambiguous", "none_of_these")


def test_a_write_that_must_be_asked_about_waits_for_the_card(host: Host) -> None:
    """What it replaces is read before the question, and nothing is written before the yes."""
    asking = under_ask(host, "update_work_order")
    order = WorkOrder.objects.filter(**DEMO, status=WorkOrderStatus.IN_PROCESS).order_by("-pk")[0]
    WorkOrder.objects.filter(pk=order.pk).update(note="Old note")
    reply = asking.send("update_work_order", {"folio": order.folio, "note": "New note"})
    assert error_of(reply)["code"] == "must_ask_first"
    assert reply.result["_meta"]["fracttal-one/change"] == {
        "tool": "update_work_order",
        "before": {"note": "Old note"},
        "after": {"folio": order.folio, "note": "New note"},
    }
    question = reply.result["_meta"]["fracttal-one/question"]
    assert error_of(asking.answer(question, {"action": "decline"}))["person_said"] == "declined"
    assert WorkOrder.objects.get(pk=order.pk).note == "Old note"
    done = asking.accept(question, confirm=True)
    assert answer_of(done)["changed"] == "note"
    assert done.result["_meta"]["fracttal-one/change"]["before"] == {"note": "Old note"}
    assert WorkOrder.objects.get(pk=order.pk).note == "New note"
    assert error_of(asking.accept(question, confirm=True))["code"] == "must_ask_first"  # one yes, one time


def test_what_an_asset_was_is_shown_by_the_names_of_the_arguments(host: Host) -> None:
    asset = Item.objects.get(**DEMO, code="CMP-04")
    admin = replace(host, caller=caller_of("admin@demo.example", language="en"))
    given = {"asset": "CMP-04", "notes": "Other notes", "manufacturer": "Acme"}
    changed = admin.send("update_asset", given).result["_meta"]["fracttal-one/change"]
    assert changed["after"] == given
    assert changed["before"] == {"notes": asset.notes or None, "manufacturer": asset.field_2 or None}
    Item.objects.filter(pk=asset.pk).update(notes=asset.notes, field_2=asset.field_2)


def writes_of_what_is_there() -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Yield writes of what the plant has, each with the values that it would replace."""
    meter = Meter.objects.get(**DEMO, item__code="MTC-02")
    yield "add_meter_reading", {"asset": "MTC-02", "value": 1.5}, {"value": meter.last_value}
    party = ThirdParty.objects.filter(**DEMO).order_by("pk")[0]
    given = {"code": party.code, "name": "Other", "city": "Cali", "classification_1": "A", "active": False}
    now = {"name": party.name, "city": party.city, "classification_1": party.group_1, "active": party.active}
    yield "save_third_party", given, now
    yield "save_third_party", {"code": "NEW-1", "name": "New"}, {}
    service = ThirdPartyService.objects.filter(**DEMO).order_by("pk")[0]
    given = {
        "third_party": service.third_party.code,
        "service": service.description,
        "cost": 7.5,
        "details": "D",
    }
    yield "set_third_party_service", given, {"cost": service.cost, "details": service.details or None}
    yield "set_third_party_service", {**given, "service": "Nobody has it"}, {}
    subtask = Subtask.objects.filter(**DEMO, type=FormItemType.TEXT).exclude(value=None).order_by("-pk")[0]
    given = {"folio": subtask.task.work_order.folio, "subtask": subtask.pk, "answer": "Other"}
    yield "fill_subtask", given, {"answer": subtask.value}
    used = TaskResource.objects.filter(**DEMO).order_by("-pk")[0]
    given = {"folio": used.task.work_order.folio, "resource": used.pk, "note": "Other"}
    yield "update_work_order_resource_note", given, {"note": used.note or None}


def test_what_other_writes_replace_is_read_before_they_are_asked_about() -> None:
    admin = Host(caller_of("admin@demo.example", language="en"))
    seen = set()
    for tool, given, before in writes_of_what_is_there():
        reply = under_ask(admin, tool).send(tool, given)
        assert error_of(reply)["code"] == "must_ask_first", tool
        assert reply.result["_meta"]["fracttal-one/change"] == {
            "tool": tool,
            "before": before,
            "after": given,
        }
        seen.add((tool, bool(before)))
    assert len(seen) == 7


def test_every_figure_of_every_metric_has_a_name_in_the_card() -> None:
    """The totals of a metric are no fields of a schema, so each metric is asked for."""
    admin = Host(caller_of("admin@demo.example", language="es"))
    document = Documents(list(CATALOGUE.tools.values())).content(METRIC.address)
    assert document is not None
    (found,) = re.findall(r"const TEXTS=(.*?);\n", document["text"])
    names = orjson.loads(found)["es"]["fields"]
    for metric in get_args(Metric):
        arguments: dict[str, Any] = {"metric": metric, "allow_calls": 60}
        reply = admin.send("get_maintenance_metrics", arguments)
        if reply.result["isError"]:
            reply = admin.send("get_maintenance_metrics", {"metric": metric})
        data = answer_of(reply)
        assert set(data["overall"]) - set(names) == set(), metric
        for row in data.get("rows", []):
            assert set(row) - set(names) == set(), metric
