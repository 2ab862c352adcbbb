"""Removes events that are older than their company keeps them, and seals the chain where it then begins."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from audit.append_only import lifted
from audit.chain import proof_of
from audit.kinds import Kind
from audit.models import ChainHead, Event, Retention, Seal
from audit.recording import record

AT_ONCE = 10_000  # events of one transaction, during which nobody can append


def expire(company_id: int) -> int:
    """Remove what is over. Return how many events that were.

    Only whole beginnings of the chain are removed: an old event behind a younger one stays until that one is
    over too. Whoever does not own the table gets a database error, and what was removed before that stays
    removed.
    """
    before = timezone.now() - dt.timedelta(days=Retention.days_of(company_id))
    removed = 0
    while step := _expire_some(company_id, before):
        removed += step
    return removed


def _expire_some(company_id: int, before: dt.datetime) -> int:
    """Remove up to AT_ONCE events from the beginning of the chain, seal it there and record it."""
    if not Event.objects.filter(company_id=company_id, at__lt=before).exists():
        return 0
    with transaction.atomic():
        # First the head and then the table, as everybody does who appends.
        ChainHead.objects.select_for_update().get(pk=company_id)
        kept = Event.objects.filter(company_id=company_id, at__gte=before)
        first_kept = kept.order_by("position").values_list("position", flat=True).first()
        over = Event.objects.filter(company_id=company_id)
        if first_kept is not None:
            over = over.filter(position__lt=first_kept)
        some = list(over.order_by("position")[:AT_ONCE].values_list("position", flat=True))
        if not some:
            return 0
        last = over.get(position=some[-1])
        seal = Seal(company_id=company_id, position=last.position, digest=last.digest, until=last.at)
        seal.proof = proof_of(seal)
        seal.save()
        with lifted():
            removed = over.filter(position__lte=last.position).delete()[0]
        record(Kind.LOG_EXPIRED, company_id=company_id, facts={"events": removed, "until": last.at})
    return removed
