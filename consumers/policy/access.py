"""Who may use an app: everybody in the company, or chosen groups and people; perhaps only once approved."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from accounts.models import Membership
from consumers.policy.models import AccessRequest

if TYPE_CHECKING:
    from consumers.models import Consumer


class Access(StrEnum):
    """Whether a person may use an app. The values are codes of the error page."""

    OPEN = "open"
    NOT_ASKED = "access_needed"  # an administrator can be asked
    WAITS = "access_waits"
    REFUSED = "access_refused"


def access_of(membership: Membership, consumer: Consumer) -> Access:
    """Say whether the person may use the app now. A refusal holds for whoever is chosen, too."""
    request = AccessRequest.objects.filter(consumer=consumer, membership=membership).first()
    if request is not None and request.approved is False:
        return Access.REFUSED
    approved = request is not None and request.approved is True
    if is_chosen(membership, consumer) and (approved or not consumer.approve_first):
        return Access.OPEN
    # who was approved once and is no longer among the chosen may ask again
    return Access.NOT_ASKED if request is None or approved else Access.WAITS


def is_chosen(membership: Membership, consumer: Consumer) -> bool:
    return (
        consumer.everyone_may_use
        or consumer.allowed_groups.filter(pk=membership.permission_group_id).exists()
        or consumer.allowed_members.filter(pk=membership.pk).exists()
    )


def may_use(consumer: str, membership: str, group: str) -> Q:
    """Return the same as a condition of a query, where the arguments are the names of these columns."""
    # not at the top: the models of consumers import this package
    from consumers.models import Consumer

    groups, members = Consumer.allowed_groups.through, Consumer.allowed_members.through
    app = OuterRef(consumer)
    chosen = (
        Q(**{f"{consumer}__everyone_may_use": True})
        | Q(Exists(groups.objects.filter(consumer_id=app, permissiongroup_id=OuterRef(group))))
        | Q(Exists(members.objects.filter(consumer_id=app, membership_id=OuterRef(membership))))
    )
    decided = AccessRequest.objects.filter(consumer_id=app, membership_id=OuterRef(membership))
    approved = Q(**{f"{consumer}__approve_first": False}) | Q(Exists(decided.filter(approved=True)))
    return chosen & approved & ~Q(Exists(decided.filter(approved=False)))
