"""The record that a call was about, read from the log with plain SQL after calls on the plant."""

from __future__ import annotations

from django.db import connection

from mcp_gateway.runtime import runtime
from tests.gateway.tools.conftest import Person


def last_subject() -> tuple[str, str]:
    runtime().audit.stop()
    with connection.cursor() as cursor:
        cursor.execute("SELECT subject_kind, subject_id FROM audit_event ORDER BY id DESC LIMIT 1")
        kind, code = cursor.fetchone()
        return kind, code


def test_a_call_about_one_record_says_which(admin: Person) -> None:
    asset = admin.ask("list_assets", type="equipment", limit=1)["assets"][0]["code"]
    assert last_subject() == ("", "")
    admin.ask("get_asset", code=asset)
    assert last_subject() == ("assets", asset)
    made = admin.ask("create_work_request", title="The belt squeaks loudly", asset=asset)
    assert last_subject() == ("work-requests", str(made["id"]))
    admin.refused("update_work_order", folio="OT-99999", note="x")
    assert last_subject() == ("work-orders", "OT-99999")
