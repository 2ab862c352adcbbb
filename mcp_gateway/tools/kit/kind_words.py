"""The kind of record that a query names before a number, a code or words: solicitud 359, OS 1496."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mcp_gateway.tools.kit.identifiers import bare

WORDS = Path(__file__).with_name("kind_words.toml")
NUMBER = "number"
MOST_WORDS = 4  # of a kind's name
_signs = re.compile(r"^[#:.°º]+|[#:.,°º]+$")
_glued = re.compile(r"^(?:n|no|nr|nro|num)?[#:.°º]+(?=\d)")  # n°359, #359


@dataclass(frozen=True, slots=True)
class Named:
    """The kind, and the rest of the query. `is_code` says that the rest is one code or number."""

    kind: str
    rest: str

    @property
    def is_code(self) -> bool:
        return len(self.rest.split()) == 1 and any(map(str.isdigit, self.rest))


@cache
def _kinds() -> Mapping[str, str]:
    kinds: Mapping[str, list[str]] = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    return {word: kind for kind, words in kinds.items() for word in words}


@cache
def words_for(kind: str) -> frozenset[str]:
    return frozenset(word for word, meant in _kinds().items() if meant == kind)


def named(query: str) -> Named | None:
    """Return the kind that the query names first, None if it names none or nothing else."""
    words = query.split()
    folded = [_signs.sub("", bare(word)) for word in words]
    kind, taken = _first_words(folded)
    if kind is None or kind == NUMBER:
        return None
    while taken < len(words) and (not folded[taken] or _first_words(folded[taken:])[0] == NUMBER):
        taken += max(1, _first_words(folded[taken:])[1])
    rest = words[taken:]
    if rest:
        rest[0] = _without_sign(rest[0])
    return Named(kind, " ".join(rest)) if rest else None


def _first_words(folded: list[str]) -> tuple[str | None, int]:
    """Return what the first words mean, the longest name first, and how many words that is."""
    for count in range(min(MOST_WORDS, len(folded)), 0, -1):
        kind = _kinds().get(" ".join(folded[:count]))
        if kind is not None:
            return kind, count
    return None, 0


def _without_sign(word: str) -> str:
    sign = _glued.match(bare(word))
    return word[sign.end() :] if sign and len(bare(word)) == len(word) else word
