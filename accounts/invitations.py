"""Membership begins with an invitation that the person accepts.

An administrator invites an address and learns nothing about it: the same row, the same message and the
same answer, whether it has an account or not. Only whoever reads that mailbox, or has signed in with
that address, can accept.
"""

from __future__ import annotations

import smtplib

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Company, Invitation, Membership, PermissionGroup, User
from accounts.verified_addresses import mark_verified


class AlreadyInvited(Exception):
    """There is an invitation to that address."""


class NotSent(Exception):
    """The invitation stands, but the mail server did not take the message."""


class NotOpen(Exception):
    """The invitation was answered, withdrawn or sent again, or is too old."""


class HasAccount(Exception):
    """Somebody has an account with the address already, and accepts after signing in."""


def invite(company: Company, email: str, name: str, group: PermissionGroup, invited_by: User) -> Invitation:
    invitation = Invitation(
        company=company, email=email, name=name, permission_group=group, invited_by=invited_by
    )
    token = invitation.renew()
    try:
        with transaction.atomic():
            invitation.save()
    except IntegrityError as error:
        raise AlreadyInvited from error
    send(invitation, token)
    return invitation


def send_again(invitation: Invitation, invited_by: User) -> None:
    """With a new link; the old one stops working."""
    token = invitation.renew()
    invitation.invited_by = invited_by
    invitation.save()
    send(invitation, token)


def send(invitation: Invitation, token: str) -> None:
    context = {
        "invitation": invitation,
        "company": invitation.company,
        "url": settings.PUBLIC_URL + reverse("invitation", args=[token]),
    }
    # In the company's language, as nothing is known of the person.
    with translation.override(invitation.company.language):
        try:
            get_adapter().send_mail("accounts/email/invitation", invitation.email, context)
        except (smtplib.SMTPException, OSError) as error:
            raise NotSent from error


def account_of(invitation: Invitation) -> User | None:
    """The account that accepts by signing in; one that never had a password is as good as none."""
    user = User.objects.filter(email__iexact=invitation.email).first()
    return user if user is not None and user.has_usable_password() else None


def accept(invitation_id: int, user: User) -> Membership:
    """Once; the same answer of the same person again finds the membership that it made."""
    with transaction.atomic():
        invitation = _locked(invitation_id, user.email)
        if invitation.accepted_at is None:
            return _join(invitation, user)
        membership = Membership.objects.filter(user=user, company=invitation.company_id, active=True).first()
        if membership is None:
            raise NotOpen
        return membership


def accept_as_new(invitation_id: int, name: str, password: str) -> User:
    """Makes the account. Raises HasAccount where there is one meanwhile."""
    with transaction.atomic():
        invitation = _locked(invitation_id)
        if invitation.accepted_at is not None:
            raise NotOpen
        if account_of(invitation) is not None:
            raise HasAccount
        user = User.objects.filter(email__iexact=invitation.email).first()
        try:
            with transaction.atomic():
                user = user or User.objects.create_user(
                    invitation.email, language=invitation.company.language
                )
                user.name = name
                user.set_password(password)
                user.save()
        except (IntegrityError, ValidationError) as error:
            raise HasAccount from error
        mark_verified(user)  # by the link of the message
        _join(invitation, user)
    return user


def decline(invitation_id: int, email: str) -> None:
    with transaction.atomic():
        invitation = _locked(invitation_id, email)
        if invitation.accepted_at is not None:
            raise NotOpen
        invitation.declined_at = invitation.declined_at or timezone.now()
        invitation.save(update_fields=["declined_at"])


def _locked(invitation_id: int, email: str = "") -> Invitation:
    """One that may be answered, or was accepted: by that address where one is given."""
    found = Invitation.objects.select_for_update(of=("self",)).select_related("company", "permission_group")
    invitation = found.filter(pk=invitation_id, withdrawn_at=None).first()
    if invitation is None or (email and invitation.email != email.lower()):
        raise NotOpen
    if invitation.accepted_at is None and invitation.expired:
        raise NotOpen
    return invitation


def _join(invitation: Invitation, user: User) -> Membership:
    if invitation.declined_at is not None:
        raise NotOpen
    membership, _made = Membership.objects.get_or_create(
        user=user, company=invitation.company, defaults={"permission_group": invitation.permission_group}
    )
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    return membership
