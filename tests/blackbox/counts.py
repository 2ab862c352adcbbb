"""How often the long forms repeat: a few times in the suite, as often as `make soak` says there."""

from __future__ import annotations

import os
import random


def count(name: str, usual: int) -> int:
    """Return the number of rounds: BLACKBOX_<NAME>, or the usual one."""
    return int(os.environ.get(f"BLACKBOX_{name}", usual))


def seeded(name: str) -> random.Random:
    """Return chance that repeats: with the same BLACKBOX_SEED a run does the same."""
    return random.Random(f"{os.environ.get('BLACKBOX_SEED', '13')}-{name}")
