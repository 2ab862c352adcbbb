"""Keeps callbacks that a program asked for and nobody registered, for an administrator; none is followed."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from consumers import granting
from consumers.callbacks import check_callbacks, is_registered, validate_callback
from consumers.handshake.models import ParkedCallback
from consumers.handshake.recording import may_be_lost
from consumers.models import Consumer

MOST_PARKED = 10


def park(consumer: Consumer, url: str, request: HttpRequest) -> None:
    """Keep a callback that could be registered.

    The newest stay, so that a flood of others cannot hide the one that counts.
    """
    try:
        if validate_callback(url) != url:
            return
    except ValidationError:
        return
    with may_be_lost(), transaction.atomic():
        _keep(consumer, url, granting.asking_member(request, consumer))


def _keep(consumer: Consumer, url: str, asked_by: User | None) -> None:
    rows = ParkedCallback.objects.filter(consumer=consumer)
    seen = {"at": timezone.now(), "times": F("times") + 1}
    if asked_by is not None:
        seen["asked_by"] = asked_by
    if rows.filter(url=url).update(**seen):
        return
    ParkedCallback.objects.bulk_create(
        [ParkedCallback(consumer=consumer, url=url, asked_by=asked_by)], ignore_conflicts=True
    )
    surplus = list(rows.order_by("-at", "-pk").values_list("pk", flat=True)[MOST_PARKED:])
    rows.filter(pk__in=surplus).delete()


def waiting(consumer: Consumer) -> list[ParkedCallback]:
    """Return the callbacks that wait for an administrator, newest first."""
    found = ParkedCallback.objects.filter(consumer=consumer, dismissed_at=None).select_related("asked_by")
    return [each for each in found if not is_registered(each.url, consumer.callback_urls)]


def accept(parked: ParkedCallback) -> Consumer:
    """Register a callback that waited. Raises ValidationError; call it within a transaction."""
    return add_callback(parked.consumer, parked.url)


def add_callback(consumer: Consumer, url: str) -> Consumer:
    """Add a callback to those registered now. Raises ValidationError; call it within a transaction."""
    current = Consumer.objects.select_for_update(of=("self",)).get(pk=consumer.pk)
    current.callback_urls = check_callbacks([*current.callback_urls, url])
    current.save(update_fields=["redirect_uris", "updated"])
    ParkedCallback.objects.filter(consumer=current, url__in=current.callback_urls).delete()
    return current
