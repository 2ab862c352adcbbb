"""Documents, custom fields and moves of assets."""

from __future__ import annotations

import datetime

from django.db import models
from django.utils import timezone

from accounts.models import Company
from maintenance.models.items import Item, ItemType
from maintenance.models.people import Personnel
from maintenance.models.third_parties import ThirdParty


class Document(models.Model):
    """A document of an asset, a person or a third party: its data, without the file."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    item = models.ForeignKey(Item, models.CASCADE, null=True, blank=True, related_name="documents")
    person = models.ForeignKey(Personnel, models.CASCADE, null=True, blank=True, related_name="documents")
    third_party = models.ForeignKey(
        ThirdParty, models.CASCADE, null=True, blank=True, related_name="documents"
    )
    group = models.CharField(max_length=80, null=True, blank=True)
    name = models.CharField(max_length=200)
    description = models.TextField(null=True, blank=True)
    version = models.CharField(max_length=40, null=True, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_through = models.DateField(null=True, blank=True)
    author = models.CharField(max_length=120, null=True, blank=True)
    iso_code = models.CharField(max_length=40, null=True, blank=True)
    is_warranty = models.BooleanField(default=False)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                name="document_of_one_owner",
                condition=models.Q(item__isnull=False, person__isnull=True, third_party__isnull=True)
                | models.Q(item__isnull=True, person__isnull=False, third_party__isnull=True)
                | models.Q(item__isnull=True, person__isnull=True, third_party__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def valid_on(self, day: datetime.date) -> bool:
        """Says whether the document is valid on `day`, `valid_through` included.

        `day` is a date in the time zone of the company.
        """
        return self.valid_through is None or self.valid_through >= day


class CustomField(models.Model):
    """A field that a company adds to the assets of one type."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    item_type = models.PositiveSmallIntegerField(choices=ItemType)
    group = models.CharField(max_length=80)
    label = models.CharField(max_length=120)
    type = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.label


class CustomFieldValue(models.Model):
    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    field = models.ForeignKey(CustomField, models.CASCADE, related_name="values")
    item = models.ForeignKey(Item, models.CASCADE, related_name="custom_values")
    value = models.TextField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("field", "item"), name="custom_value_once"),)

    def __str__(self) -> str:
        return self.value or ""


class ItemMove(models.Model):
    """A move of an asset from one location to another."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    item = models.ForeignKey(Item, models.CASCADE, related_name="moves")
    source = models.ForeignKey(Item, models.SET_NULL, null=True, blank=True, related_name="+")
    destination = models.ForeignKey(Item, models.SET_NULL, null=True, blank=True, related_name="+")
    date = models.DateTimeField(default=timezone.now)
    date_log = models.DateTimeField(default=timezone.now)
    moved_by = models.ForeignKey(Personnel, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-date", "-id")

    def __str__(self) -> str:
        return f"{self.item_id}: {self.source_id} > {self.destination_id}"
