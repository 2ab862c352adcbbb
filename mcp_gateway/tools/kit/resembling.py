"""Suggestions if nothing has a name: typos, and words of a related language."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import TypeVar

from mcp_gateway.calls.text_matching import fold

R = TypeVar("R")

MOST_SHOWN = 5
LIKENESS = 0.75  # difflib ratio of two words: bonba and bomba have 0.8
SHORTEST_WORD = 4  # shorter words are too similar to each other
MOST_WORDS = 8
_word = re.compile(r"\w+")


def resembling(words: str, rows: Sequence[tuple[R, str]]) -> list[R]:
    """Return the rows whose folded text contains each word or a similar one, closest first."""
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
    """Return the word itself if the texts contain it, otherwise the similar words that they contain."""
    if any(word in other for other in known):
        return [word]
    return difflib.get_close_matches(word, known, n=5, cutoff=LIKENESS) if len(word) >= SHORTEST_WORD else []
