"""Makes, renews, revokes and finds the calendar link of a person in a company.

Nothing is kept of what was true when the link was made: each fetch reads the person, the membership, the
group and the rules of the company again.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, User
from accounts.person_changes import subject_of
from accounts.security_policy import policy_of
from accounts.sign_in_rules import admits_address
from audit.kinds import Kind
from audit.recording import record
from calendars.models import CalendarLink
from consumers.digests import Prefix, digest, is_shaped, make

NOTE_USE_EVERY = dt.timedelta(minutes=1)


def renew(membership: Membership, address: str) -> str:
    """Make a link and return its URL, which is shown once. An earlier link of the person ends."""
    token = make(Prefix.CALENDAR_LINK)
    with transaction.atomic():
        CalendarLink.objects.update_or_create(
            membership=membership,
            defaults={"token_digest": digest(token), "created_at": timezone.now(), "last_used_at": None},
        )
        _record(Kind.CALENDAR_LINK_MADE, membership, address)
    return settings.PUBLIC_URL + reverse("calendar-feed", args=[token])


def revoke(membership: Membership, address: str, *, by: User | None = None) -> bool:
    """End the person's link, as the person or as `by`. Return whether there was one."""
    with transaction.atomic():
        deleted, _by_model = CalendarLink.objects.filter(membership=membership).delete()
        if not deleted:
            return False
        if by is None or by == membership.user:
            _record(Kind.CALENDAR_LINK_REVOKED, membership, address)
        else:
            record(
                Kind.CALENDAR_LINK_TAKEN,
                company_id=membership.company_id,
                user=by,
                subject=subject_of(membership),
                address=address,
            )
    return True


def membership_of(token: str) -> Membership | None:
    """Return the membership that a token stands for now, None if it opens nothing."""
    if not is_shaped(Prefix.CALENDAR_LINK, token):
        return None
    link = (
        CalendarLink.objects.select_related(
            "membership__user",
            "membership__company__security_policy",
            "membership__company__api_connection",
            "membership__permission_group__ceiling",
        )
        .filter(token_digest=digest(token))
        .first()
    )
    if link is None:
        return None
    membership, policy = link.membership, policy_of(link.membership.company)
    lives = (
        membership.active
        and membership.user.is_active
        and membership.permission_group.active
        and admits_address(policy.allowed_domains, membership.user.email)
        and not policy.is_off
        and policy.writes_paused_at is None  # a pause stops programs, and this is one that nobody watches
    )
    return membership if lives else None


def note_use(membership: Membership) -> None:
    """Note when the link was last used, at most once a minute."""
    now = timezone.now()
    CalendarLink.objects.filter(
        Q(last_used_at=None) | Q(last_used_at__lt=now - NOTE_USE_EVERY), membership=membership
    ).update(last_used_at=now)


def _record(kind: Kind, membership: Membership, address: str) -> None:
    record(kind, company_id=membership.company_id, user=membership.user, address=address)
