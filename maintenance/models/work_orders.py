"""Work orders and their tasks. The contract shows one row per task."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.models import Company
from maintenance.models.items import Item, OutOfService, Priority
from maintenance.models.people import Personnel
from maintenance.models.third_parties import ThirdPartyContact
from maintenance.models.work_requests import WorkRequest


class WorkOrderStatus(models.IntegerChoices):
    """`id_status_work_order`."""

    IN_PROCESS = 1
    REVIEW = 2
    FINISHED = 3
    CANCELLED = 4

    @classmethod
    def open(cls) -> tuple[WorkOrderStatus, ...]:
        return (cls.IN_PROCESS, cls.REVIEW)


class TaskStatus(models.IntegerChoices):
    """`id_status_work_order_task`; the names are those of `task_status`."""

    NO_STARTED = 0
    IN_PROGRESS = 1
    PAUSED = 2
    DONE = 3


class FailureSeverity(models.IntegerChoices):
    """`id_failure_severity`; the names are those of `severiry_description`."""

    VERY_LOW = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4
    VERY_HIGH = 5


class DamageType(models.IntegerChoices):
    """`id_damage_type`; the names are those of `damages_types_description`."""

    NEITHER = 1
    ENVIRONMENT = 2
    FACILITIES = 3
    INTERNAL_STAFF = 4
    THIRD_PARTIES = 5
    OTHER = 6


class FailureTerm(models.Model):
    """An entry of a company's own catalogues of failure types, causes and detection methods."""

    class Kind(models.TextChoices):
        TYPE = "type"
        CAUSE = "cause"
        DETECTION_METHOD = "detection"

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    description = models.CharField(max_length=120)

    class Meta:
        ordering = ("kind", "description")
        constraints = (
            models.UniqueConstraint(fields=("company", "kind", "description"), name="failure_term_once"),
        )

    def __str__(self) -> str:
        return self.description


class WorkOrder(models.Model):
    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    folio = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(choices=WorkOrderStatus, default=WorkOrderStatus.IN_PROCESS)
    custom_status = models.CharField(max_length=120, null=True, blank=True)
    creation_date = models.DateTimeField(default=timezone.now)
    review_date = models.DateTimeField(null=True, blank=True)
    final_date = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(Personnel, models.PROTECT, null=True, blank=True, related_name="+")
    responsible = models.ForeignKey(
        Personnel, models.PROTECT, null=True, blank=True, related_name="work_orders"
    )
    contact = models.ForeignKey(
        ThirdPartyContact,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Responsible where it is a third party.",
    )
    validated_by = models.ForeignKey(Personnel, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.TextField(null=True, blank=True)
    duration = models.PositiveIntegerField(default=0, help_text="Seconds, over all tasks, as estimated.")
    completed_percentage = models.PositiveSmallIntegerField(default=0)
    rating = models.PositiveSmallIntegerField(null=True, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    labels = models.JSONField(default=list, blank=True)
    annotations = models.JSONField(null=True, blank=True)
    enable_budget = models.BooleanField(default=False)

    class Meta:
        ordering = ("-creation_date", "-id")
        constraints = (models.UniqueConstraint(fields=("company", "folio"), name="folio_once"),)
        indexes = (
            models.Index(fields=("company", "-creation_date", "-id"), name="work_order_newest"),
            models.Index(fields=("company", "status", "-creation_date"), name="work_order_by_status"),
        )

    def __str__(self) -> str:
        return self.folio


class WorkOrderTask(models.Model):
    """One task on one asset, with copies of what asset and plan said when it was created.

    `order_date` repeats the order's creation date, which never changes, because tasks are sorted by it.
    `trigger` is the contract's code: NO_SCHEDULE_TASK, DATE$EVERY$1$MONTHS, EVENT$…, READING$EACH$….
    """

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    work_order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="tasks")
    order_date = models.DateTimeField()
    item = models.ForeignKey(Item, models.PROTECT, related_name="tasks")
    request = models.ForeignKey(WorkRequest, models.SET_NULL, null=True, blank=True, related_name="tasks")
    item_description = models.CharField(max_length=600)
    description = models.CharField(max_length=300)
    note = models.TextField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(choices=TaskStatus, default=TaskStatus.NO_STARTED)
    task_type = models.CharField(max_length=80)
    classification_1 = models.CharField(max_length=80, null=True, blank=True)
    classification_2 = models.CharField(max_length=80, null=True, blank=True)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.MEDIUM)
    trigger = models.CharField(max_length=300, default="NO_SCHEDULE_TASK")
    task_plan_id = models.IntegerField(null=True, blank=True)
    requested_by = models.CharField(max_length=160, null=True, blank=True)
    date_maintenance = models.DateTimeField(help_text="Scheduled")
    cal_date_maintenance = models.DateTimeField(help_text="Calculated by the plan")
    first_date_task = models.DateTimeField(null=True, blank=True)
    event_date = models.DateTimeField(null=True, blank=True)
    initial_date = models.DateTimeField(null=True, blank=True)
    final_date = models.DateTimeField(null=True, blank=True)
    duration = models.PositiveIntegerField(default=600, help_text="Seconds, as estimated")
    real_duration = models.PositiveIntegerField(null=True, blank=True)
    stop_assets = models.BooleanField(default=False)
    stop_assets_seconds = models.PositiveIntegerField(default=0)
    real_stop_assets_seconds = models.PositiveIntegerField(null=True, blank=True)
    caused_disruption = models.BooleanField(default=False)
    caused_damage = models.BooleanField(default=False)
    out_of_service = models.ForeignKey(
        OutOfService, models.SET_NULL, null=True, blank=True, related_name="tasks"
    )
    failure_type = models.ForeignKey(FailureTerm, models.PROTECT, null=True, blank=True, related_name="+")
    failure_cause = models.ForeignKey(FailureTerm, models.PROTECT, null=True, blank=True, related_name="+")
    failure_detection = models.ForeignKey(
        FailureTerm, models.PROTECT, null=True, blank=True, related_name="+"
    )
    failure_severity = models.PositiveSmallIntegerField(choices=FailureSeverity, null=True, blank=True)
    damage_type = models.PositiveSmallIntegerField(choices=DamageType, null=True, blank=True)
    hours = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    inventory_cost = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    labour_cost = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    services_cost = models.DecimalField(max_digits=14, decimal_places=2, default=0)

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("company", "-order_date", "-work_order", "-id"), name="task_newest"),
            models.Index(fields=("company", "date_maintenance"), name="task_by_date_maintenance"),
            models.Index(fields=("company", "final_date"), name="task_by_final_date"),
            models.Index(fields=("company", "initial_date"), name="task_by_initial_date"),
        )

    def __str__(self) -> str:
        return self.description
