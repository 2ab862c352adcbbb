"""What the administration API left in the transactions log."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection


def events(kind: str) -> list[dict[str, Any]]:
    """Return the events of this kind, read with plain SQL."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT subject_kind, subject_id, user_id, changes, facts, address FROM audit_event"
            " WHERE kind = %s ORDER BY id",
            [kind],
        )
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for row in rows:
        for name in ("changes", "facts"):
            row[name] = json.loads(row[name]) if isinstance(row[name], str) else row[name]
    return rows
