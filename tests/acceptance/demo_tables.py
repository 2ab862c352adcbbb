"""The demo plant as the oracle's tables: plain SQL says there what each figure should be."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.models import Company
from maintenance import models
from tests.oracle.calendars import Calendar
from tests.oracle.planting import ORDER
from tests.oracle.plants import Plant
from tests.oracle.tables import Tables


def demo_tables() -> tuple[Tables, Calendar]:
    """Copy the rows of the demo company as they are now."""
    company = Company.objects.get(slug="demo")
    calendar = Calendar(company.time_zone, timezone.now().replace(microsecond=0), ())
    plant = Plant(calendar)
    for name in ORDER:
        model = getattr(models, name)
        owned = any(column.name == "company" for column in model._meta.get_fields())
        owner: dict[str, Any] = {"company": company} if owned else {}
        plant.rows[name] = list(model._default_manager.filter(**owner).values())
    return Tables(plant), calendar
