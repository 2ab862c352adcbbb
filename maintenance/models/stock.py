"""Warehouses, their stock, and the documents that move it."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.models import Company
from maintenance.models.items import Item, Priority
from maintenance.models.people import Personnel
from maintenance.models.third_parties import ThirdParty
from maintenance.models.work_orders import WorkOrder


class Warehouse(models.Model):
    """A warehouse. If `external_integration` is set, another system manages its stock."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    code = models.CharField(max_length=64)
    description = models.CharField(max_length=160)
    address = models.CharField(max_length=200, null=True, blank=True)
    city = models.CharField(max_length=80, null=True, blank=True)
    state = models.CharField(max_length=80, null=True, blank=True)
    country = models.CharField(max_length=80, null=True, blank=True)
    zip_code = models.CharField(max_length=20, null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    location = models.ForeignKey(Item, models.SET_NULL, null=True, blank=True, related_name="+")
    prefix = models.CharField(max_length=8, default="MOV-")
    folio = models.PositiveIntegerField(default=0, help_text="The last number given to a movement.")
    prefix_po = models.CharField(max_length=8, default="OC-")
    folio_po = models.PositiveIntegerField(default=0, help_text="The last number given to a purchase order.")
    external_integration = models.BooleanField(default=False)
    transfer_approval = models.BooleanField(default=False)
    material_request_approval = models.BooleanField(default=False)
    allow_negative_stock = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    visible_to_all = models.BooleanField(default=True)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("company", "code"), name="warehouse_code_once"),)

    def __str__(self) -> str:
        return self.description


class StockLevel(models.Model):
    """The stock of an item in one warehouse."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    warehouse = models.ForeignKey(Warehouse, models.CASCADE, related_name="levels")
    item = models.ForeignKey(Item, models.CASCADE, related_name="stock_levels")
    stock = models.FloatField(default=0)
    unit_cost = models.FloatField(default=0)
    min_level = models.FloatField(null=True, blank=True)
    max_level = models.FloatField(null=True, blank=True)
    reorder_level = models.FloatField(null=True, blank=True)
    order_quantity = models.FloatField(null=True, blank=True)
    shelf = models.CharField(max_length=120, null=True, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("warehouse", "item"), name="item_once_in_warehouse"),)

    def __str__(self) -> str:
        return f"{self.item_id} @ {self.warehouse_id}: {self.stock}"


class MovementType(models.IntegerChoices):
    """`id_movement_type`. 4, 5 and 16 come from the contract; the others are ours."""

    PURCHASE_ENTRY = 1
    RETURN_ENTRY = 2
    WORK_ORDER_ISSUE = 4
    GENERAL_ISSUE = 5
    PURCHASE_ORDER = 10
    REQUISITION = 12
    MATERIAL_REQUEST = 16


class MovementState(models.IntegerChoices):
    """`id_movement_state`; the names are those of `movements_states_description`."""

    NOT_DELIVERED = 1
    PARTIAL_DELIVERY = 2
    TOTAL_DELIVERY = 3
    DELIVERY_CANCELLED = 4


class Movement(models.Model):
    """A warehouse document: an entry, issue, requisition, purchase order or material request."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    warehouse = models.ForeignKey(Warehouse, models.RESTRICT, related_name="movements")
    type = models.PositiveSmallIntegerField(choices=MovementType)
    state = models.PositiveSmallIntegerField(choices=MovementState, default=MovementState.NOT_DELIVERED)
    folio = models.CharField(max_length=64)
    document = models.CharField(max_length=80, null=True, blank=True)
    note = models.TextField(null=True, blank=True)
    annotations = models.JSONField(null=True, blank=True)
    date = models.DateTimeField(default=timezone.now)
    date_create = models.DateTimeField(default=timezone.now)
    date_delivery = models.DateTimeField(null=True, blank=True)
    priority = models.PositiveSmallIntegerField(choices=Priority, null=True, blank=True)
    cost_center = models.CharField(max_length=80, null=True, blank=True)
    work_order = models.ForeignKey(
        WorkOrder, models.CASCADE, null=True, blank=True, related_name="requisitions"
    )
    third_party = models.ForeignKey(ThirdParty, models.SET_NULL, null=True, blank=True, related_name="+")
    responsible = models.ForeignKey(Personnel, models.SET_NULL, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(Personnel, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-date_create", "-id")
        indexes = (models.Index(fields=("company", "type", "-date_create", "-id"), name="movement_newest"),)

    def __str__(self) -> str:
        return self.folio


class MovementLine(models.Model):
    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    movement = models.ForeignKey(Movement, models.CASCADE, related_name="lines")
    item = models.ForeignKey(Item, models.RESTRICT, related_name="+")
    qty = models.FloatField()
    qty_pending = models.FloatField(default=0)
    unit_cost = models.FloatField(default=0)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.qty} × {self.item_id}"
