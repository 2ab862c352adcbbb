"""Checks links that reset a password. They are not stored, so a restored backup cannot end them itself."""

from __future__ import annotations

import datetime as dt

from allauth.account.forms import EmailAwarePasswordResetTokenGenerator
from django.utils.http import base36_to_int

from accounts.models import User, not_before

_SIGNED_SINCE = dt.datetime(2001, 1, 1, tzinfo=dt.UTC)  # Django counts the seconds of a link from here


class ResetLinks(EmailAwarePasswordResetTokenGenerator):
    """Refuses links from before a restore."""

    def check_token(self, user: User | None, token: str | None) -> bool:
        if not super().check_token(user, token):
            return False
        restored = not_before()
        if restored is None:
            return True
        signed = base36_to_int(str(token).partition("-")[0])
        return _SIGNED_SINCE + dt.timedelta(seconds=signed) > restored
