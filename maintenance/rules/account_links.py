"""Links accounts to personnel records by e-mail address.

Every write names a person as its author, so an account without a record can only read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string

from accounts.models import Company, Membership, User
from accounts.plant import OwnRecord
from maintenance.models import Action, Module, Personnel
from maintenance.rules.transaction_log import Actor, Entry, record

NEW_CODE = "P-{:02d}"
_number = re.compile(r"P-(\d{1,9})")


class NotFree(Exception):
    """The record does not exist any more, is inactive, or belongs to another account."""


class CodeTaken(Exception):
    """Another record has that code."""


def kept_elsewhere(company: Company) -> bool:
    """Says whether another system manages the company's people."""
    connection_of: Callable[[Company], object | None] = import_string(settings.DATA_ELSEWHERE)
    return connection_of(company) is not None


def own_records(company: Company, addresses: Collection[str] | None = None) -> Mapping[str, OwnRecord] | None:
    """Returns the personnel records by account e-mail address, None if another system manages them.

    With `addresses`, only those of these accounts.

    This is `settings.PERSONNEL_RECORDS`.
    """
    if kept_elsewhere(company):
        return None
    linked = Personnel.objects.filter(company=company, account_email__isnull=False)
    if addresses is not None:
        linked = linked.filter(account_email__in=addresses)
    return {
        person.account_email or "": OwnRecord(person.full_name, person.code or "", person.active)
        for person in linked
    }


def record_of(membership: Membership) -> Personnel | None:
    return Personnel.objects.filter(
        company_id=membership.company_id, account_email=membership.user.email.lower()
    ).first()


def free_records(company: Company) -> QuerySet[Personnel]:
    """Returns active people who are not linked to an account of the company."""
    accounts = Membership.objects.filter(company=company).values("user__email")
    return Personnel.objects.filter(company=company, active=True).filter(
        Q(account_email__isnull=True) | ~Q(account_email__in=accounts)
    )


def suggested(membership: Membership) -> Personnel | None:
    """Returns the free record with the account's e-mail address, None unless exactly one has it."""
    same = free_records(membership.company).filter(email__iexact=membership.user.email)[:2]
    return same[0] if len(same) == 1 else None


def link(membership: Membership, person_id: int, by: User | None) -> Personnel:
    """Links the account to this record and to no other. A record without a code gets one."""
    with transaction.atomic():
        _lock(membership)
        person = free_records(membership.company).filter(pk=person_id).first()
        if person is None:
            raise NotFree
        _release(membership)
        person.account_email = membership.user.email.lower()
        person.code = person.code or _next_code(membership.company_id)
        person.save(update_fields=["account_email", "code"])
        _log(person, by, Action.EDIT)
    return person


def create(membership: Membership, by: User | None, name: str = "", code: str = "") -> Personnel:
    """Creates a record for the account, by default with the account's name. Raises CodeTaken."""
    user = membership.user
    first, _space, last = (name.strip() or user.name or user.email.partition("@")[0]).partition(" ")
    with transaction.atomic():
        _lock(membership)
        if code and Personnel.objects.filter(company_id=membership.company_id, code=code).exists():
            raise CodeTaken
        _release(membership)
        person = Personnel.objects.create(
            company_id=membership.company_id,
            code=code or _next_code(membership.company_id),
            first_name=first[:80],
            last_name=last[:80],
            email=user.email,
            account_email=user.email.lower(),
        )
        _log(person, by, Action.ADD)
    return person


def unlink(membership: Membership, by: User | None) -> Personnel | None:
    """Unlinks the record, which stays because of its work. Returns None if there was none."""
    with transaction.atomic():
        _lock(membership)
        person = record_of(membership)
        if person is not None:
            _release(membership)
            person.account_email = None
            _log(person, by, Action.EDIT)
    return person


def follow(membership: Membership, former: str, by: User | None) -> None:
    """Links the record of an account that had the address `former` to its present address.

    This is `settings.PERSONNEL_FOLLOWS`.
    """
    with transaction.atomic():
        _lock(membership)
        linked = Personnel.objects.filter(company_id=membership.company_id, account_email=former.lower())
        person = linked.first()
        if person is not None:
            _release(membership)  # a record that still names an earlier account with the address
            person.account_email = membership.user.email.lower()
            person.save(update_fields=["account_email"])
            _log(person, by, Action.EDIT)


def _lock(membership: Membership) -> None:
    """Makes administrators wait for each other, since account and record belong to each other alone."""
    Company.objects.select_for_update().get(pk=membership.company_id)


def _release(membership: Membership) -> None:
    Personnel.objects.filter(
        company_id=membership.company_id, account_email=membership.user.email.lower()
    ).update(account_email=None)


def _next_code(company_id: int) -> str:
    codes = Personnel.objects.filter(company_id=company_id, code__startswith="P-").values_list(
        "code", flat=True
    )
    numbers = [int(match[1]) for code in codes if (match := _number.fullmatch(code or ""))]
    return NEW_CODE.format(max(numbers, default=0) + 1)


def _log(person: Personnel, by: User | None, action: Action) -> None:
    description = f"{person.full_name} {{ {person.code} }}"
    entry = Entry(
        Module.HUMAN_RESOURCES,
        "PERSONNEL",
        action,
        description,
        {"account": person.account_email},
        about=person,
    )
    record(person.company_id, Actor.of_user(by), entry)
