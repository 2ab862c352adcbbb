"""Sessions in the database, whose keys are asked for there only where they can be one."""

from __future__ import annotations

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    def _validate_session_key(self, key: str | None) -> bool:
        """As Django does, and no null character: a cookie may hold one, and PostgreSQL fails on it."""
        return bool(key and key.isascii() and key.isalnum() and len(key) >= 8)
