"""The transaction log. Every change of maintenance data is recorded here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

from accounts.models import User
from accounts.principal import Principal
from maintenance.models import Action, Module, Transaction

LONGEST_DESCRIPTION = 700


@dataclass(frozen=True, slots=True)
class Actor:
    """Who made a change. Programs and `manage.py` commands have no `user_id`."""

    name: str
    user_id: int | None = None
    email: str | None = None
    ip_address: str | None = None
    via_app: str = ""

    @classmethod
    def of_caller(cls, principal: Principal, ip_address: str | None = None) -> Actor:
        return cls(
            name=principal.user_name or principal.group_name,
            user_id=principal.user_id,
            email=principal.user_email or None,
            ip_address=ip_address,
            via_app=principal.via_app,
        )

    @classmethod
    def of_user(cls, user: User | None) -> Actor:
        if user is None:
            return cls(name="manage.py")
        return cls(name=user.display_name, user_id=user.pk, email=user.email)


@dataclass(frozen=True, slots=True)
class Entry:
    """A change. `sub_module` is the vendor's name of the screen, `about` the record whose page shows it."""

    module: Module
    sub_module: str
    action: Action
    description: str
    data: dict[str, Any] | None = None
    about: Model | None = None


def record(company_id: int, actor: Actor, entry: Entry) -> None:
    """Records a change. Call it in the transaction of the change."""
    Transaction.objects.create(
        company_id=company_id,
        user_id=actor.user_id,
        ip_address=actor.ip_address,
        name=actor.name,
        email=actor.email,
        module=entry.module,
        sub_module=entry.sub_module,
        action=entry.action,
        description=entry.description[:LONGEST_DESCRIPTION],
        data=entry.data or {},
        via_app=actor.via_app,
        about=name_of(entry.about),
    )


def name_of(record: Model | None) -> str:
    """Return the name under which changes of a record are found."""
    return "" if record is None else f"{record._meta.model_name}-{record.pk}"


def changes_of(record: Model, company_id: int) -> QuerySet[Transaction]:
    """Return the recorded changes of a record, newest first."""
    return Transaction.objects.filter(company_id=company_id, about=name_of(record)).order_by(
        "-event_date", "-id"
    )
