"""What accounts need of the plant, which they know by the dotted paths of the settings alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.models import Company, Membership


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """The personnel record that an account works with."""

    name: str
    code: str
    active: bool


def own_records(company: Company) -> Mapping[str, OwnRecord] | None:
    """By the e-mail of the account in small letters; None where the company keeps its people elsewhere."""
    find: Callable[[Company], Mapping[str, OwnRecord] | None] = import_string(settings.PERSONNEL_RECORDS)
    return find(company)


def begin(administrator: Membership) -> None:
    """What a new company needs so that its administrator can work."""
    prepare: Callable[[Membership], object] = import_string(settings.NEW_COMPANY)
    prepare(administrator)


def needs_record(membership: Membership) -> bool:
    """Whether some of the rights are of use only with a personnel record: a write is always somebody's."""
    return membership.active and any(
        not right.endswith(":view") and not right.startswith("configuration:") for right in membership.rights
    )
