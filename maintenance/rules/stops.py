"""Downtimes of assets: how they start and end, and the state that the asset shows."""

from __future__ import annotations

import datetime

from django.db.models import Max, Min, Q

from maintenance.models import Item, OutOfService


def begin(item: Item, since: datetime.datetime) -> OutOfService:
    stop = OutOfService.objects.create(company_id=item.company_id, item=item, initial_date=since)
    show(item)
    return stop


def set_period(stop: OutOfService, since: datetime.datetime, until: datetime.datetime | None) -> None:
    """Sets start and end of a downtime. Without `until` it continues."""
    stop.initial_date, stop.final_date = since, until
    stop.save()
    show(stop.item)


def last_open(item: Item) -> OutOfService | None:
    return item.out_of_service.filter(final_date=None).first()


def show(item: Item) -> None:
    """Updates the asset: available without an open downtime, else out of service since the first."""
    Item.objects.select_for_update().get(pk=item.pk)
    dates = item.out_of_service.aggregate(
        since=Min("initial_date", filter=Q(final_date=None)), until=Max("final_date")
    )
    item.available = dates["since"] is None
    item.initial_date_out_of_service = dates["since"]
    item.last_final_date_available = dates["until"]
    item.save(update_fields=["available", "initial_date_out_of_service", "last_final_date_available"])
