"""Ends what lets people in and what was sent to them, after a backup was restored."""

from __future__ import annotations

import datetime as dt

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.db.models import F

from accounts.models import Company, Invitation, Restoration, User, WaitingAddress
from accounts.security_policy import SecurityPolicy


def end(now: dt.datetime, *, keep_passwords: bool) -> dict[str, int]:
    """End sessions, links, recovery codes and passwords, and switch every company off.

    A password or recovery code that was replaced or used since the backup would work again, and a person who
    was disabled since would be active again: an administrator looks at that before switching on.
    """
    Restoration.objects.create(at=now)
    codes = Authenticator.objects.filter(type=Authenticator.Type.RECOVERY_CODES)
    ended = {
        "sessions": Session.objects.all().delete()[0],
        "recovery codes of people": codes.delete()[0],
        "invitations": Invitation.objects.open().update(expires_at=now),
        "new addresses of people": WaitingAddress.objects.all().delete()[0],
    }
    User.objects.update(session_epoch=F("session_epoch") + 1)
    if not keep_passwords:
        ended["passwords"] = User.objects.update(password=make_password(None))
    SecurityPolicy.objects.bulk_create(
        [SecurityPolicy(company=company) for company in Company.objects.filter(security_policy=None)]
    )
    ended["companies switched off"] = SecurityPolicy.objects.update(
        switched_off_at=now, switched_off_by_name=""
    )
    return ended
