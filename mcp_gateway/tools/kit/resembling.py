"""What may have been meant where nothing has that name: slips of the keys and words of a sister language."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import TypeVar

from mcp_gateway.tools.kit.text import fold

R = TypeVar("R")

MOST_SHOWN = 5
LIKENESS = 0.75  # of two words, as difflib counts it: bonba and bomba have 0.8
SHORTEST_WORD = 4  # shorter ones resemble too much
MOST_WORDS = 8
_word = re.compile(r"\w+")


def resembling(words: str, rows: Sequence[tuple[R, str]]) -> list[R]:
    """Of rows with their folded texts, those with each of the words or one much like it, closest first."""
    asked = _word.findall(fold(words))
    if len(asked) > MOST_WORDS:
        return []
    known = {word for _, text in rows for word in _word.findall(text)}
    wanted = [_forms(word, known) for word in asked]
    if not wanted or not all(wanted):
        return []
    fitting = [
        (row, text) for row, text in rows if all(any(form in text for form in forms) for forms in wanted)
    ]
    fitting.sort(key=lambda fit: len(fit[1]))
    return [row for row, _ in fitting]


def _forms(word: str, known: set[str]) -> list[str]:
    """The word as it stands somewhere in the texts, or what stands there instead."""
    if any(word in other for other in known):
        return [word]
    return difflib.get_close_matches(word, known, n=5, cutoff=LIKENESS) if len(word) >= SHORTEST_WORD else []
