"""Fills the log of a company quickly, on PostgreSQL: rare and frequent values, one row every 20 seconds."""

from __future__ import annotations

from typing import Any

from django.db import connection

from tests.activity.events import NOON

FILL = """
    INSERT INTO audit_event (at, company_id, position, kind, outcome, reason, user_id, user_email,
        consumer_id, consumer_name, authorization_id, address, subject_kind, subject_id, subject_name,
        changes, facts, tool, is_write, milliseconds, upstream_calls, digest)
    SELECT %(noon)s::timestamptz - n * interval '20 seconds', %(company)s, n + 10,
        CASE WHEN n %% 997 = 0 THEN 'consumer.changed' ELSE 'tool.call' END,
        CASE WHEN n %% 1009 = 0 THEN 'refused' ELSE 'done' END, '', n %% 400 + 1000000, 'x',
        n %% 50 + %(app)s, 'x', NULL, '', '', 'A-' || (n %% 5000), '', '{}', '{}',
        CASE WHEN n %% 997 = 0 THEN '' WHEN n %% 1013 = 0 THEN 'create_asset' ELSE 'list_assets' END,
        false, 1, 1, ''
    FROM generate_series(1, %(rows)s) n
"""


def fill(company_id: int, app: int, rows: int) -> None:
    """Add rows back from NOON. Apps have the numbers from `app` on, people those from 1,000,000 on."""
    values: dict[str, Any] = {"noon": NOON, "company": company_id, "app": app, "rows": rows}
    with connection.cursor() as cursor:
        cursor.execute(FILL, values)
        cursor.execute("ANALYZE audit_event")
