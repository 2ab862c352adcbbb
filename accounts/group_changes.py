"""Adds, changes and deletes permission groups; each change is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import PROTECT, ManyToOneRel, ProtectedError, QuerySet
from django.http import HttpRequest

from accounts.administrators import keeping_an_administrator
from accounts.current import signed_in_user
from accounts.models import Invitation, PermissionGroup
from accounts.networks import address_of
from audit.kinds import Kind
from audit.recording import Changes, Subject, changes_between, record
from listing.counting import number_of

FIELDS = ("name", "rights", "own_work_orders_only", "active")


class StillUsed(Exception):
    """Somebody was given the group after the administrator was asked."""


def add(group: PermissionGroup, request: HttpRequest) -> None:
    with transaction.atomic():
        group.save(force_insert=True)
        _record(Kind.GROUP_ADDED, group, request, changes_between({}, _values(group)))


def change(group: PermissionGroup, request: HttpRequest) -> None:
    """Save the group. Raises LastAdministrator, and IntegrityError if another group has the name."""
    with transaction.atomic(), keeping_an_administrator(group.company):
        before = _values(PermissionGroup.objects.get(pk=group.pk))
        group.save(force_update=True)
        if changes := changes_between(before, _values(group)):
            _record(Kind.GROUP_CHANGED, group, request, changes)


def used_by(group: PermissionGroup) -> int:
    """Count what has the group: people, apps, invitations that still stand."""
    counts = [number_of(_having(relation, group)) for relation in _protecting()]
    return sum(PermissionGroup.objects.filter(pk=group.pk).values_list(*counts).get())


def delete(group: PermissionGroup, target: PermissionGroup | None, request: HttpRequest) -> None:
    """Delete the group after its people, apps and invitations were moved to `target`.

    Invitations that were accepted or withdrawn mean nothing any more, and are moved to any group.
    Raises StillUsed if there is no target and the group is in use, and LastAdministrator.
    """
    try:
        with transaction.atomic(), keeping_an_administrator(group.company):
            moved = 0
            if target is not None:
                for relation in _protecting():
                    moved += _having(relation, group).update(**{relation.field.name: target})
            if others := PermissionGroup.objects.filter(company=group.company_id).exclude(pk=group.pk):
                answered = Invitation.objects.exclude(pk__in=Invitation.objects.standing().values("pk"))
                answered.filter(permission_group=group).update(permission_group=target or others[0])
            PermissionGroup.objects.get(pk=group.pk).delete()
            facts = {"moved_to": target.name, "moved": moved} if target is not None else None
            _record(Kind.GROUP_DELETED, group, request, facts=facts)
    except ProtectedError as error:
        raise StillUsed from error


def _having(relation: ManyToOneRel, group: PermissionGroup) -> QuerySet[Any]:
    """Return the records of a relation that have the group and count."""
    model = relation.related_model
    rows: QuerySet[Any] = Invitation.objects.standing() if model is Invitation else model._base_manager.all()
    return rows.filter(**{relation.field.name: group})


def _protecting() -> Iterator[ManyToOneRel]:
    """Return the relations of all apps that keep a group from being deleted."""
    for relation in PermissionGroup._meta.get_fields(include_hidden=True):
        if isinstance(relation, ManyToOneRel) and relation.on_delete is PROTECT:
            yield relation


def _values(group: PermissionGroup) -> dict[str, Any]:
    return {name: getattr(group, name) for name in FIELDS}


def _record(
    kind: Kind,
    group: PermissionGroup,
    request: HttpRequest,
    changes: Changes | None = None,
    facts: dict[str, Any] | None = None,
) -> None:
    record(
        kind,
        company_id=group.company_id,
        user=signed_in_user(request),
        subject=Subject("group", str(group.pk), group.name),
        changes=changes,
        facts=facts,
        address=address_of(request),
    )
