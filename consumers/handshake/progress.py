"""How far a consumer's connection has come, computed from what was seen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db.models import Q

from consumers.handshake.models import HandshakeEvent
from consumers.handshake.steps import FROM_ANYBODY, OF_CALLS, OF_PROGRAMS, Step
from consumers.models import Consumer

# Clients try GET for a stream and go on without one, so its refusal means nothing once they have begun.
_HARMLESS_LATER = frozenset({"http_405"})


class State(StrEnum):
    DONE = "done"
    FAILED = "failed"
    WAITING = "waiting"
    SKIPPED = "skipped"  # a later step succeeded without it, for example from the client's cache


@dataclass(frozen=True, slots=True)
class StepProgress:
    """One step. `from_anybody`: nothing says that it was this consumer's client."""

    step: Step
    state: State
    at: dt.datetime | None = None
    reason: str = ""
    times: int = 0
    facts: dict[str, Any] = field(default_factory=dict)
    from_anybody: bool = False


def steps_of(consumer: Consumer) -> tuple[Step, ...]:
    return tuple(Step) if consumer.is_authorization_code else OF_PROGRAMS


def progress_of(consumer: Consumer, since: dt.datetime) -> list[StepProgress]:
    """Return the state of each step, from what was seen after `since`."""
    seen = HandshakeEvent.objects.filter(Q(consumer=consumer) | Q(consumer=None), at__gte=since).order_by(
        "at"
    )
    return read(list(seen), steps_of(consumer))


def read(seen: Iterable[HandshakeEvent], steps: tuple[Step, ...]) -> list[StepProgress]:
    """Read the events, oldest first. Of several failures of a step the last one counts."""
    done: dict[str, HandshakeEvent] = {}
    failed: dict[str, HandshakeEvent] = {}
    strangers: dict[str, HandshakeEvent] = {}
    for event in seen:
        if event.consumer_id is None and event.step not in FROM_ANYBODY:
            if event.reason:
                strangers[event.step] = event
        elif event.reason:
            failed[event.step] = event
        else:
            done[event.step] = event
    found: list[StepProgress] = []
    for number, step in enumerate(steps):
        later = {
            each: done[each] for each in steps[number + 1 :] if each in done and each not in FROM_ANYBODY
        }
        # People who are connected already go on calling: that mends nothing for the one who connects.
        mending = [event for each, event in later.items() if step in OF_CALLS or each not in OF_CALLS]
        found.append(_one(step, done.get(step), failed.get(step), mending, went_on=bool(later)))
    _show_a_strangers_failure(found, strangers)
    return found


def _one(
    step: Step,
    done: HandshakeEvent | None,
    failed: HandshakeEvent | None,
    mending: list[HandshakeEvent],
    *,
    went_on: bool,
) -> StepProgress:
    """Return the state of one step. `mending` are the later events that end a failure of it."""
    succeeded = [event.at for event in (done, *mending) if event is not None]
    if failed is not None and not (
        succeeded and (max(succeeded) >= failed.at or failed.reason in _HARMLESS_LATER)
    ):
        return StepProgress(step, State.FAILED, failed.at, failed.reason, failed.times, failed.facts)
    if done is not None:
        return StepProgress(
            step, State.DONE, done.at, "", done.times, done.facts, from_anybody=step in FROM_ANYBODY
        )
    return StepProgress(step, State.SKIPPED if went_on else State.WAITING)


def _show_a_strangers_failure(found: list[StepProgress], strangers: dict[str, HandshakeEvent]) -> None:
    """Show a failure that no consumer can be told of, at the step where this connection stands."""
    if any(each.state is State.FAILED for each in found):
        return
    for number, each in enumerate(found):
        if each.state is not State.WAITING or each.step in FROM_ANYBODY:
            continue
        event = strangers.get(each.step)
        if event is not None:
            found[number] = StepProgress(
                each.step, State.FAILED, event.at, event.reason, event.times, event.facts, from_anybody=True
            )
        return
