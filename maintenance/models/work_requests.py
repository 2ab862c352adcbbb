"""Work requests and the history of their statuses."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.models import Company
from maintenance.models.items import Item, Priority
from maintenance.models.people import Personnel


class RequestStatus(models.IntegerChoices):
    """`id_status`; the names are those of `requests_x_status_description`.

    The contract does not document the last name.
    """

    OPEN_STATUS = 1
    PROCESS_STATUS = 2
    OT_IN_PROCESS = 3
    SOLVED_WITHOUT_OT_STATUS = 4
    CANCEL_STATUS = 5
    SOLVED_WITH_OT_STATUS = 6
    REQUEST_TODO = 7
    OT_IN_REVIEW = 8
    OT_CANCEL = 9
    AGAIN_REQUEST_TODO = 10
    DELETE_TASK_TODO = 11
    REJECTED = 12
    GUEST_PORTAL = 13


class WorkRequest(models.Model):
    """A work request.

    `RequestStatusChange` holds its status history; the newest entry is also stored here.
    """

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    item = models.ForeignKey(Item, models.PROTECT, null=True, blank=True, related_name="requests")
    created_by = models.ForeignKey(
        Personnel, models.PROTECT, null=True, blank=True, related_name="work_requests"
    )
    description = models.CharField(max_length=300)
    observation = models.TextField(null=True, blank=True)
    requested_by = models.CharField(max_length=160)
    email_requested_by = models.CharField(max_length=254, null=True, blank=True)
    identifier = models.CharField(max_length=120, null=True, blank=True)
    is_urgent = models.BooleanField(default=False)
    priority = models.PositiveSmallIntegerField(choices=Priority, null=True, blank=True)
    type = models.CharField(max_length=80, null=True, blank=True)
    type_1 = models.CharField(max_length=80, null=True, blank=True)
    type_2 = models.CharField(max_length=80, null=True, blank=True)
    key_words = models.JSONField(default=list, blank=True)
    date = models.DateTimeField(default=timezone.now)
    date_incident = models.DateTimeField()
    date_solution = models.DateTimeField(null=True, blank=True)
    date_maintenance = models.DateTimeField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(choices=RequestStatus, default=RequestStatus.OPEN_STATUS)
    status_date = models.DateTimeField(default=timezone.now)
    status_notes = models.TextField(null=True, blank=True)
    status_by = models.ForeignKey(Personnel, models.PROTECT, null=True, blank=True, related_name="+")
    folio = models.CharField(max_length=64, null=True, blank=True, help_text="Of the work order made of it")
    rating = models.PositiveSmallIntegerField(null=True, blank=True)
    rating_notes = models.TextField(null=True, blank=True)

    class Meta:
        ordering = ("-date", "-id")
        indexes = (
            models.Index(fields=("company", "-date", "-id"), name="request_newest"),
            models.Index(fields=("company", "status", "-date"), name="request_by_status"),
        )

    def __str__(self) -> str:
        return self.description


class RequestStatusChange(models.Model):
    request = models.ForeignKey(WorkRequest, models.CASCADE, related_name="status_changes")
    status = models.PositiveSmallIntegerField(choices=RequestStatus)
    date = models.DateTimeField(default=timezone.now)
    notes = models.TextField(null=True, blank=True)
    changed_by = models.ForeignKey(Personnel, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-date", "-id")

    def __str__(self) -> str:
        return f"{self.request_id} {self.get_status_display()}"
