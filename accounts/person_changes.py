"""What an administrator does to a person of the company. Each change is recorded.

An account may be used in several companies. What weakens or renames the account itself is left to its owner
then: an administrator of one company must not open the way into another.
"""

from __future__ import annotations

import smtplib
from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ResetPasswordForm
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.http import HttpRequest
from django.utils import translation
from django.utils.functional import Promise

from accounts.administrators import keeping_an_administrator
from accounts.app_connections import app_connections
from accounts.current import signed_in_user
from accounts.models import Membership, PermissionGroup, User
from accounts.networks import address_of
from audit.kinds import Kind
from audit.recording import Changes, Subject, changes_between, record


class UsedElsewhere(Exception):
    """The account is used in another company too, so only its owner may do that."""


class Removed(Exception):
    """The person was removed from the company meanwhile."""


def is_used_elsewhere(member: Membership) -> bool:
    """Say whether the account is a member of another company too, even if it may not sign in there now."""
    others = Membership.objects.filter(user=member.user_id)
    return others.exclude(company=member.company_id).exists()


def used_elsewhere() -> Exists:
    """Say the same in a query of memberships."""
    return Exists(Membership.objects.filter(user=OuterRef("user")).exclude(company=OuterRef("company")))


def change(
    member: Membership,
    group: PermissionGroup,
    *,
    active: bool,
    name: str | None = None,
    by: User | None,
    address: str,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Change the person's group and access, and the name if one is given.

    Raises LastAdministrator and Removed; with a new name also UsedElsewhere.

    `by` is None for a program; `facts` go into the log.
    """
    with transaction.atomic(), keeping_an_administrator(member.company):
        stored = Membership.objects.select_for_update(of=("self",)).select_related("user", "permission_group")
        before = stored.filter(pk=member.pk).first()
        if before is None:
            raise Removed
        told = {"group": before.permission_group.name, "active": before.active}
        now = {"group": group.name, "active": active}
        Membership.objects.filter(pk=member.pk).update(permission_group=group, active=active)
        if name is not None and name != before.user.name:
            lock_own_account(member)
            told["name"], now["name"] = before.user.name, name
            before.user.name = name
            before.user.save(update_fields=["name"])
        changes = changes_between(told, now)
        if changes:
            _record(Kind.PERSON_CHANGED, member, by, address, changes, facts)


def sign_out_everywhere(member: Membership, request: HttpRequest) -> None:
    """End every session of the account, in every process from the next request on."""
    with transaction.atomic():
        User.objects.filter(pk=member.user_id).update(session_epoch=F("session_epoch") + 1)
        _record(Kind.PERSON_SIGNED_OUT, member, signed_in_user(request), address_of(request))


def reset_two_step(member: Membership, request: HttpRequest) -> None:
    """Take the person's second factor and recovery codes away, and end every session.

    Raises UsedElsewhere.
    """
    with transaction.atomic():
        lock_own_account(member)
        Authenticator.objects.filter(user=member.user_id).delete()
        User.objects.filter(pk=member.user_id).update(session_epoch=F("session_epoch") + 1)
        _record(Kind.PERSON_TWO_STEP_RESET, member, signed_in_user(request), address_of(request))


def mail_password_reset(member: Membership, request: HttpRequest) -> None:
    """Mail the link by which the person chooses a new password; the present one stays good until then.

    Raises OSError or SMTPException if the message cannot be sent.
    """
    form = ResetPasswordForm(data={"email": member.user.email})
    with translation.override(member.user.language or member.company.language):
        if form.is_valid():
            form.save(request)
    with transaction.atomic():
        _record(Kind.PERSON_PASSWORD_MAILED, member, signed_in_user(request), address_of(request))


def remove(member: Membership, request: HttpRequest) -> int:
    """Remove the person from the company; the account stays. Return how many app connections ended.

    Raises LastAdministrator and Removed.
    """
    with transaction.atomic(), keeping_an_administrator(member.company):
        stored = Membership.objects.select_for_update().filter(pk=member.pk).first()
        if stored is None:
            raise Removed
        stored.delete()
        ended = app_connections().end_all(
            member.company, member.user, by=signed_in_user(request), address=address_of(request)
        )
        _record(
            Kind.PERSON_REMOVED,
            member,
            signed_in_user(request),
            address_of(request),
            facts={"connections": ended},
        )
    return ended


def tell(member: Membership, by: User, what: str | Promise, *, to: str = "") -> bool:
    """Mail the person what was done, in their language. Return whether the mail server took the message.

    `to` is an address other than that of the account.
    """
    user = member.user
    context = {"what": what, "company": member.company, "by": by.display_name}
    with translation.override(user.language or member.company.language):
        try:
            get_adapter().send_mail("accounts/email/account_changed", to or user.email, context)
        except (smtplib.SMTPException, OSError):
            return False
    return True


def lock_own_account(member: Membership) -> None:
    """Lock the account, so that it joins no other company meanwhile. Raises UsedElsewhere if it has one."""
    User.objects.select_for_update().get(pk=member.user_id)
    if is_used_elsewhere(member):
        raise UsedElsewhere


def subject_of(member: Membership) -> Subject:
    return Subject("person", str(member.user_id), member.user.email)


def _record(
    kind: Kind,
    member: Membership,
    by: User | None,
    address: str,
    changes: Changes | None = None,
    facts: Mapping[str, Any] | None = None,
) -> None:
    record(
        kind,
        company_id=member.company_id,
        user=by,
        subject=subject_of(member),
        changes=changes,
        facts=facts,
        address=address,
    )
