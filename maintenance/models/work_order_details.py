"""Subtasks, resources and attachments of a work order's tasks."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.models import Company
from maintenance.models.items import Item
from maintenance.models.meters import Meter
from maintenance.models.people import Personnel
from maintenance.models.planning import FormItemType, ResourceType
from maintenance.models.stock import MovementLine
from maintenance.models.third_parties import ThirdParty
from maintenance.models.work_orders import WorkOrder, WorkOrderTask
from maintenance.models.work_requests import WorkRequest


class CancelReason(models.Model):
    """An entry of a company's own catalogue."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    description = models.CharField(max_length=120)

    class Meta:
        ordering = ("description",)
        constraints = (models.UniqueConstraint(fields=("company", "description"), name="cancel_reason_once"),)

    def __str__(self) -> str:
        return self.description


class Subtask(models.Model):
    """A checklist item of a task. `value` is text, whatever the type: "true", "12.5", "2" (alert)."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    task = models.ForeignKey(WorkOrderTask, models.CASCADE, related_name="subtasks")
    type = models.PositiveSmallIntegerField(choices=FormItemType)
    description = models.CharField(max_length=300)
    group = models.CharField(max_length=120, null=True, blank=True)
    unit = models.CharField(max_length=40, null=True, blank=True)
    unit_code = models.CharField(max_length=16, null=True, blank=True)
    order_number = models.PositiveSmallIntegerField(default=1)
    is_required = models.BooleanField(default=False)
    meter = models.ForeignKey(Meter, models.SET_NULL, null=True, blank=True, related_name="+")
    value = models.CharField(max_length=2000, null=True, blank=True)

    class Meta:
        ordering = ("order_number", "id")

    def __str__(self) -> str:
        return self.description


class TaskResource(models.Model):
    """What a task uses: a service of a third party, labour of a person, or an item from a warehouse."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    task = models.ForeignKey(WorkOrderTask, models.CASCADE, related_name="resources")
    type = models.PositiveSmallIntegerField(choices=ResourceType)
    item = models.ForeignKey(Item, models.RESTRICT, null=True, blank=True, related_name="+")
    person = models.ForeignKey(Personnel, models.SET_NULL, null=True, blank=True, related_name="+")
    third_party = models.ForeignKey(ThirdParty, models.SET_NULL, null=True, blank=True, related_name="+")
    line = models.ForeignKey(MovementLine, models.SET_NULL, null=True, blank=True, related_name="+")
    description = models.CharField(max_length=200)
    source = models.CharField(max_length=160, null=True, blank=True)
    source_code = models.CharField(max_length=64, null=True, blank=True)
    qty = models.FloatField()
    qty_used = models.FloatField(null=True, blank=True)
    unit_cost = models.FloatField(default=0)
    total_cost = models.FloatField(default=0)
    unit = models.CharField(max_length=40, null=True, blank=True)
    unit_code = models.CharField(max_length=16, null=True, blank=True)
    external_source = models.CharField(max_length=120, null=True, blank=True)
    note = models.TextField(null=True, blank=True)
    date_create = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-date_create", "-id")
        indexes = (models.Index(fields=("company", "-date_create", "-id"), name="resource_newest"),)

    def __str__(self) -> str:
        return f"{self.qty} × {self.description}"


class AttachmentType(models.IntegerChoices):
    FILE = 1
    LINK = 2
    NOTE = 3


class Attachment(models.Model):
    """A link, a note, or the address of a file."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    work_order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="attachments")
    task = models.ForeignKey(WorkOrderTask, models.CASCADE, null=True, blank=True, related_name="attachments")
    subtask = models.ForeignKey(Subtask, models.CASCADE, null=True, blank=True, related_name="attachments")
    type = models.PositiveSmallIntegerField(choices=AttachmentType)
    description = models.CharField(max_length=200, null=True, blank=True)
    value = models.TextField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.value[:80]


class RequestAttachment(models.Model):
    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    request = models.ForeignKey(WorkRequest, models.CASCADE, related_name="attachments")
    description = models.CharField(max_length=200)
    path = models.CharField(max_length=500)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.description
