"""What a kind of machine is: its makes, its maintenance plan and its failures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from maintenance.demo.kinds import terms
from maintenance.demo.wording import Text

HOUR = 3600

DAILY = 1
WEEKLY = 7
MONTHLY = 30
QUARTERLY = 91
HALF_YEARLY = 182
YEARLY = 365

DATE_TRIGGERS: Mapping[int, str] = {
    WEEKLY: "DATE$EVERY$1$WEEKS",
    MONTHLY: "DATE$EVERY$1$MONTHS",
    QUARTERLY: "DATE$EVERY$3$MONTHS",
    HALF_YEARLY: "DATE$EVERY$6$MONTHS",
    YEARLY: "DATE$EVERY$1$YEARS",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """A task that recurs every `every_days` days, or every `reading_hours` running hours if these are set."""

    text: Text
    every_days: int
    seconds: int
    type: Text = terms.PREVENTIVE
    reading_hours: int | None = None
    stops: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    text: Text
    type: Text
    cause: Text
    repair_hours: float


@dataclass(frozen=True, slots=True)
class MachineKind:
    """A kind of machine. `days_between_failures` is the mean of one machine."""

    group: Text
    group_1: Text
    makes: tuple[tuple[str, str], ...]
    plans: tuple[Plan, ...]
    failures: tuple[Failure, ...]
    days_between_failures: int
    parts: tuple[Text, ...] = ()
