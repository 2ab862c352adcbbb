"""Third parties: service providers, manufacturers, suppliers and customers."""

from __future__ import annotations

from django.db import models

from accounts.models import Company


class ThirdPartyType(models.IntegerChoices):
    """`id_third_party_type`."""

    SERVICE_PROVIDER = 1
    MANUFACTURER = 2
    SUPPLIER = 3
    CUSTOMER = 4


class ThirdParty(models.Model):
    """A third party. `types` is a list of ThirdPartyType."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    code = models.CharField(max_length=64)
    name = models.CharField(max_length=160)
    email = models.CharField(max_length=254, null=True, blank=True)
    active = models.BooleanField(default=True)
    types = models.JSONField(default=list, blank=True)
    address = models.CharField(max_length=200, null=True, blank=True)
    city = models.CharField(max_length=80, null=True, blank=True)
    state = models.CharField(max_length=80, null=True, blank=True)
    country = models.CharField(max_length=80, null=True, blank=True)
    zip_code = models.CharField(max_length=20, null=True, blank=True)
    telephone_1 = models.CharField(max_length=40, null=True, blank=True)
    telephone_2 = models.CharField(max_length=40, null=True, blank=True)
    fax = models.CharField(max_length=40, null=True, blank=True)
    sms = models.CharField(max_length=40, null=True, blank=True)
    web_page = models.CharField(max_length=200, null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    group_1 = models.CharField(max_length=80, null=True, blank=True)
    group_2 = models.CharField(max_length=80, null=True, blank=True)
    hourly_rate = models.CharField(max_length=80, null=True, blank=True)
    location = models.ForeignKey("Item", models.SET_NULL, null=True, blank=True, related_name="+")
    visible_to_all = models.BooleanField(default=True)

    class Meta:
        verbose_name_plural = "third parties"
        ordering = ("name", "id")
        constraints = (models.UniqueConstraint(fields=("company", "code"), name="third_party_code_once"),)

    def __str__(self) -> str:
        return self.name


class ThirdPartyService(models.Model):
    """A service that a third party offers, and its cost per unit."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    third_party = models.ForeignKey(ThirdParty, models.CASCADE, related_name="services")
    description = models.CharField(max_length=160)
    cost = models.FloatField()
    details = models.TextField(null=True, blank=True)
    unit = models.CharField(max_length=40, null=True, blank=True)
    unit_code = models.CharField(max_length=16, null=True, blank=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.description


class ThirdPartyContact(models.Model):
    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    third_party = models.ForeignKey(ThirdParty, models.CASCADE, related_name="contacts")
    name = models.CharField(max_length=120)
    email = models.CharField(max_length=254, null=True, blank=True)
    branch_name = models.CharField(max_length=120, null=True, blank=True)
    branch_code = models.CharField(max_length=40, null=True, blank=True)
    role = models.CharField(max_length=80, null=True, blank=True)
    telephone = models.CharField(max_length=40, null=True, blank=True)
    mobile = models.CharField(max_length=40, null=True, blank=True)
    skype = models.CharField(max_length=80, null=True, blank=True)
    linkedin = models.CharField(max_length=200, null=True, blank=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name
