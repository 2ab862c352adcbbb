"""Meters of assets and their readings."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Company
from maintenance.models.items import Item


class ReadingSource(models.TextChoices):
    API = "API"
    WORK_ORDER = "WORK_ORDER"
    MANUAL = "MANUAL"


class Meter(models.Model):
    """A counter, whose dial only goes up (`counter_value` adds the offset), or a gauge with any value.

    The newest reading is stored here too, so that a list of meters needs no join.
    """

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    item = models.ForeignKey(Item, models.CASCADE, related_name="meters")
    description = models.CharField(max_length=160)
    serial = models.CharField(max_length=80, null=True, blank=True)
    is_counter = models.BooleanField(default=True)
    active = models.BooleanField(default=True)
    unit = models.CharField(max_length=40)
    unit_code = models.CharField(max_length=16)
    min_value = models.FloatField(null=True, blank=True)
    max_value = models.FloatField(null=True, blank=True)
    counter_offset = models.FloatField(default=0)
    counter_value = models.FloatField(null=True, blank=True)
    last_date = models.DateTimeField(null=True, blank=True)
    last_value = models.FloatField(null=True, blank=True)
    last_accumulated_value = models.FloatField(null=True, blank=True)
    monthly_average = models.FloatField(null=True, blank=True)
    monthly_average_auto = models.BooleanField(default=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("company", "serial"), condition=Q(serial__isnull=False), name="meter_serial_once"
            ),
        )
        indexes = (models.Index(fields=("company", "id"), name="meter_by_company"),)

    def __str__(self) -> str:
        return self.description

    def accumulated(self, value: float) -> float:
        return self.counter_offset + value if self.is_counter else value


class MeterReading(models.Model):
    """A value that was read at `date_reading` and entered at `date`."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    meter = models.ForeignKey(Meter, models.CASCADE, related_name="readings")
    date_reading = models.DateTimeField()
    date = models.DateTimeField(default=timezone.now)
    value = models.FloatField()
    accumulated_value = models.FloatField()
    source = models.CharField(max_length=12, choices=ReadingSource, default=ReadingSource.MANUAL)
    trigger_run = models.BooleanField(default=False)

    class Meta:
        ordering = ("-date_reading", "-id")
        constraints = (
            models.UniqueConstraint(fields=("meter", "date_reading"), name="one_reading_per_moment"),
        )

    def __str__(self) -> str:
        return f"{self.value} @ {self.date_reading:%Y-%m-%d %H:%M}"
