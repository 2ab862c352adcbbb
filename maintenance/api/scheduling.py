"""When work is to be done that nobody gave a date."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

from accounts.models import Company


def end_of_today(company_id: int) -> datetime.datetime:
    """By the calendar of the company. Work made for now would be overdue as soon as it is there."""
    zone = ZoneInfo(Company.objects.values_list("time_zone", flat=True).get(pk=company_id))
    today = datetime.datetime.now(zone)
    return today.replace(hour=23, minute=59, second=59, microsecond=0).astimezone(datetime.UTC)
