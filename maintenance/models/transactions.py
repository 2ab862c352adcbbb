"""The transaction log: who changed what."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import Company


class Module(models.IntegerChoices):
    """`module` of the contract; the names are those of `module_description`."""

    ASSETS = 1
    HUMAN_RESOURCES = 2
    THIRD_PARTIES = 3
    WAREHOUSES = 4
    TASKS = 5
    MONITORING = 6
    AUTOMATOR = 7
    VIRTUAL_DISK = 9
    CONFIGURATION = 10
    WORK_REQUESTS = 11
    MATERIAL_REQUESTS = 13
    TEAMS = 14


class Action(models.TextChoices):
    ADD = "ADD"
    EDIT = "EDIT"
    DELETE = "DELETE"
    CANCELLED = "CANCELLED"
    LOGIN = "LOGIN"
    FINISHED = "FINISHED"
    LOGOUT = "LOGOUT"


class Transaction(models.Model):
    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    event_date = models.DateTimeField(default=timezone.now)
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    name = models.CharField(max_length=160)
    email = models.CharField(max_length=254, null=True, blank=True)
    module = models.PositiveSmallIntegerField(choices=Module)
    sub_module = models.CharField(max_length=40, null=True, blank=True)
    action = models.CharField(max_length=12, choices=Action)
    description = models.CharField(max_length=700)
    data = models.JSONField(default=dict, blank=True)
    # The app through which the person, or a program, made the change; "" if none. Not part of the contract.
    via_app = models.CharField(max_length=255, blank=True, default="", db_default="")
    # The record whose page shows the change, as `model-id`; "" if none does.
    about = models.CharField(max_length=40, blank=True, default="", db_default="")

    class Meta:
        ordering = ("-event_date", "-id")
        indexes = (
            models.Index(fields=("company", "-event_date", "-id"), name="transaction_newest"),
            models.Index(
                fields=("company", "about", "-event_date", "-id"),
                name="transaction_of_record",
                condition=~models.Q(about=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.description}"
