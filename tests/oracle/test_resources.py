"""resources/read: each URI gives what the tables say, to those who may read it and nobody else."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_gateway.methods.resources import KINDS, list_templates
from mcp_gateway.protocol.messages import ProtocolError
from tests.oracle import records
from tests.oracle.comparing_records import unlike
from tests.oracle.conftest import World
from tests.oracle.dice import Dice
from tests.oracle.drawn import NOON
from tests.oracle.fetched import FETCHED
from tests.oracle.growing import plants
from tests.oracle.plants import Plant, Row
from tests.oracle.runs import on_many_plants
from tests.oracle.scripted import QUIRKS, Quirks
from tests.oracle.tables import Tables
from tests.oracle.without_database import ScriptedWorld
from tests.text_reader import read, to_the_minute

FACES = st.binary(min_size=8, max_size=8)
ODD_CODES = ("A/7", "50% ñ", "x y", "#1?q=2", "..a")


@dataclass(frozen=True)
class Kind:
    """`fetched` is the kind in fetch, `right` allows reading it, `also` names further parts."""

    template: str
    fetched: str
    right: str
    also: frozenset[str] = frozenset({"url"})

    def uri(self, name: Any) -> str:
        return self.template.partition("{")[0] + quote(str(name), safe="")


RESOURCES = {
    "work-orders": Kind(
        "fracttal://work-orders/{folio}",
        "work_order",
        "work_orders:view",
        frozenset({"url", "tasks", "tasks_left_out", "notes"}),
    ),
    "assets": Kind(
        "fracttal://assets/{code}", "asset", "assets:view", frozenset({"url", "parts_notes", "notes"})
    ),
    "requests": Kind("fracttal://requests/{id}", "work_request", "work_requests:view"),
}


def test_each_template_is_compared() -> None:
    assert {kind.segment: kind.template for kind in KINDS} == {
        name: kind.template for name, kind in RESOURCES.items()
    }


def answer_of(text: str) -> Row:
    whole: Row = to_the_minute(read(text))
    return whole


def on_the_minute(row: Row) -> Row:
    """Texts have times to the minute. Those of the tables are in seconds."""
    return {
        name: value // 60 * 60 if value and name.endswith(("_at", "since", "until")) else value
        for name, value in row.items()
    }


def check(world: Any, plant: Plant, kind: Kind, roll: Dice) -> None:
    named, sql, _ = FETCHED[kind.fetched]
    if plant["Item"] and roll.once_in(2):
        roll.of(plant["Item"])["code"] = roll.of(ODD_CODES)
    name = named(plant, roll)
    if name is None:
        return
    world.plant(plant)
    tables = Tables(plant)
    whole = on_the_minute(*tables(sql, code=name))
    tasks = tables(records.TASKS, code=name) if kind.fetched == "work_order" else []
    tasks = list(map(on_the_minute, tasks))
    answer = answer_of(world.read(kind.uri(name)))
    found = unlike(answer, whole, {"tasks": tasks} if tasks else {})
    found += [f"{field}: only the answer has it" for field in answer.keys() - whole.keys() - kind.also]
    world.tally.figures += len(whole) + sum(map(len, tasks))
    assert not found, "\n".join([*found, repr(answer)])


@pytest.mark.parametrize("name", RESOURCES)
def test_a_resource_says_what_the_tables_say(name: str, scripted: ScriptedWorld) -> None:
    @on_many_plants(len(RESOURCES), 0.2)
    @given(plants(), FACES, QUIRKS)
    def run(plant: Plant, faces: bytes, quirks: Quirks) -> None:
        scripted.quirks = quirks
        check(scripted, plant, RESOURCES[name], Dice(faces))

    run()


def test_and_over_the_embedded_api(world: World) -> None:
    @on_many_plants(1, 0.04)
    @given(plants(embedded=True), st.sampled_from([*RESOURCES]), FACES)
    def run(plant: Plant, name: str, faces: bytes) -> None:
        check(world, plant, RESOURCES[name], Dice(faces))

    run()


def _plant(email: str) -> Plant:
    """Build a plant: orders of Ana, who has the account, of Luis and of nobody; a request; an asset."""
    plant = Plant(NOON)
    plant.add("Personnel", code="TEC-1", first_name="Ana", last_name="", active=True, account_email=email)
    plant.add("Personnel", code="TEC-2", first_name="Luis", last_name="", active=True)
    item = plant.add("Item", type=2, code="B/1", field_1="Bomba", description="Bomba { B/1 }")
    plant.add("WorkRequest", item_id=item["id"], description="Fuga", requested_by="x", date_incident=NOON.now)
    for number, person in enumerate((1, 2, None), 1):
        order = plant.add("WorkOrder", folio=f"OT/{number}", responsible_id=person, creation_date=NOON.now)
        plant.add(
            "WorkOrderTask",
            work_order_id=order["id"],
            order_date=NOON.now,
            item_id=item["id"],
            item_description="Bomba { B/1 }",
            description="Revisar",
            task_type="Preventiva",
            date_maintenance=NOON.now,
            cal_date_maintenance=NOON.now,
        )
    return plant


NAMES = {"work-orders": "OT/1", "assets": "B/1", "requests": 1}


def _templates(caller: Any) -> set[str]:
    listed = asyncio.run(list_templates(caller, {}, {}))
    return {template["uriTemplate"] for template in listed["resourceTemplates"]}


@pytest.mark.parametrize("rights", [(), *((kind.right,) for kind in RESOURCES.values())])
def test_a_right_opens_its_own_resource_and_no_other(rights: tuple[str, ...], world: World) -> None:
    world.plant(_plant("nobody@example.com"))
    person = world.person(rights=list(rights))
    assert _templates(person) == {kind.template for kind in RESOURCES.values() if kind.right in rights}
    for name, kind in RESOURCES.items():
        uri = kind.uri(NAMES[name])
        if kind.right in rights:
            assert answer_of(world.read(uri, person))
        else:
            with pytest.raises(ProtocolError) as refused:
                world.read(uri, person)
            said = f"{refused.value.message} {refused.value.data}"
            assert not any(word in said for word in ("Bomba", "Revisar", "Fuga")), said


def test_who_sees_only_the_own_orders_reads_no_others(world: World) -> None:
    person = world.person(own_work_orders_only=True)
    world.plant(_plant(person.user_email))
    kind = RESOURCES["work-orders"]
    assert answer_of(world.read(kind.uri("OT/1"), person))["responsible"] == "Ana"
    for folio in ("OT/2", "OT/3"):
        with pytest.raises(ProtocolError) as refused:
            world.read(kind.uri(folio), person)
        with pytest.raises(ProtocolError) as unknown:
            world.read(kind.uri("OT/9"), person)
        assert refused.value.message == unknown.value.message
