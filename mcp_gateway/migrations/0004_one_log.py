"""Moves the audit rows of tool calls into the log of events.

A write that is still running has no event yet: the values for it move into its claim.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.db import migrations, models

from audit.chain import append

AT_ONCE = 1000


def move(apps: Any, schema_editor: Any) -> None:
    ToolCall, WriteRecord, Event = (
        apps.get_model(*name)
        for name in (("mcp_gateway", "ToolCall"), ("mcp_gateway", "WriteRecord"), ("audit", "Event"))
    )
    running = set()
    for record in WriteRecord.objects.filter(outcome="started").select_related("call"):
        values = _values(record.call)
        record.event = {**values, "at": record.call.at.isoformat()}
        record.save(update_fields=["event"])
        running.add(record.call_id)
    calls = (call for call in ToolCall.objects.order_by("id").iterator(AT_ONCE) if call.pk not in running)
    for part in _parts(calls):
        append([Event(**_values(call)) for call in part])


def _parts(calls: Iterable[Any]) -> Iterator[list[Any]]:
    calls = iter(calls)
    while part := list(islice(calls, AT_ONCE)):
        yield part


def _values(call: Any) -> dict[str, Any]:
    facts = {
        "arguments": call.argument_names,
        "arguments_digest": call.arguments_digest,
        "request": call.request_id,
    }
    if call.dropped_names:
        facts["dropped"] = call.dropped_names
    return {
        "at": call.at,
        "company_id": call.company_id,
        "kind": "tool.call",
        "outcome": "unknown" if call.outcome == "started" else call.outcome,
        "reason": call.error_code,
        "user_id": call.user_id,
        "user_email": call.user_email,
        "consumer_id": call.consumer_id,
        "consumer_name": call.consumer_name,
        "authorization_id": call.authorization_id,
        "facts": facts,
        "tool": call.tool,
        "is_write": call.is_write,
        "milliseconds": call.milliseconds,
        "upstream_calls": call.upstream_calls,
    }


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0001_initial'),
        ('mcp_gateway', '0003_awaited_answers'),
    ]

    operations = [
        migrations.AddField(
            model_name='writerecord',
            name='event',
            field=models.JSONField(null=True),
        ),
        migrations.RunPython(move, migrations.RunPython.noop),
        migrations.RemoveField(model_name='writerecord', name='call'),
        migrations.DeleteModel(name='ToolCall'),
        migrations.AlterField(
            model_name='writerecord',
            name='outcome',
            field=models.CharField(choices=[('started', 'Started'), ('done', 'Done'), ('unknown', 'Unknown')], default='started', max_length=8),
        ),
        migrations.AddIndex(
            model_name='writerecord',
            index=models.Index(condition=models.Q(('outcome', 'started')), fields=['created_at'], name='write_started'),
        ),
    ]
