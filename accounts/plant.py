"""What accounts need from the plant's data, reached only through dotted paths in the settings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.models import Company, Membership, User


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """The personnel record that an account works with."""

    name: str
    code: str
    active: bool


def own_records(company: Company, addresses: Collection[str] | None = None) -> Mapping[str, OwnRecord] | None:
    """Return the personnel records by lower-case e-mail address; None if the company keeps them elsewhere.

    With `addresses`, only the records of these accounts.
    """
    find: Callable[[Company, Collection[str] | None], Mapping[str, OwnRecord] | None] = import_string(
        settings.PERSONNEL_RECORDS
    )
    return find(company, addresses)


def follow_address(membership: Membership, former: str, by: User | None) -> None:
    """Let the personnel record of the account that had this address follow to the present one."""
    follow: Callable[[Membership, str, User | None], object] = import_string(settings.PERSONNEL_FOLLOWS)
    follow(membership, former, by)


def begin(administrator: Membership) -> None:
    """Create what a new company needs so that its administrator can work."""
    prepare: Callable[[Membership], object] = import_string(settings.NEW_COMPANY)
    prepare(administrator)


def needs_record(membership: Membership) -> bool:
    """Say whether some right works only with a personnel record, since every write names a person."""
    return membership.active and any(
        not right.endswith(":view") and not right.startswith("configuration:") for right in membership.rights
    )
