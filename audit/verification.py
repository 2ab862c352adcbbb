"""Walks the chain of a company, and says where it is broken."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Iterator
from dataclasses import dataclass

from audit.chain import digest_of, proof_of
from audit.kinds import Kind
from audit.models import ChainHead, Event, Seal

AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Verified:
    """`broken` says in words what is wrong at the first place that is; "" if the chain is whole."""

    company_id: int
    count: int
    position: int
    digest: str
    broken: str = ""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The head of a chain at an earlier time, kept outside of the database."""

    company_id: int
    position: int
    digest: str
    at: dt.datetime | None = None


def companies() -> list[int]:
    """Return all companies that have a chain or the remains of one."""
    found = {*Event.objects.values_list("company_id", flat=True).distinct()}
    for model in (ChainHead, Seal):
        found |= {*model.objects.values_list("pk", flat=True)}
    return sorted(found)


def verify(company_id: int) -> Verified:
    """Verify the events up to the head as it is now; later ones may be added meanwhile."""
    head = ChainHead.objects.filter(pk=company_id).first() or ChainHead(pk=company_id)
    seal = Seal.objects.filter(pk=company_id).first()
    position, digest, count = (seal.position, seal.digest, 0) if seal else (0, "", 0)
    if seal is not None and not hmac.compare_digest(seal.proof, proof_of(seal)):
        return Verified(company_id, 0, position, digest, f"the seal at position {position} is not ours")
    for event in _events(company_id):
        expected = position + 1
        if event.position > head.position:
            end = Event.objects.filter(company_id=company_id, position__gt=head.position)
            if ChainHead.objects.filter(pk=company_id, position__gt=head.position).exists():
                break  # added since
            broken = f"{end.count()} events stand behind the head at position {head.position}"
            return Verified(company_id, count, position, digest, broken)
        if event.position < expected:
            broken = f"event #{event.pk} at position {event.position} is older than the seal"
            return Verified(company_id, count, position, digest, broken)
        if event.position > expected:
            broken = f"events are missing: position {expected} to {event.position - 1}"
            return Verified(company_id, count, position, digest, broken)
        if not hmac.compare_digest(event.digest, digest_of(event, digest)):
            broken = f"event #{event.pk} at position {event.position} was changed, inserted or moved"
            return Verified(company_id, count, position, digest, broken)
        position, digest, count = event.position, event.digest, count + 1
    if position != head.position:
        broken = f"events are missing at the end: position {position + 1} to {head.position}"
    elif digest != head.digest and not (position == 0 and head.digest == ""):
        broken = f"the head at position {head.position} does not fit the last event"
    else:
        broken = ""
    return Verified(company_id, count, position, digest, broken)


def newest_fits() -> bool:
    """Say whether the newest event was digested with the key that is set now; True if there is none."""
    event = Event.objects.order_by("-pk").first()
    if event is None:
        return True
    before = Event.objects.filter(company_id=event.company_id, position=event.position - 1)
    previous = before.values_list("digest", flat=True).first()
    if previous is None:
        seals = Seal.objects.filter(pk=event.company_id, position=event.position - 1)
        previous = seals.values_list("digest", flat=True).first() or ""
    return hmac.compare_digest(event.digest, digest_of(event, previous))


def compare(anchor: Anchor) -> str:
    """Say what an anchor shows to be wrong; "" if its event is as it was."""
    digest = (
        Event.objects.filter(company_id=anchor.company_id, position=anchor.position)
        .values_list("digest", flat=True)
        .first()
    )
    if digest != anchor.digest and _lost_by_a_restore(anchor):
        return ""
    seal = Seal.objects.filter(pk=anchor.company_id).first()
    if digest is None and seal is not None and anchor.position <= seal.position:
        if anchor.position < seal.position or anchor.digest == seal.digest:
            return ""  # it expired
        return f"the seal at position {anchor.position} is not the event that was there"
    if digest is None:
        return f"the event at position {anchor.position} is gone: the end of the chain was cut"
    if digest != anchor.digest:
        return f"the event at position {anchor.position} is another one: the chain was made anew"
    return ""


def _lost_by_a_restore(anchor: Anchor) -> bool:
    """Say whether a later restore of a backup explains that the event is not there.

    The backup ended before the event that tells of the restore, so an anchor of an earlier position, or one
    that was taken since, is not explained by it.
    """
    if anchor.at is None:
        return False
    restored = Event.objects.filter(company_id=anchor.company_id, kind=Kind.LOG_RESTORED)
    return restored.filter(position__lte=anchor.position, at__gt=anchor.at).exists()


def _events(company_id: int) -> Iterator[Event]:
    return Event.objects.filter(company_id=company_id).order_by("position").iterator(AT_ONCE)
