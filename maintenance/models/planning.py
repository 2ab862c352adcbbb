"""Plans, their tasks and triggers, and the pending tasks that result."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.models import Company
from maintenance.models.items import Item, OutOfService, Priority
from maintenance.models.third_parties import ThirdPartyService
from maintenance.models.work_orders import WorkOrderTask
from maintenance.models.work_requests import WorkRequest


class TaskType(models.Model):
    """An entry of a company's own catalogue: Preventiva, Correctiva …"""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    description = models.CharField(max_length=80)

    class Meta:
        ordering = ("description",)
        constraints = (models.UniqueConstraint(fields=("company", "description"), name="task_type_once"),)

    def __str__(self) -> str:
        return self.description


class TaskPlan(models.Model):
    """A task plan (`id_group_task`): the tasks that assets of one kind need."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    description = models.CharField(max_length=160)
    location = models.ForeignKey(Item, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.description


class PlannedTask(models.Model):
    """A planned task (`id_task`). One without a plan comes from a request, or was unplanned."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    plan = models.ForeignKey(TaskPlan, models.CASCADE, null=True, blank=True, related_name="tasks")
    description = models.CharField(max_length=300)
    type = models.ForeignKey(TaskType, models.RESTRICT, related_name="+")
    classification_1 = models.CharField(max_length=80, null=True, blank=True)
    classification_2 = models.CharField(max_length=80, null=True, blank=True)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.MEDIUM)
    duration = models.PositiveIntegerField(default=600, help_text="Seconds, as estimated")
    stop_assets = models.BooleanField(default=False)
    stop_assets_seconds = models.PositiveIntegerField(default=0)
    note = models.TextField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    requested_by = models.CharField(max_length=160, null=True, blank=True)
    request = models.ForeignKey(WorkRequest, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.description


class TriggerType(models.IntegerChoices):
    """`id_task_trigger_type`; the names are those of `task_trigger_type_description`."""

    DATE = 1
    WHEN = 2
    EVERY = 3
    EVENT = 4


class Period(models.IntegerChoices):
    """`id_period_date`; the names are those of `period_date_description`."""

    DAYS = 1
    WEEKS = 2
    MONTHS = 3
    YEARS = 4


class TaskTrigger(models.Model):
    """A trigger: every `value_main` periods or units of a meter, or when an event happens."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    task = models.ForeignKey(PlannedTask, models.CASCADE, related_name="triggers")
    type = models.PositiveSmallIntegerField(choices=TriggerType)
    value_main = models.FloatField(null=True, blank=True)
    value_end = models.FloatField(null=True, blank=True)
    fixed = models.BooleanField(default=False)
    period = models.PositiveSmallIntegerField(choices=Period, null=True, blank=True)
    unit = models.CharField(max_length=40, null=True, blank=True)
    unit_code = models.CharField(max_length=16, null=True, blank=True)
    event = models.CharField(max_length=120, null=True, blank=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.code("")

    def code(self, label: str) -> str:
        """Returns the contract's `trigger_description`. `label` names the asset of a meter."""
        if self.type == TriggerType.EVENT:
            return f"EVENT${self.event}"
        every = f"{self.value_main:g}"
        if self.type == TriggerType.DATE and self.period is not None:
            return f"DATE$EVERY${every}${Period(self.period).name}"
        return f"READING$EACH${every}${self.unit} [{self.unit_code}] ( {label} )"


class FormItemType(models.IntegerChoices):
    """`id_task_form_item_type`."""

    TEXT = 1
    YES_NO = 2
    NUMBER = 3
    VERIFICATION = 4
    METER = 5


class FormItem(models.Model):
    """A question for the person who does the task. It becomes a subtask of the order."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    task = models.ForeignKey(PlannedTask, models.CASCADE, related_name="form_items")
    type = models.PositiveSmallIntegerField(choices=FormItemType)
    description = models.CharField(max_length=300)
    group = models.CharField(max_length=120, null=True, blank=True)
    unit = models.CharField(max_length=40, null=True, blank=True)
    unit_code = models.CharField(max_length=16, null=True, blank=True)
    order_number = models.PositiveSmallIntegerField(default=1)
    is_required = models.BooleanField(default=False)

    class Meta:
        ordering = ("order_number", "id")

    def __str__(self) -> str:
        return self.description


class ResourceType(models.IntegerChoices):
    """`type` of a resource; the names are those of `type_description`."""

    INVENTORY = 1
    HUMAN_RESOURCES = 2
    SERVICES = 3


class PlannedResource(models.Model):
    """What a planned task needs: an item from stock, hours of a trade, or a service."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    task = models.ForeignKey(PlannedTask, models.CASCADE, related_name="resources")
    type = models.PositiveSmallIntegerField(choices=ResourceType)
    item = models.ForeignKey(Item, models.RESTRICT, null=True, blank=True, related_name="+")
    service = models.ForeignKey(ThirdPartyService, models.RESTRICT, null=True, blank=True, related_name="+")
    description = models.CharField(max_length=160)
    qty = models.FloatField()
    unit_cost = models.FloatField(default=0)
    unit = models.CharField(max_length=40, null=True, blank=True)
    order_number = models.PositiveSmallIntegerField(default=1)
    note = models.TextField(null=True, blank=True)

    class Meta:
        ordering = ("order_number", "id")

    def __str__(self) -> str:
        return f"{self.qty} × {self.description}"


class PendingTask(models.Model):
    """A pending task (`tasks_todo`), which waits for an order. If `order_task` is set, it has one."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    item = models.ForeignKey(Item, models.RESTRICT, related_name="pending_tasks")
    task = models.ForeignKey(PlannedTask, models.CASCADE, related_name="pending")
    request = models.ForeignKey(
        WorkRequest, models.CASCADE, null=True, blank=True, related_name="pending_tasks"
    )
    order_task = models.OneToOneField(
        WorkOrderTask, models.SET_NULL, null=True, blank=True, related_name="pending_task"
    )
    out_of_service = models.ForeignKey(
        OutOfService,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="The stop of the asset that was reported with it.",
    )
    description = models.CharField(max_length=300)
    type = models.CharField(max_length=80)
    classification_1 = models.CharField(max_length=80, null=True, blank=True)
    classification_2 = models.CharField(max_length=80, null=True, blank=True)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.MEDIUM)
    duration = models.PositiveIntegerField(default=600, help_text="Seconds, as estimated")
    trigger = models.CharField(max_length=300, default="NO_SCHEDULE_TASK")
    note = models.TextField(null=True, blank=True)
    requested_by = models.CharField(max_length=160, null=True, blank=True)
    date_maintenance = models.DateTimeField(help_text="Calculated by the plan")
    cal_date_maintenance = models.DateTimeField(help_text="Scheduled")
    last_date_maintenance = models.DateTimeField(null=True, blank=True)
    event_date = models.DateTimeField(null=True, blank=True)
    is_removed = models.BooleanField(default=False)
    date_create = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("cal_date_maintenance", "id")
        indexes = (models.Index(fields=("company", "cal_date_maintenance", "id"), name="pending_by_date"),)

    def __str__(self) -> str:
        return self.description
