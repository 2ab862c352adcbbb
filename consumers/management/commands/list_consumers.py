"""Lists the OAuth consumers. Of their secrets it shows only the last four characters."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from consumers.models import Consumer, ConsumerSecret


class Command(BaseCommand):
    help = "Lists the OAuth consumers of one company or of all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--company", metavar="SLUG")
        parser.add_argument("--json", action="store_true", help="print one JSON list")

    def handle(self, *args: Any, **options: Any) -> None:
        consumers = Consumer.objects.select_related("company", "permission_group").order_by(
            "company__slug", "name", "pk"
        )
        consumers = consumers.prefetch_related("secrets")
        if options["company"]:
            consumers = consumers.filter(company__slug=options["company"])
        rows = [_row(consumer) for consumer in consumers]
        if options["json"]:
            self.stdout.write(json.dumps(rows))
            return
        for row in rows:
            state = "enabled" if row["enabled"] else "disabled"
            name = f"{row['name']}  {row['metadata_url'] or ''}".rstrip()
            self.stdout.write(f"{row['company']}  {row['key']}  {row['grant']}  {state}  {name}")


def _row(consumer: Consumer) -> dict[str, Any]:
    return {
        "company": consumer.company.slug,
        "name": consumer.name,
        "key": consumer.client_id,
        "secrets": [_secret(secret) for secret in consumer.kept_secrets],
        "grant": consumer.authorization_grant_type,
        "public": consumer.is_public,
        "callbacks": consumer.callback_urls,
        "metadata_url": consumer.metadata_url or None,
        "group": consumer.permission_group.name,
        "narrow_to_group": consumer.narrow_to_group,
        "enabled": consumer.enabled,
        "created": consumer.created.isoformat(),
        "last_used_at": consumer.last_used_at.isoformat() if consumer.last_used_at else None,
    }


def _secret(secret: ConsumerSecret) -> dict[str, Any]:
    return {
        "hint": secret.hint,
        "created_at": secret.created_at.isoformat(),
        "last_used_at": secret.last_used_at.isoformat() if secret.last_used_at else None,
        "expires_at": secret.expires_at.isoformat() if secret.expires_at else None,
    }
