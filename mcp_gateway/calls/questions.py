"""Questions to the person that let a refused call continue, and the answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question: choose one of `choices` (value to title), open the page at `url`, or else answer yes or no.

    `about` names the text of the question (asking.py), which is filled with `facts`. `subject` distinguishes
    it from other questions of the call; an answer is valid for that subject only.
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
    """An answer; `value` is the choice, if there was one. `once` names it, so that it counts one time."""

    said: Said
    value: str = ""
    once: str = ""


Answers = Mapping[str, Answer]  # by the key of the question
