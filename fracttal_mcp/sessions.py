"""Sessions in the database. A cookie that cannot be a session key causes no query."""

from __future__ import annotations

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    def _validate_session_key(self, key: str | None) -> bool:
        """Check like Django, but also refuse a NUL: a cookie may contain one, and PostgreSQL rejects it."""
        return bool(key and key.isascii() and key.isalnum() and len(key) >= 8)
