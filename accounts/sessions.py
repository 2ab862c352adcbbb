"""Sessions in the database, under a hash of their key: what the table holds cannot be used as a cookie."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.utils import timezone

from accounts.database_trouble import is_database_trouble

LONGEST = 40  # the column's length; 160 bits, and a key has 165


def stored_key(key: str) -> str:
    """Return what the table holds for a session key. A key is random, so a hash without a key is safe."""
    return hashlib.sha256(b"session\0" + key.encode()).hexdigest()[:LONGEST]


class SessionStore(db.SessionStore):
    # The library's asynchronous ones query by themselves; these call the methods below.
    aexists = SessionBase.aexists
    acreate = SessionBase.acreate
    aload = SessionBase.aload
    asave = SessionBase.asave
    adelete = SessionBase.adelete

    def exists(self, session_key: str) -> bool:
        return bool(self.model.objects.filter(session_key=stored_key(session_key)).exists())

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            self.model.objects.filter(session_key=stored_key(key)).delete()

    def save(self, must_create: bool = False) -> None:
        """Save like Django, which calls each failure a session that was ended, and answers 400."""
        try:
            super().save(must_create)
        except UpdateError as ended:
            trouble = ended.__context__
            if trouble is not None and is_database_trouble(trouble):
                raise trouble from trouble.__cause__
            raise

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row = super().create_model_instance(data)
        row.session_key = stored_key(row.session_key)
        return row

    def _get_session_from_db(self) -> Any:
        """Return the row. A cookie that cannot be a session key, which may hold a NUL, causes no query."""
        rows = self.model.objects.filter(expire_date__gt=timezone.now())
        row = rows.filter(session_key=stored_key(self.session_key)).first() if self.session_key else None
        if row is None:
            self._session_key = None
        return row

    def _validate_session_key(self, key: str | None) -> bool:
        """Check like Django, but refuse what is not in the alphabet of its keys: PostgreSQL rejects a NUL."""
        return bool(key and key.isascii() and key.isalnum() and len(key) >= 8)
