"""What a person could answer so that a refused call goes on, and what was answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One of `choices` (value and title) is chosen, or the page at `url` is opened; where there is neither,
    the answer is yes or no.

    `about` names the sentence that asks it (asking.py), which holds `facts`. `subject` tells it from other
    questions of one call, and is all that an answer is good for.
    """

    about: str
    subject: str = ""
    facts: Mapping[str, str | float] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)
    url: str = ""

    @property
    def key(self) -> str:
        return f"{self.about} {self.subject}"


class Said(StrEnum):
    YES = "yes"
    NONE_OF_THESE = "none_of_these"
    DECLINED = "declined"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Answer:
    """`value` is the one that was chosen."""

    said: Said
    value: str = ""


Answers = Mapping[str, Answer]  # by the key of the question
