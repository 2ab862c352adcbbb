"""What an administrator switches on and off for a whole company. SecurityPolicy keeps since when."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Company, User
from accounts.security_policy import SecurityPolicy
from audit.kinds import Kind
from audit.recording import Subject, record


def begin(kind: Kind, field: str, company: Company, by: User, address: str, **facts: Any) -> None:
    """Set `field` to now, and the other fields to `facts`. What has begun keeps its beginning."""
    with transaction.atomic():
        SecurityPolicy.objects.get_or_create(company=company)
        waiting = SecurityPolicy.objects.filter(company=company, **{field: None})
        if waiting.update(**{field: timezone.now()}, **facts):
            _record(kind, company, by, address)


def end(kind: Kind, field: str, company: Company, by: User, address: str, **facts: Any) -> None:
    """Empty `field`, and set the other fields to `facts`."""
    with transaction.atomic():
        begun = SecurityPolicy.objects.filter(company=company).exclude(**{field: None})
        if begun.update(**{field: None}, **facts):
            _record(kind, company, by, address)


def _record(kind: Kind, company: Company, by: User, address: str) -> None:
    subject = Subject("company", str(company.pk), company.name)
    record(kind, company_id=company.pk, user=by, subject=subject, address=address)
