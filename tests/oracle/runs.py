"""How many plants a test draws: a share of 700 in the ordinary suite, of ORACLE_PLANTS in a long run."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, settings

PLANTS = int(os.environ.get("ORACLE_PLANTS", "700"))
# A long run draws other plants each time. The ordinary suite draws the same ones, so its result is
# repeatable.
SOAK = "ORACLE_PLANTS" in os.environ


def on_many_plants(shares: int, part: float = 0.5) -> Callable[[Any], Any]:
    """Draw `part` of all plants, divided among `shares` tests."""
    return settings(
        max_examples=max(1, round(PLANTS * part / shares)),
        deadline=None,
        database=None,
        derandomize=not SOAK,
        print_blob=False,
        phases=[Phase.generate] if os.environ.get("ORACLE_FAST") else [Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
