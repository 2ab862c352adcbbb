"""Pauses and resumes all writes by the assistants and programs of a company.

The look-up of each token reads the pause (consumers/oauth/token_info.py), so it takes effect within a second
in every process.
"""

from __future__ import annotations

from accounts import switching
from accounts.models import Company, User
from audit.kinds import Kind

FIELD = "writes_paused_at"


def pause_writes(company: Company, by: User, address: str) -> None:
    facts = {"writes_paused_by": by, "writes_paused_by_name": by.display_name}
    switching.begin(Kind.SETTINGS_WRITES_PAUSED, FIELD, company, by, address, **facts)


def resume_writes(company: Company, by: User, address: str) -> None:
    facts = {"writes_paused_by": None, "writes_paused_by_name": ""}
    switching.end(Kind.SETTINGS_WRITES_RESUMED, FIELD, company, by, address, **facts)
