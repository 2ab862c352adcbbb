"""What the title of a request or a task says, so that titles in three languages can be compared."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mcp_gateway.calls.text_matching import fold

WORDS = Path(__file__).with_name("maintenance_words.toml")
FILLER = "filler"
SHARE = 0.5  # of the shorter title's words, for two titles about one asset
NEAR = 0.5  # Dice's coefficient, for two titles about anything
FEWEST_SHARED = 2
LIKENESS = 0.8  # difflib ratio of two words: mangueira and manguera have 0.94
SHORTEST_WORD = 4  # that counts if the vocabulary does not have it
SHORTEST_MISSPELT = 5
_word = re.compile(r"\w+")
_numbered = re.compile(r"[^\W\d]{0,3}(\d+)")  # P-101 and P101 are the same


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`words` and `beginnings` lead to a concept, `sections` from there to its section.

    `phrases` are several words that stand for one concept.
    """

    words: Mapping[str, str]
    beginnings: Mapping[str, str]
    phrases: Mapping[re.Pattern[str], str]
    sections: Mapping[str, str]
    fillers: frozenset[str]

    def concept(self, word: str) -> str | None:
        if word in self.words:
            return self.words[word]
        ends = range(len(word), 2, -1)
        return next((self.beginnings[word[:end]] for end in ends if word[:end] in self.beginnings), None)


@cache
def vocabulary() -> Vocabulary:
    words: dict[str, str] = {}
    beginnings: dict[str, str] = {}
    phrases: dict[re.Pattern[str], str] = {}
    sections: dict[str, str] = {}
    read = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    fillers = frozenset(read.pop(FILLER)["words"])
    for section, concepts in read.items():
        for concept, forms in concepts.items():
            sections[concept] = section
            for form in forms:
                stem = form.removesuffix("*")
                if " " in form:
                    end = r"\w*" if form.endswith("*") else ""
                    phrases[re.compile(rf"\b{re.escape(stem)}{end}\b")] = concept
                else:
                    (words if stem == form else beginnings)[stem] = concept
    return Vocabulary(words, beginnings, phrases, sections, fillers)


@dataclass(frozen=True, slots=True)
class Meaning:
    """The concepts of a title, by section, the other words that matter, and the numbers."""

    concepts: frozenset[str]
    others: frozenset[str]
    numbers: frozenset[int]

    @property
    def words(self) -> frozenset[str]:
        return self.concepts | self.others

    def of_section(self, section: str) -> frozenset[str]:
        known = vocabulary().sections
        return frozenset(concept for concept in self.concepts if known[concept] == section)

    def shared_with(self, other: Meaning) -> int:
        """Count the words in common. Similar ones count too: typos, and words of a related language."""
        same = self.others & other.others
        rest = other.others - same
        similar = sum(1 for word in self.others - same if _has_similar(word, rest))
        return len(self.concepts & other.concepts) + len(same) + min(similar, len(rest))

    def is_about_another(self, other: Meaning) -> bool:
        """Say whether both name something of a section, or numbers, and nothing in common."""
        pairs = [
            (self.of_section(section), other.of_section(section))
            for section in set(vocabulary().sections.values())
        ]
        named = [one and another and not one & another for one, another in pairs]
        return any(named) or bool(self.numbers and other.numbers and not self.numbers & other.numbers)


def _has_similar(word: str, others: frozenset[str]) -> bool:
    return len(word) >= SHORTEST_MISSPELT and any(
        other[0] == word[0]
        and len(other) >= SHORTEST_MISSPELT
        and difflib.SequenceMatcher(None, word, other).ratio() >= LIKENESS
        for other in others
    )


def meaning_of(title: str) -> Meaning:
    known = vocabulary()
    text = fold(title)
    concepts, others, numbers = set[str](), set[str](), set[int]()
    for phrase, concept in known.phrases.items():
        text, times = phrase.subn(" ", text)
        if times:
            concepts.add(concept)
    for word in _word.findall(text):
        if number := _numbered.fullmatch(word):
            numbers.add(int(number[1]))
            continue
        concept_of_word = known.concept(word)
        if concept_of_word is not None:
            concepts.add(concept_of_word)
        elif len(word) >= SHORTEST_WORD and word not in known.fillers:
            others.add(word)
    return Meaning(frozenset(concepts), frozenset(others), frozenset(numbers))


def alike(one: str, other: str) -> bool:
    """Say whether two titles about the same asset may be about the same work."""
    meant, other_meant = meaning_of(one), meaning_of(other)
    if not meant.words or not other_meant.words:
        return fold(one).strip() == fold(other).strip()
    shorter = min(len(meant.words), len(other_meant.words))
    return meant.shared_with(other_meant) >= SHARE * shorter


def near(one: str, other: str) -> bool:
    """Say whether two titles are the same, or say much the same, whichever assets they are about."""
    if _word.findall(fold(one)) == _word.findall(fold(other)):
        return True
    meant, other_meant = meaning_of(one), meaning_of(other)
    shared = meant.shared_with(other_meant)
    if shared < FEWEST_SHARED or meant.is_about_another(other_meant):
        return False
    numbers = len(meant.numbers & other_meant.numbers)
    size = sum(len(each.words) + len(each.numbers) for each in (meant, other_meant))
    return 2 * (shared + numbers) >= NEAR * size
