"""Sessions in the database. A cookie that cannot be a session key is not looked up."""

from __future__ import annotations

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    def _validate_session_key(self, key: str | None) -> bool:
        """As Django does, and no null character: a cookie may hold one, and PostgreSQL fails on it."""
        return bool(key and key.isascii() and key.isalnum() and len(key) >= 8)
