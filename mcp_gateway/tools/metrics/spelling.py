"""Groups records by texts that people typed, in the spelling that is used most."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import TypeVar

from mcp_gateway.calls.text_matching import fold

R = TypeVar("R")
NOBODY = "-"  # the key of what has no text, code or person


def by_text(rows: Iterable[R], text: Callable[[R], str | None]) -> dict[str, list[R]]:
    """Group rows by a text without regard to case, accents and the number of spaces.

    The key is the most frequent spelling, of equally frequent ones the first in the alphabet. Rows without
    text are in the group "-".
    """
    groups: dict[str, list[tuple[str, R]]] = defaultdict(list)
    for row in rows:
        written = " ".join((text(row) or "").split()) or NOBODY
        groups[fold(written)].append((written, row))
    return {_usual(part): [row for _, row in part] for part in groups.values()}


def _usual(part: list[tuple[str, R]]) -> str:
    counted = Counter(written for written, _ in part)
    return min(counted, key=lambda written: (-counted[written], written))


def most_frequent(rows: Iterable[R], text: Callable[[R], str | None], most: int) -> list[str]:
    """Return the texts that occur most, and of equally frequent ones the first in the alphabet."""
    groups = by_text(rows, text)
    known = sorted(groups.keys() - {NOBODY}, key=lambda key: (-len(groups[key]), key))
    return known[:most]
