"""Every filter of every list, alone and combined: the same records in the same order, whole or in pages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oracle.asking import Question
from tests.oracle.checking_lists import check, chosen
from tests.oracle.conftest import World
from tests.oracle.dice import Dice
from tests.oracle.drawn import FACES, NOON
from tests.oracle.filters import Filter
from tests.oracle.growing import as_embedded, large_plant, plants
from tests.oracle.lists import LISTS
from tests.oracle.plants import Plant
from tests.oracle.runs import on_many_plants
from tests.oracle.scripted import QUIRKS, Quirks
from tests.oracle.without_database import ScriptedWorld

LIMITS = st.sampled_from([100, 3, 1, 25])


@pytest.mark.parametrize("name", LISTS)
def test_a_list_holds_what_the_tables_hold(name: str, scripted: ScriptedWorld) -> None:
    listed = LISTS[name]
    filters = st.lists(st.sampled_from(sorted(listed.filters)), max_size=3, unique=True)

    @on_many_plants(len(LISTS))
    @given(plants(), filters if listed.filters else st.just([]), FACES, LIMITS)
    def run(plant: Plant, names: list[str], faces: bytes, limit: int) -> None:
        made = chosen(plant, listed, names, Dice(faces))
        if made is not None:
            scripted.plant(plant)
            check(scripted, plant, listed, made, limit)

    run()


@pytest.mark.parametrize("name", LISTS)
def test_and_over_an_upstream_with_the_quirks_of_the_live_one(name: str, scripted: ScriptedWorld) -> None:
    listed = LISTS[name]
    filters = st.lists(st.sampled_from(sorted(listed.filters)), max_size=3, unique=True)

    @on_many_plants(len(LISTS), 0.2)
    @given(plants(), filters if listed.filters else st.just([]), FACES, LIMITS, QUIRKS)
    def run(plant: Plant, names: list[str], faces: bytes, limit: int, quirks: Quirks) -> None:
        made = chosen(plant, listed, names, Dice(faces))
        if made is not None:
            scripted.quirks = quirks
            scripted.plant(plant)
            check(scripted, plant, listed, made, limit)

    run()


def test_and_over_the_embedded_api(world: World) -> None:
    @on_many_plants(1, 0.05)
    @given(
        plants(embedded=True),
        st.sampled_from(sorted(LISTS)),
        st.lists(st.integers(0, 7), max_size=3, unique=True),
        FACES,
        LIMITS,
    )
    def run(plant: Plant, name: str, numbers: list[int], faces: bytes, limit: int) -> None:
        listed = LISTS[name]
        names = sorted(listed.filters)
        made = chosen(
            plant, listed, [names[number] for number in numbers if number < len(names)], Dice(faces)
        )
        if made is not None:
            world.plant(plant)
            check(world, plant, listed, made, limit)

    run()


@pytest.mark.parametrize("name", LISTS)
def test_each_list_says_of_a_full_plant_what_its_tables_say(name: str, world: World) -> None:
    plant = large_plant(9, NOON, details=1, orders=12, tasks=30, equipment=12, lines=20)
    as_embedded(plant)
    filters = chosen(plant, LISTS[name], [], Dice(b""))
    assert filters is not None
    world.plant(plant)
    check(world, plant, LISTS[name], filters, 25)


def test_somebody_without_a_code_is_nobody_else(scripted: ScriptedWorld) -> None:
    """O7: orders of Ana Pérez are not those of Ana, who has no code to distinguish her."""
    plant = large_plant(5, NOON, people=0, tasks=60)
    plant.add("Personnel", code=None, first_name="Ana", last_name="", active=True, only_request=False)
    plant.add("Personnel", code="TEC-2", first_name="Ana", last_name="Pérez", active=True, only_request=False)
    for order in plant["WorkOrder"]:
        order["responsible_id"], order["contact_id"] = (1, 2, None)[order["id"] % 3], None
    scripted.plant(plant)
    for name, number in (("Ana", 1), ("Ana Pérez", 2)):
        asked = [Filter({"responsible": name}, f"responsible_id = {number}")]
        check(scripted, plant, LISTS["list_work_orders work_orders"], asked, 2)
        [reply] = scripted.ask(Question("list_work_orders", {"responsible": name}))
        assert not any("nobody" in note for note in reply.answer["notes"]), reply


@pytest.mark.parametrize(
    "quirks", [Quirks(cap=7), Quirks(cap=7, total="missing"), Quirks(cap=5, total="text")]
)
def test_records_that_say_the_same_are_no_page_that_came_twice(
    quirks: Quirks, scripted: ScriptedWorld
) -> None:
    """O21: people have no number, and the first one of a later page was like the first of all."""
    plant = Plant(NOON)
    for number in range(16):
        telephone = str(number) if number in {3, 9} else None
        plant.add(
            "Personnel",
            code=None,
            first_name="Ana",
            last_name="",
            active=True,
            only_request=False,
            telephone_1=telephone,
        )
    scripted.quirks = quirks
    scripted.plant(plant)
    check(scripted, plant, LISTS["list_people people"], [], 100)


def test_nothing_after_the_only_match_is_the_end_and_no_refusal(scripted: ScriptedWorld) -> None:
    """O22: without a total, the only match on a full page had a cursor, which led to "there is no such"."""
    plant = large_plant(9, NOON)
    scripted.quirks = Quirks(total="missing")
    scripted.plant(plant)
    listed = LISTS["list_third_parties third_parties"]
    filters = chosen(plant, listed, ["code"], Dice(b""))
    assert filters is not None
    check(scripted, plant, listed, filters, 1)
