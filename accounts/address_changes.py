"""An administrator corrects the e-mail address of a person; the owner of the new address confirms it.

Until then nothing changes. So a slip locks nobody out, the new address is proved like any other, and the
administrator does not learn whether it has an account already: only who reads its mailbox does.
"""

from __future__ import annotations

import smtplib

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, Membership, User
from accounts.person_changes import UsedElsewhere, lock_own_account, subject_of, tell
from accounts.plant import follow_address
from accounts.security_policy import policy_of
from accounts.sign_in_rules import admits_address
from accounts.verified_addresses import mark_verified
from accounts.waiting_address import LIFETIME, WaitingAddress, digest_of, make_token
from audit.kinds import Kind
from audit.recording import record

ASKED = _(
    "Another e-mail address was entered for your account. It takes effect when somebody confirms it with "
    "the link that was sent there."
)
CHANGED = _("The e-mail address of your account is now {email}. Sign in with it from now on.")


class NotSent(Exception):
    """The change waits, but the mail server did not accept the message."""


class NotOpen(Exception):
    """The change was made, withdrawn or replaced, it expired, or the rules no longer allow it."""


class Taken(Exception):
    """The address has another account."""


def ask(member: Membership, email: str, *, by: User, address: str) -> bool:
    """Mail a link to the new address, and tell the present one. Return whether that one could be told.

    Raises UsedElsewhere and NotSent.
    """
    token, now = make_token(), timezone.now()
    with transaction.atomic():
        lock_own_account(member)
        WaitingAddress.objects.update_or_create(
            membership=member,
            defaults={
                "email": email,
                "asked_by": by,
                "asked_at": now,
                "expires_at": now + LIFETIME,
                "token_digest": digest_of(token),
            },
        )
        record(
            Kind.PERSON_ADDRESS_ASKED,
            company_id=member.company_id,
            user=by,
            subject=subject_of(member),
            facts={"email": email},
            address=address,
        )
    context = {
        "company": member.company,
        "by": by.display_name,
        "url": settings.PUBLIC_URL + reverse("new-address", args=[token]),
    }
    with translation.override(member.user.language or member.company.language):
        try:
            get_adapter().send_mail("accounts/email/new_address", email, context)
        except (smtplib.SMTPException, OSError) as error:
            raise NotSent from error
    return tell(member, by, ASKED)


def withdraw(member: Membership, *, by: User, address: str) -> None:
    with transaction.atomic():
        deleted, _by_model = WaitingAddress.objects.filter(membership=member).delete()
        if deleted:
            record(
                Kind.PERSON_ADDRESS_WITHDRAWN,
                company_id=member.company_id,
                user=by,
                subject=subject_of(member),
                address=address,
            )


def waiting(token: str) -> WaitingAddress | None:
    """Return the change that a mailed link stands for; None if it no longer does."""
    found = WaitingAddress.objects.select_related("membership__company")
    row = found.filter(token_digest=digest_of(token)).first()
    return None if row is None or row.expired else row


def confirm(key: int, token: str, *, address: str) -> WaitingAddress:
    """Make the change, and tell the former address. Sessions end; app connections stay.

    Raises NotOpen and Taken.
    """
    with transaction.atomic():
        member = Membership.objects.filter(waiting_address=key).first()
        if member is None:
            raise NotOpen
        # In the order of other changes of people.
        Company.objects.select_for_update().get(pk=member.company_id)
        try:
            lock_own_account(member)
        except UsedElsewhere:
            raise NotOpen from None
        row = _locked(key, token)
        member, user, former = row.membership, row.membership.user, row.membership.user.email
        if User.objects.filter(email__iexact=row.email).exclude(pk=user.pk).exists():
            raise Taken
        user.email, user.session_epoch = row.email, user.session_epoch + 1
        try:
            with transaction.atomic():
                user.save(update_fields=["email", "session_epoch"])
        except IntegrityError:  # an account was made with it since
            raise Taken from None
        mark_verified(user)
        follow_address(member, former, by=row.asked_by)
        row.delete()
        record(
            Kind.PERSON_CHANGED,
            company_id=member.company_id,
            user=user,
            subject=subject_of(member),
            changes={"email": [former, row.email]},
            address=address,
        )
    tell(member, row.asked_by or user, format_lazy(CHANGED, email=row.email), to=former)
    return row


def _locked(key: int, token: str) -> WaitingAddress:
    found = WaitingAddress.objects.select_for_update(of=("self",)).select_related(
        "membership__user", "membership__company__security_policy", "membership__permission_group", "asked_by"
    )
    row = found.filter(pk=key, token_digest=digest_of(token)).first()
    if row is None or row.expired:
        raise NotOpen
    member = row.membership
    if not (member.active and member.user.is_active):
        raise NotOpen
    if not admits_address(policy_of(member.company).allowed_domains, row.email):
        raise NotOpen
    return row
