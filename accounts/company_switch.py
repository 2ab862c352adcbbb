"""Switches a whole company off: no app, no program and nobody but its administrators gets in.

The look-ups of tokens, consumers and memberships read the switch, so it takes effect within a second in every
process. Nothing is ended: what worked before works again when the company is switched on.
"""

from __future__ import annotations

from accounts import switching
from accounts.models import Company, User
from audit.kinds import Kind

FIELD = "switched_off_at"


def switch_off(company: Company, by: User, address: str) -> None:
    switching.begin(
        Kind.SETTINGS_SWITCHED_OFF, FIELD, company, by, address, switched_off_by_name=by.display_name
    )


def switch_on(company: Company, by: User, address: str) -> None:
    switching.end(Kind.SETTINGS_SWITCHED_ON, FIELD, company, by, address, switched_off_by_name="")
