"""Resources, prompts and completion at the endpoint of the product."""

from __future__ import annotations

from typing import Any

import pytest

from audit.models import Event
from maintenance.models import Item, WorkOrder, WorkRequest
from mcp_gateway.calls.caller import Ceiling, Holder, Verdict
from mcp_gateway.protocol.messages import ProtocolError
from mcp_gateway.runtime import runtime
from mcp_gateway.server import served
from tests.gateway.tools.conftest import Person, PersonMaker, run
from tests.text_reader import read

DEMO = {"company__slug": "demo"}


def asked(person: Person, method: str, **params: Any) -> dict[str, Any]:
    given: Any = served(runtime().dispatcher).features[method](person.caller, params, {})
    answer = run(given)
    assert isinstance(answer, dict)
    return answer


def refused(person: Person, method: str, **params: Any) -> ProtocolError:
    with pytest.raises(ProtocolError) as caught:
        asked(person, method, **params)
    assert caught.value.code == -32602
    return caught.value


def completed(person: Person, ref: dict[str, str], name: str, value: str) -> list[str]:
    answer = asked(person, "completion/complete", ref=ref, argument={"name": name, "value": value})
    values: list[str] = answer["completion"]["values"]
    assert len(values) <= 100
    return values


class TestResources:
    def test_templates_of_what_the_person_may_see(self, admin: Person, person: PersonMaker) -> None:
        found = asked(admin, "resources/templates/list")["resourceTemplates"]
        assert [row["uriTemplate"] for row in found] == [
            "fracttal://work-orders/{folio}",
            "fracttal://assets/{code}",
            "fracttal://requests/{id}",
        ]
        few = person(rights=frozenset({"assets:view"}))
        assert len(asked(few, "resources/templates/list")["resourceTemplates"]) == 1

    def test_a_ceiling_or_the_address_leaves_records_out(self, admin: Person, person: PersonMaker) -> None:
        """As for tools/call: not listed, not read, not completed."""
        order = WorkOrder.objects.filter(**DEMO)[0]
        uri = f"fracttal://work-orders/{order.folio}"
        ref = {"type": "ref/resource", "uri": "fracttal://work-orders/{folio}"}
        forbidden = frozenset({("get_work_order", Verdict.NEVER), ("list_work_orders", Verdict.ASK)})
        for changes in (
            {"toolsets": frozenset({"planning"})},
            {"ceilings": (Ceiling(Holder.CONSUMER, tools=forbidden),)},
        ):
            limited = person(**changes)
            templates = asked(limited, "resources/templates/list")["resourceTemplates"]
            assert "work-orders" not in {row["name"] for row in templates}
            refused(limited, "resources/read", uri=uri)
            before = Event.objects.count()
            assert completed(limited, ref, "folio", "") == []
            assert Event.objects.count() == before
        assert completed(admin, ref, "folio", "")

    def test_a_record_is_read_fenced_and_audited(self, admin: Person) -> None:
        order = WorkOrder.objects.filter(**DEMO)[0]
        uri = f"fracttal://work-orders/{order.folio}"
        (content,) = asked(admin, "resources/read", uri=uri)["contents"]
        assert content["uri"] == uri
        assert read(content["text"])["folio"] == order.folio
        assert Event.objects.latest("id").tool == "get_work_order"

    def test_codes_with_slashes_and_spaces(self, admin: Person) -> None:
        item = Item.objects.filter(code__contains="/", type=2, **DEMO)[0]
        uri = "fracttal://assets/" + item.code.replace("/", "%2F").replace(" ", "%20")
        (content,) = asked(admin, "resources/read", uri=uri)["contents"]
        assert item.code in content["text"]
        request = WorkRequest.objects.filter(**DEMO)[0]
        assert asked(admin, "resources/read", uri=f"fracttal://requests/{request.pk}")["contents"]

    @pytest.mark.parametrize(
        "uri",
        [
            "fracttal://nope/1",
            "fracttal://assets/",
            "https://x/assets/1",
            "fracttal://work-orders/NOPE-1",
            "",
        ],
    )
    def test_what_is_not_there(self, admin: Person, uri: str) -> None:
        problem = refused(admin, "resources/read", uri=uri)
        assert problem.message
        assert problem.legacy_code == -32002  # "Resource not found" of the revisions until 2025-11-25

    def test_of_another_company_nothing(self, stranger: Person) -> None:
        order = WorkOrder.objects.filter(**DEMO)[0]
        assert refused(stranger, "resources/read", uri=f"fracttal://work-orders/{order.folio}")


