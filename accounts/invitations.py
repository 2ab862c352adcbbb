"""People join a company by accepting an invitation.

An administrator who invites an address learns nothing about it: row, message and answer are the same whether
or not it has an account. Only somebody who reads that mailbox, or has signed in with that address, can
accept.
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
from accounts.security_policy import policy_of
from accounts.sign_in_rules import admits_address
from accounts.verified_addresses import mark_verified
from audit.kinds import Kind
from audit.recording import Subject, record


class AlreadyInvited(Exception):
    """The address already has an open invitation."""


class NotSent(Exception):
    """The invitation was stored, but the mail server did not accept the message."""


class NotOpen(Exception):
    """The invitation was answered, withdrawn or sent again, or it has expired."""


class HasAccount(Exception):
    """The address already has an account, whose owner must sign in to accept."""


def invite(
    company: Company,
    email: str,
    name: str,
    group: PermissionGroup,
    invited_by: User,
    address: str = "",
) -> Invitation:
    invitation = Invitation(
        company=company, email=email, name=name, permission_group=group, invited_by=invited_by
    )
    token = invitation.renew()
    try:
        with transaction.atomic():
            invitation.save()
            record(
                Kind.PERSON_INVITED,
                company_id=company.pk,
                user=invited_by,
                subject=subject_of(invitation),
                facts={"permission_group": group.name},
                address=address,
            )
    except IntegrityError as error:
        raise AlreadyInvited from error
    send(invitation, token)
    return invitation


def send_again(invitation_id: int, invited_by: User, address: str = "") -> None:
    """Send the invitation with a new link; the old link stops working. Raises NotOpen and NotSent."""
    with transaction.atomic():
        standing = Invitation.objects.standing().select_for_update(of=("self",))
        invitation = standing.select_related("company", "permission_group").filter(pk=invitation_id).first()
        if invitation is None:
            raise NotOpen
        token = invitation.renew()
        invitation.invited_by = invited_by
        invitation.save(update_fields=["token_digest", "sent_at", "expires_at", "declined_at", "invited_by"])
        record(
            Kind.INVITATION_RESENT,
            company_id=invitation.company_id,
            user=invited_by,
            subject=subject_of(invitation),
            address=address,
        )
    send(invitation, token)


def send(invitation: Invitation, token: str) -> None:
    context = {
        "invitation": invitation,
        "company": invitation.company,
        "url": settings.PUBLIC_URL + reverse("invitation", args=[token]),
    }
    # Use the company's language, since nothing is known about the person.
    with translation.override(invitation.company.language):
        try:
            get_adapter().send_mail("accounts/email/invitation", invitation.email, context)
        except (smtplib.SMTPException, OSError) as error:
            raise NotSent from error


def account_of(invitation: Invitation) -> User | None:
    """Return the account that must sign in to accept, if any.

    One that never had a password does not count.
    """
    user = User.objects.filter(email__iexact=invitation.email).first()
    return user if user is not None and user.has_usable_password() else None


def accept(invitation_id: int, user: User) -> Membership:
    """Accept an invitation and return the membership.

    If the same person accepts again, the membership from the first time is returned. Raises NotOpen.
    """
    with transaction.atomic():
        invitation = _locked(invitation_id, user.email)
        if invitation.accepted_at is None:
            membership = _join(invitation, user)
            _record_answer(Kind.INVITATION_ACCEPTED, invitation, user)
            return membership
        earlier = Membership.objects.filter(user=user, company=invitation.company_id, active=True).first()
        if earlier is None:
            raise NotOpen
        return earlier


def accept_as_new(invitation_id: int, name: str, password: str) -> User:
    """Create the account and accept.

    Raises NotOpen, or HasAccount if the address got an account meanwhile.
    """
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
        mark_verified(user)  # the person opened the mailed link
        _join(invitation, user)
        _record_answer(Kind.INVITATION_ACCEPTED, invitation, user)
    return user


def decline(invitation_id: int, email: str) -> None:
    with transaction.atomic():
        invitation = _locked(invitation_id, email)
        if invitation.accepted_at is not None:
            raise NotOpen
        if invitation.declined_at is None:
            invitation.declined_at = timezone.now()
            invitation.save(update_fields=["declined_at"])
            _record_answer(Kind.INVITATION_DECLINED, invitation, User.objects.filter(email=email).first())


def subject_of(invitation: Invitation) -> Subject:
    return Subject("invitation", str(invitation.pk), invitation.email)


def _record_answer(kind: Kind, invitation: Invitation, user: User | None) -> None:
    record(kind, company_id=invitation.company_id, user=user, subject=subject_of(invitation))


def _locked(invitation_id: int, email: str = "") -> Invitation:
    """Lock an invitation that is open or accepted; with `email`, only one to that address. Raises NotOpen."""
    found = Invitation.objects.select_for_update(of=("self",)).select_related(
        "company__security_policy", "permission_group"
    )
    invitation = found.filter(pk=invitation_id, withdrawn_at=None).first()
    if invitation is None or (email and invitation.email != email.lower()):
        raise NotOpen
    if invitation.accepted_at is None and invitation.expired:
        raise NotOpen
    if not admits_address(policy_of(invitation.company).allowed_domains, invitation.email):
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
