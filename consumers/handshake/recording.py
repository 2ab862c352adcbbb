"""Notes what programs do while they connect, for the page that watches them.

This is no audit log: strangers cause many of these events, so each kind is one row that counts, is written at
most every REPEAT_SECONDS, and may be lost. A failure to note never disturbs the request.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from operator import attrgetter
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import F
from django.utils import timezone

from consumers.handshake.models import HandshakeEvent
from consumers.handshake.steps import Step

logger = logging.getLogger(__name__)

REPEAT_SECONDS = 2
LONGEST_FACT = 80
Facts = dict[str, str | int]


class Noted(NamedTuple):
    """A step that succeeded, or why it failed. `consumer_id` is None if the request did not say."""

    consumer_id: int | None
    step: Step
    reason: str = ""
    facts: tuple[tuple[str, str | int], ...] = ()

    @property
    def key(self) -> tuple[int, str, str]:
        """Which row it is of. 0 is no consumer."""
        return self.consumer_id or 0, self.step.value, self.reason


def note(consumer_id: int | None, step: Step, reason: str = "", facts: Facts | None = None) -> None:
    """Note that a step succeeded, or why it failed. `consumer_id` is None if the request did not say."""
    noted = Noted(consumer_id, step, reason, tuple((facts or {}).items()))
    if _is_due(noted):
        _store_alone(noted)


def note_all(noted: Iterable[Noted]) -> None:
    """Note many in one transaction; each in one of its own if they cannot be stored together."""
    # In this order everywhere, so that two processes do not wait for each other's rows.
    due = sorted(filter(_is_due, noted), key=attrgetter("key"))
    try:
        with transaction.atomic():
            for one in due:
                store(one.consumer_id, one.step, one.reason, dict(one.facts))
    except (DatabaseError, InterfaceError):
        for one in due:
            _store_alone(one)


def _is_due(noted: Noted) -> bool:
    consumer_id, step, reason, _facts = noted
    return cache.add(f"handshake:{consumer_id}:{step.value}:{reason}", 1, REPEAT_SECONDS)


def _store_alone(noted: Noted) -> None:
    with may_be_lost(), transaction.atomic():
        store(noted.consumer_id, noted.step, noted.reason, dict(noted.facts))


@contextmanager
def may_be_lost() -> Iterator[None]:
    """Keep trouble of the database from the request that is noted: it may have been answered already."""
    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        logger.warning("handshake event lost: %s", type(error).__name__)


def store(consumer_id: int | None, step: Step, reason: str = "", facts: Facts | None = None) -> None:
    now, kept = timezone.now(), {name: _short(value) for name, value in (facts or {}).items()}
    same = HandshakeEvent.objects.filter(step=step.value, reason=reason)
    same = same.filter(consumer=consumer_id) if consumer_id else same.filter(consumer=None)
    if not same.update(at=now, times=F("times") + 1, facts=kept):
        event = HandshakeEvent(consumer_id=consumer_id, step=step.value, reason=reason, facts=kept)
        # Another process may have stored it since, or the consumer may be gone.
        HandshakeEvent.objects.bulk_create([event], ignore_conflicts=True)


def _short(value: Any) -> str | int:
    """Cut a text, and leave out what cannot be printed."""
    if isinstance(value, int):
        return value
    return "".join(sign for sign in str(value)[:LONGEST_FACT] if sign.isprintable())
