"""A company's rules for signing in, its pause of all writes by assistants, and its switch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.models import Company


class SecurityPolicy(models.Model):
    """The rules of one company. A company without a row has the defaults."""

    class TwoStep(models.TextChoices):
        NOBODY = "nobody", _("Nobody: each person decides")
        ADMINISTRATORS = "administrators", _("Everyone who may edit the configuration")
        EVERYBODY = "everybody", _("Everyone")

    company = models.OneToOneField(
        "accounts.Company", models.CASCADE, primary_key=True, related_name="security_policy"
    )
    two_step = models.CharField(max_length=16, choices=TwoStep, default=TwoStep.NOBODY)
    # How long a session lasts without a request, and in all. Without a value the installation's own end
    # (SESSION_COOKIE_AGE) is the only one.
    idle_minutes = models.PositiveIntegerField(null=True, blank=True)
    longest_hours = models.PositiveIntegerField(null=True, blank=True)
    # Domains of the e-mail addresses of people, in lower case; empty if all are allowed.
    allowed_domains = models.JSONField(default=list, blank=True)
    # Set while all writes by assistants and programs are paused. The name outlives the account.
    writes_paused_at = models.DateTimeField(null=True, editable=False)
    writes_paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    writes_paused_by_name = models.CharField(max_length=254, blank=True, editable=False)
    # Set while the company is switched off (company_switch.py). Without a name a backup was restored.
    switched_off_at = models.DateTimeField(null=True, editable=False)
    switched_off_by_name = models.CharField(max_length=254, blank=True, editable=False)

    class Meta:
        verbose_name = _("security policy")
        verbose_name_plural = _("security policies")

    def __str__(self) -> str:
        return f"SecurityPolicy of company {self.company_id}"

    @property
    def is_off(self) -> bool:
        return self.switched_off_at is not None


def policy_of(company: Company) -> SecurityPolicy:
    """Return the company's policy; one with the defaults, not saved, if it has none."""
    found: SecurityPolicy | None = getattr(company, "security_policy", None)
    return found or SecurityPolicy(company=company)
