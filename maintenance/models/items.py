"""Assets: the tree of locations and equipment, and the downtimes of assets."""

from __future__ import annotations

import re

from django.db import models
from django.utils import timezone

from accounts.models import Company

SLASH_WITHIN = re.compile(r" ?/ ")


class ItemType(models.IntegerChoices):
    """`id_type_item`; the names are those of `items_types_description`."""

    FACILITIES = 1
    EQUIPMENTS = 2
    TOOLS = 3
    SPARE_PARTS = 4
    DIGITAL = 5


class Priority(models.IntegerChoices):
    """`id_priorities`; the names are those of `priorities_description`."""

    VERY_HIGH = 1
    HIGH = 2
    MEDIUM = 3
    LOW = 4
    VERY_LOW = 5


class Item(models.Model):
    """An asset. The type says what `field_1` to `field_6` mean: name, manufacturer, model, serial number …

    `ancestors` holds the ids from the root to the parent, such as "/1/5/". The `ancestors` of everything
    below an item begin with its own `ancestors` and its id. `parent_description` is the same path in names,
    as the contract shows it.
    """

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    type = models.PositiveSmallIntegerField(choices=ItemType)
    code = models.CharField(max_length=120)
    description = models.CharField(max_length=600)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    ancestors = models.TextField(default="/")
    parent_description = models.TextField(default="// ")
    field_1 = models.CharField(max_length=120)
    field_2 = models.CharField(max_length=120, null=True, blank=True)
    field_3 = models.CharField(max_length=120, null=True, blank=True)
    field_4 = models.CharField(max_length=120, null=True, blank=True)
    field_5 = models.CharField(max_length=120, null=True, blank=True)
    field_6 = models.CharField(max_length=120, null=True, blank=True)
    active = models.BooleanField(default=True)
    available = models.BooleanField(default=True)
    barcode = models.CharField(max_length=80, null=True, blank=True)
    notes = models.TextField(null=True, blank=True)
    weight = models.CharField(max_length=40, null=True, blank=True)
    is_serial_control = models.BooleanField(default=False)
    group = models.CharField(max_length=80, null=True, blank=True)
    group_1 = models.CharField(max_length=80, null=True, blank=True)
    group_2 = models.CharField(max_length=80, null=True, blank=True)
    custom_fields_group = models.CharField(max_length=80, null=True, blank=True)
    unit = models.CharField(max_length=40, null=True, blank=True)
    priority = models.PositiveSmallIntegerField(choices=Priority, null=True, blank=True)
    cost_center = models.CharField(max_length=80, null=True, blank=True)
    purchase_date = models.DateField(null=True, blank=True)
    startup_date = models.DateField(null=True, blank=True)
    total_cost = models.FloatField(null=True, blank=True, help_text="What it was bought for")
    task_plan_id = models.IntegerField(null=True, blank=True)
    initial_date_out_of_service = models.DateTimeField(null=True, blank=True)
    last_final_date_available = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("company", "code"), name="item_code_once"),)
        indexes = (
            models.Index(fields=("company", "type", "id"), name="item_by_type"),
            models.Index(fields=("company", "ancestors"), name="item_by_ancestors"),
        )

    def __str__(self) -> str:
        return self.description

    @property
    def subtree(self) -> str:
        """Returns the prefix of the `ancestors` of everything below this item."""
        return f"{self.ancestors}{self.pk}/"

    @property
    def subtree_description(self) -> str:
        """Returns the `parent_description` of the items directly below this one.

        "/ " ends a name there, so a slash within a name is written with a space before it.
        """
        return f"{self.parent_description}{SLASH_WITHIN.sub(' / ', self.field_1)}/ "

    def composed_description(self) -> str:
        """Returns the name that the contract shows: the identifying fields, and the code in braces."""
        telling = (self.field_1, self.field_2, self.field_3)
        words = telling if self.type in (ItemType.EQUIPMENTS, ItemType.TOOLS) else telling[:1]
        return " ".join([*filter(None, words), f"{{ {self.code} }}"])


class OutOfService(models.Model):
    """A period in which an asset was not available; `final_date` is empty while it lasts."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    item = models.ForeignKey(Item, models.CASCADE, related_name="out_of_service")
    creation_date = models.DateTimeField(default=timezone.now)
    initial_date = models.DateTimeField()
    final_date = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "out of service"
        ordering = ("-creation_date", "-id")
        indexes = (
            models.Index(fields=("company", "-creation_date", "-id"), name="out_of_service_newest"),
            models.Index(fields=("company", "initial_date"), name="out_of_service_by_start"),
        )

    def __str__(self) -> str:
        return f"{self.item_id} {self.initial_date:%Y-%m-%d %H:%M}"
