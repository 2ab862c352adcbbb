"""The values of a consumer, as its form shows them and as the log says them."""

from __future__ import annotations

from typing import Any

from consumers.models import Consumer


def values_of(consumer: Consumer) -> dict[str, Any]:
    return {
        "name": consumer.name,
        "description": consumer.description,
        "assistant": consumer.assistant or "other",
        "callback_urls": consumer.callback_urls,
        "metadata_url": consumer.metadata_url,
        "url": consumer.url,
        "privacy_policy_url": consumer.privacy_policy_url,
        "licence_url": consumer.licence_url,
        "permission_group": consumer.permission_group_id,
        "narrow_to_group": consumer.narrow_to_group,
        "toolsets": consumer.toolsets,
        "read_only": consumer.read_only,
        "may_administer": consumer.may_administer,
    }


def recorded_values(consumer: Consumer | None) -> dict[str, Any]:
    """Read from the database what the log says of a consumer; an empty dictionary of a new one."""
    found = Consumer.objects.filter(pk=consumer.pk).first() if consumer else None
    if found is None:
        return {}
    return values_of(found) | {"permission_group": found.permission_group.name}
