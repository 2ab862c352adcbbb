"""The live part of the page that watches an assistant connect: callbacks that wait, and the steps."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import time
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from consumers.handshake import parking
from consumers.handshake.models import KEPT
from consumers.handshake.progress import State, StepProgress, progress_of
from consumers.handshake.steps import FROM_ANYBODY, Step
from consumers.handshake.wording import TITLES, failure_of
from consumers.models import Consumer
from consumers.screens.presets import fits, preset_of

WATCHED_SECONDS = 30 * 60
SHOWN_FACTS = ("method", "client", "revision", "why")


def is_known(consumer: Consumer, url: str) -> bool:
    """Say whether one click may accept the callback: the consumer's assistant is known to use it.

    A public client has no secret, so whoever receives its codes could redeem them.
    """
    return fits(preset_of(consumer.assistant), url) and not consumer.is_public


def watched(consumer: Consumer, asked: QueryDict | None = None, *, confirming: int = 0) -> dict[str, Any]:
    """Return what the live part of the page shows: callbacks, steps, and whether to ask again."""
    fields = asked or QueryDict()
    consumer.refresh_from_db(fields=["redirect_uris"])
    now = int(time.time())
    since, began = seconds_in(fields.get("since"), 0), seconds_in(fields.get("began"), now)
    start = max(timezone.now() - KEPT, dt.datetime.fromtimestamp(since, dt.UTC))
    found = progress_of(consumer, start)
    waiting = parking.waiting(consumer) if consumer.is_authorization_code else []
    failed = next((each for each in found if each.state is State.FAILED), None)
    works = found[-1].state is State.DONE and failed is None
    facts = [[each.step, each.state, each.reason, each.times if each.reason else 0] for each in found]
    shown = [facts, [each.pk for each in waiting], consumer.callback_urls]
    return {
        "consumer": consumer,
        "rows": [_row(each) for each in found],
        "callbacks": [] if consumer.metadata_url else consumer.callback_urls,
        "parked": [{"parked": each, "known": is_known(consumer, each.url)} for each in waiting],
        "confirming": confirming,
        "failed": _row(failed) if failed else None,
        "works": works,
        "connected": any(each.step is Step.TOKEN and each.state is State.DONE for each in found),
        "next": next((TITLES[each.step] for each in found if each.state is State.WAITING), ""),
        "since": since,
        "began": began,
        "now": now,
        "since_time": start if since else None,
        "watching": now - began < WATCHED_SECONDS,
        "have": hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:16],
    }


def _row(each: StepProgress) -> dict[str, Any]:
    return {
        "title": TITLES[each.step],
        "progress": each,
        "failure": failure_of(each.reason) if each.reason else None,
        "anybody": each.from_anybody or (each.step in FROM_ANYBODY and each.state is State.DONE),
        "facts": [
            each.facts[name] for name in ("method", "client", "revision", "why") if each.facts.get(name)
        ],
    }


def seconds_in(text: str | None, default: int) -> int:
    """Read a time in seconds since 1970; anything else is the default."""
    if text and text.isascii() and text.isdigit() and len(text) <= 10:
        return int(text)
    return default