class TestPrompts:
    @pytest.mark.parametrize(
        ("language", "title", "whole"),
        [
            ("en", "Shift handover", "the whole plant"),
            ("es", "Entrega de turno", "toda la planta"),
            ("pt-br", "Passagem de turno", "toda a planta"),
        ],
    )
    def test_in_three_languages(self, person: PersonMaker, language: str, title: str, whole: str) -> None:
        someone = person(language=language)
        listed = {row["name"]: row for row in asked(someone, "prompts/list")["prompts"]}
        assert set(listed) == {
            "shift_handover", "weekly_maintenance_review", "asset_health_report", "plan_next_week",
            "triage_new_requests",
        }  # fmt: skip
        assert listed["shift_handover"]["title"] == title
        (message,) = asked(someone, "prompts/get", name="shift_handover")["messages"]
        assert whole in message["content"]["text"]
        for name, prompt in listed.items():
            given = {argument["name"]: "CMP-01" for argument in prompt["arguments"]}
            (message,) = asked(someone, "prompts/get", name=name, arguments=given)["messages"]
            assert "%(" not in message["content"]["text"]
            assert not given or "CMP-01" in message["content"]["text"]

    def test_only_those_whose_tools_one_may_use(self, technician: Person) -> None:
        names = {row["name"] for row in asked(technician, "prompts/list")["prompts"]}
        assert "weekly_maintenance_review" not in names
        refused(technician, "prompts/get", name="weekly_maintenance_review")

    def test_what_is_missing_or_unknown_is_said(self, admin: Person) -> None:
        assert "asset" in refused(admin, "prompts/get", name="asset_health_report").message
        refused(admin, "prompts/get", name="shift_handover", arguments={"colour": "red"})
        refused(admin, "prompts/get", name="nope")

    def test_an_argument_is_cleaned(self, admin: Person) -> None:
        hostile = "X\u202e\x1b[31m" + "y" * 5000
        answer = asked(admin, "prompts/get", name="shift_handover", arguments={"location": hostile})
        text = answer["messages"][0]["content"]["text"]
        assert "\u202e" not in text
        assert "\x1b" not in text
        assert len(text) < 2000


class TestCompletion:
    def test_codes_of_assets(self, admin: Person) -> None:
        ref = {"type": "ref/resource", "uri": "fracttal://assets/{code}"}
        assert {"CMP-01", "CMP-02"} <= set(completed(admin, ref, "code", "CMP"))
        assert completed(admin, ref, "code", "CMP-0")[0].startswith("CMP-0")
        assert completed(admin, ref, "code", "caldera")

    @pytest.mark.parametrize("typed", ["", "l"])
    def test_more_than_a_hundred_are_said_to_be_more(self, admin: Person, typed: str) -> None:
        ref = {"type": "ref/resource", "uri": "fracttal://assets/{code}"}
        argument = {"name": "code", "value": typed}
        told = asked(admin, "completion/complete", ref=ref, argument=argument)["completion"]
        there = admin.everything("list_assets", "assets", limit=100)
        assert len({row["code"] for row in there}) == len(there) > 100
        assert told["hasMore"] is True
        assert len(told["values"]) == 100 if not typed else len(told["values"]) <= 100
        assert told.get("total") == (None if typed else len(there))

    def test_all_of_a_few_are_said_to_be_all(self, admin: Person) -> None:
        ref = {"type": "ref/resource", "uri": "fracttal://assets/{code}"}
        argument = {"name": "code", "value": "CMP-0"}
        told = asked(admin, "completion/complete", ref=ref, argument=argument)["completion"]
        assert told["hasMore"] is False
        assert told["total"] == len(told["values"]) > 1

    def test_folios_and_places(self, admin: Person, stranger: Person) -> None:
        ref = {"type": "ref/resource", "uri": "fracttal://work-orders/{folio}"}
        folios = completed(admin, ref, "folio", "")
        assert set(folios) <= set(WorkOrder.objects.filter(**DEMO).values_list("folio", flat=True))
        assert set(folios).isdisjoint(completed(stranger, ref, "folio", ""))
        prompt = {"type": "ref/prompt", "name": "shift_handover"}
        places = completed(admin, prompt, "location", "serv")
        assert places
        assert Item.objects.filter(code__in=places, **DEMO).exclude(type=1).count() == 0

    def test_nothing_for_what_is_unknown_or_not_allowed(self, admin: Person, person: PersonMaker) -> None:
        ref = {"type": "ref/resource", "uri": "fracttal://assets/{code}"}
        assert completed(admin, ref, "nope", "x") == []
        assert completed(admin, {"type": "ref/prompt", "name": "nope"}, "asset", "x") == []
        assert completed(person(rights=frozenset({"work_orders:view"})), ref, "code", "CMP") == []
