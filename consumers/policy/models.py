"""What administrators store about apps: the ceilings of groups, and requests to use an app."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, PermissionGroup
from consumers.toolsets import check_toolsets

MOST_WRITES_PER_HOUR = 10_000
MOST_RECORDS = 1_000
ASK, NEVER = "ask", "never"
LONGEST_TOOL_NAME = 128
MOST_TOOL_RULES = 500


def check_tool_rules(rules: object) -> None:
    """Accept a dictionary of tool names with `ask` or `never`."""
    if (
        not isinstance(rules, dict)
        or len(rules) > MOST_TOOL_RULES
        or any(not isinstance(name, str) or len(name) > LONGEST_TOOL_NAME for name in rules)
        or not all(rule in (ASK, NEVER) for rule in rules.values())
    ):
        raise ValidationError(_("Choose for each tool: allowed, ask first, or never."))


class CeilingFields(models.Model):
    """The part of a ceiling that consumers and permission groups have in common."""

    read_only = models.BooleanField(_("read only"), default=False)
    tool_rules: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(
        _("single tools"), default=dict, blank=True, validators=[check_tool_rules]
    )
    # Of one person through one app, or of one program.
    writes_per_hour = models.PositiveIntegerField(
        _("writes per hour"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_WRITES_PER_HOUR)],
    )
    most_records = models.PositiveIntegerField(
        _("records per write"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_RECORDS)],
    )

    class Meta:
        abstract = True


class GroupCeiling(CeilingFields):
    """What assistants may do for the people of a permission group. Without a row there is no such limit."""

    group = models.OneToOneField(PermissionGroup, models.CASCADE, related_name="ceiling")
    withheld_toolsets: models.JSONField[list[str], list[str]] = models.JSONField(
        _("withheld tool sets"), default=list, blank=True, validators=[check_toolsets]
    )

    def __str__(self) -> str:
        return f"GroupCeiling #{self.pk}"


class AccessRequest(models.Model):
    """A person's wish to use an app, and what an administrator decided.

    The approval is what an app with `approve_first` needs for each person.
    """

    consumer = models.ForeignKey(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL, models.CASCADE, related_name="access_requests"
    )
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="access_requests")
    asked_at = models.DateTimeField(default=timezone.now)
    approved = models.BooleanField(null=True)  # None while it waits
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("consumer", "membership"), name="one_access_request_per_person_and_app"
            ),
        )

    def __str__(self) -> str:
        return f"AccessRequest #{self.pk}"
