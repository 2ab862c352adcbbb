"""Constants for the numeric codes of the contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeVar

OrderStatus = Literal["in_process", "review", "completed", "cancelled"]
TaskStatus = Literal["not_started", "in_progress", "paused", "done"]
RequestStatus = Literal[
    "open",
    "in_process",
    "work_order_in_process",
    "solved_without_work_order",
    "cancelled",
    "solved_with_work_order",
    "waiting_for_work_order",
    "work_order_in_review",
    "work_order_cancelled",
    "waiting_for_another_work_order",
    "removed_from_pending",
    "rejected",
    "from_guest_portal",
]
Priority = Literal["very_high", "high", "medium", "low", "very_low"]
Severity = Literal["very_low", "low", "medium", "high", "very_high"]
Damage = Literal["none", "environment", "facilities", "internal_staff", "third_parties", "other"]
ItemType = Literal["location", "equipment", "tool", "spare_part", "digital"]

ORDER_STATUS: dict[int, OrderStatus] = {1: "in_process", 2: "review", 3: "completed", 4: "cancelled"}
TASK_STATUS: dict[int, TaskStatus] = {0: "not_started", 1: "in_progress", 2: "paused", 3: "done"}
REQUEST_STATUS: dict[int, RequestStatus] = {
    1: "open",
    2: "in_process",
    3: "work_order_in_process",
    4: "solved_without_work_order",
    5: "cancelled",
    6: "solved_with_work_order",
    7: "waiting_for_work_order",
    8: "work_order_in_review",
    9: "work_order_cancelled",
    10: "waiting_for_another_work_order",
    11: "removed_from_pending",
    12: "rejected",
    13: "from_guest_portal",
}
PRIORITY: dict[int, Priority] = {1: "very_high", 2: "high", 3: "medium", 4: "low", 5: "very_low"}
PRIORITY_BY_NAME: dict[str, Priority] = {word.upper(): word for word in PRIORITY.values()}
SEVERITY: dict[int, Severity] = {1: "very_low", 2: "low", 3: "medium", 4: "high", 5: "very_high"}
DAMAGE: dict[int, Damage] = {
    1: "none",
    2: "environment",
    3: "facilities",
    4: "internal_staff",
    5: "third_parties",
    6: "other",
}
ITEM_TYPE: dict[int, ItemType] = {1: "location", 2: "equipment", 3: "tool", 4: "spare_part", 5: "digital"}

Word = TypeVar("Word", bound=str)


def number_of(words: Mapping[int, Word], word: Word) -> int:
    return next(number for number, candidate in words.items() if candidate == word)


def word_of(words: Mapping[int, Word], number: int | None) -> Word | None:
    """Return the constant of a code, None if the contract does not know it."""
    return None if number is None else words.get(number)


QuestionKind = Literal["text", "yes_no", "number", "verification", "meter"]
ResourceKind = Literal["part", "labour", "service"]
QUESTION: dict[int, QuestionKind] = {1: "text", 2: "yes_no", 3: "number", 4: "verification", 5: "meter"}
RESOURCE: dict[int, ResourceKind] = {1: "part", 2: "labour", 3: "service"}
# The stored value of an answer → our constant.
ANSWER: dict[str, dict[str, str]] = {
    "yes_no": {"true": "yes", "false": "no", "n/a": "not_applicable"},
    "verification": {"1": "pass", "2": "alert", "3": "fail"},
}
