"""Translates known refusals of the upstream into our own sentences.

Texts of the upstream never reach a person, because they may contain what people wrote. Of a known text only
the numbers are used; an unknown one is not repeated.
"""

from __future__ import annotations

import re

from mcp_gateway.calls.errors import NOT_ACCEPTED

_NUMBER = r"(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)"
_REASONS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), sentence)
    for pattern, sentence in (
        (
            rf"only {_NUMBER} are in stock",
            (
                "There is not enough stock: only {0} of one of these items. Issue no more than that, or "
                "enter goods first."
            ),
        ),
        (
            rf"only {_NUMBER} are pending in the requisition",
            (
                "The requisition has only {0} of one of these items pending. Issue no more than that, "
                "and the rest with a general issue."
            ),
        ),
        (
            r"requisition is closed",
            "The requisition is closed: nothing of it is pending. Make a general issue.",
        ),
        (r"work order was cancelled", "The work order was cancelled: make a general issue instead."),
        (
            r"meter triggers or subtasks",
            "That plan has meter triggers or subtasks, and such plans can be assigned only in Fracttal One.",
        ),
        (r"asset has a task plan already", "The asset already has a task plan."),
        (r"have a task plan", "Only locations, equipment and tools can have a task plan."),
        (r"associated before", "The item is already linked with that warehouse."),
        (r"too long or too large", "A value is too long or too large to be stored."),
        (r"request can be moved only", "The request must be open, in process or rejected to be changed."),
        (r"request names no asset", "The request names no asset, so no task can be made of it."),
        (r"request must be open or in process", "The request must be open or in process."),
        (
            r"pending task was not found",
            (
                "A pending task was not found, or it already has a work order. list_pending_tasks shows "
                "what is waiting."
            ),
        ),
        (
            r"task of the event has resources",
            "The task of that event has resources: use create_pending_task.",
        ),
        (r"neither in process nor in review", "The work order is neither in process nor in review."),
        (
            r"cost more, or take more hours",
            "That would make the task's cost or duration larger than can be stored.",
        ),
        (r"deleted meanwhile", "A record that it refers to was deleted in the meantime: look for it again."),
        (r"another reading at this date", "The meter already has another reading at that time."),
        (r"newer than the last reading", "The reading must be newer than the last one of the meter."),
        (r"counter only counts up", "A counter only counts up: the value does not fit its other readings."),
    )
)
# Problems of a field, in the words of the embedded API and of Django REST framework.
_PROBLEMS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), problem)
    for pattern, problem in (
        (r"\bis required", "is required"),
        (r"only dots", "must not be only dots: choose a code with a letter or a figure in it"),
        (r"not be in the future", "must not be in the future"),
        (r"not kept in this warehouse", "is not kept in this warehouse"),
        (r"not found", "was not found"),
        (r"may not be blank|not be empty", "must not be empty"),
        (r"must be above 0", "must be above 0"),
        (rf"(?:at most|no more than) {_NUMBER} characters", "must have at most {0} characters"),
        (r"below the asset itself", "is below the asset itself"),
    )
)


def reason(text: str) -> str | None:
    """Return our sentence for a message of the upstream, None if it is unknown."""
    return _translated(text, _REASONS)


def problem(text: object) -> str:
    """Describe in our words what is wrong with a field."""
    known = _translated(text, _PROBLEMS) if isinstance(text, str) else None
    return known or NOT_ACCEPTED


def _translated(text: str, known: tuple[tuple[re.Pattern[str], str], ...]) -> str | None:
    for pattern, sentence in known:
        if match := pattern.search(text[:500]):
            return sentence.format(*match.groups())
    return None
