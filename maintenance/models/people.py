"""The people who do the work. Most have no account. An account finds its record by e-mail address."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Company


class Personnel(models.Model):
    """A personnel record. People without a `code` can be responsible for work but cannot act through the API.

    `account_email` is the address of the account that this person signs in with, in lower case.
    """

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    code = models.CharField(max_length=64, null=True, blank=True)
    first_name = models.CharField(max_length=80)
    last_name = models.CharField(max_length=80, blank=True)
    email = models.CharField(max_length=254, null=True, blank=True)
    account_email = models.CharField(max_length=254, null=True, blank=True)
    only_request = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    creation_date = models.DateTimeField(default=timezone.now)
    address = models.CharField(max_length=200, null=True, blank=True)
    city = models.CharField(max_length=80, null=True, blank=True)
    state = models.CharField(max_length=80, null=True, blank=True)
    country = models.CharField(max_length=80, null=True, blank=True)
    zip_code = models.CharField(max_length=20, null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    telephone_1 = models.CharField(max_length=40, null=True, blank=True)
    telephone_2 = models.CharField(max_length=40, null=True, blank=True)
    sms = models.CharField(max_length=40, null=True, blank=True)
    location = models.ForeignKey("Item", models.SET_NULL, null=True, blank=True, related_name="+")
    work_shift = models.CharField(max_length=80, null=True, blank=True)
    hourly_rate = models.CharField(max_length=80, null=True, blank=True)
    group_1 = models.CharField(max_length=80, null=True, blank=True)
    group_2 = models.CharField(max_length=80, null=True, blank=True)
    custom_fields_group = models.CharField(max_length=80, null=True, blank=True)

    class Meta:
        ordering = ("first_name", "last_name", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("company", "code"), condition=Q(code__isnull=False), name="personnel_code_once"
            ),
            models.UniqueConstraint(
                fields=("company", "account_email"),
                condition=Q(account_email__isnull=False),
                name="personnel_account_once",
            ),
        )

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()
