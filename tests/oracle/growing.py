"""Plants drawn by hypothesis: bytes for each kind of row, and the rows derived from them."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.oracle import plant_assets, plant_details, plant_log, plant_meters, plant_stock, plant_work
from tests.oracle.calendars import Calendar, calendars
from tests.oracle.dice import FACES, Dice, rolls
from tests.oracle.plants import Plant


def plants(*, rows: int = 14, embedded: bool = False) -> st.SearchStrategy[Plant]:
    """Draw a plant. `rows` limits each of the larger tables; many plants are far smaller, some are empty.

    An `embedded` plant contains only what the embedded tables can: all costs are known, the last step of a
    counter follows from its value, nobody has an account, and triggers have no operator.
    """

    kinds: dict[str, Any] = {
        "places": rolls(0, 4),
        "equipment": rolls(0, 7),
        "people": rolls(0, 4),
        "stops": rolls(0, rows),
        "orders": rolls(0, rows),
        "tasks": rolls(0, 2 * rows),
        "requests": rolls(0, rows),
        "changes": rolls(0, rows),
        "meters": rolls(0, 5),
        "readings": rolls(0, rows),
        "passed": rolls(0, 5),
        "plans": rolls(0, 3),
        "supply": rolls(0, 5),
        "levels": rolls(0, 8),
        "movements": rolls(0, 6),
        "lines": rolls(0, rows),
        "resources": rolls(0, rows),
        "pending": rolls(0, rows),
        "changes_logged": rolls(0, rows),
        "details": rolls(0, 1),
    }

    @st.composite
    def plant(draw: st.DrawFn) -> Plant:
        made = Plant(draw(calendars()))
        _grow(made, {kind: [Dice(faces) for faces in draw(strategy)] for kind, strategy in kinds.items()})
        if embedded:
            as_embedded(made)
        return made

    return plant()


def as_embedded(plant: Plant) -> None:
    plant_work.know_costs_and_estimates(plant)
    plant_meters.pass_the_last_steps(plant)
    plant["Account"].clear()
    plant["Operator"].clear()


def large_plant(seed: int, calendar: Calendar, **rows: int) -> Plant:
    """Return the same plant each time, with the given number of rows per kind, more than are ever drawn."""
    made, random = Plant(calendar), Random(seed)
    kinds = ["places", "equipment", "people", "stops", "orders", "tasks", "requests", "changes", "meters"]
    kinds += ["readings", "passed", "plans", "supply", "levels", "movements", "lines", "resources", "pending"]
    kinds += ["changes_logged", "details"]
    _grow(
        made,
        {
            kind: [Dice(random.randbytes(FACES)) for _ in range(rows.get(kind, 10 * (kind != "details")))]
            for kind in kinds
        },
    )
    return made


def _grow(plant: Plant, dice: dict[str, list[Dice]]) -> None:
    plant_assets.add_to(plant, dice)
    plant_work.add_to(plant, dice)
    plant_meters.add_to(plant, dice)
    plant_stock.add_to(plant, dice)
    plant_log.add_to(plant, dice)
    plant_details.add_to(plant, dice)
