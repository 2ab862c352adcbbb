"""The end of today in a company's time zone, and what counts as the future."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import Company

CLOCK_TOLERANCE = datetime.timedelta(minutes=5)  # how far ahead a caller's clock may be


def is_future(moment: datetime.datetime) -> bool:
    return moment > timezone.now() + CLOCK_TOLERANCE


def end_of_today(company_id: int) -> datetime.datetime:
    """Returns the default due date: the end of today in the company's time zone.

    A task due now would be overdue from the start.
    """
    zone = ZoneInfo(Company.objects.values_list("time_zone", flat=True).get(pk=company_id))
    today = datetime.datetime.now(zone)
    return today.replace(hour=23, minute=59, second=59, microsecond=0).astimezone(datetime.UTC)
