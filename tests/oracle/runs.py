"""How many plants a test draws: a share of 700 in the ordinary suite, of ORACLE_PLANTS in a soak."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, settings

PLANTS = int(os.environ.get("ORACLE_PLANTS", "700"))
# A soak draws other plants each time; the ordinary suite the same ones, and is green or red for a reason.
SOAK = "ORACLE_PLANTS" in os.environ


# What asks no database is not compared in full once more where another one is tried.
ON_POSTGRES = os.environ.get("DATABASE_URL", "").startswith("postgres")


def on_many_plants(shares: int, part: float = 0.5, *, embedded: bool = False) -> Callable[[Any], Any]:
    """`part` of all the plants, divided among `shares` tests; on PostgreSQL a tenth of those that are not
    `embedded`."""
    if ON_POSTGRES and not embedded:
        part /= 10
    return settings(
        max_examples=max(1, round(PLANTS * part / shares)),
        deadline=None,
        database=None,
        derandomize=not SOAK,
        print_blob=False,
        phases=[Phase.generate] if os.environ.get("ORACLE_FAST") else [Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
