"""Lists of the admin API: by cursor, in the order of their ids."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django.db.models import Model, QuerySet
from rest_framework import serializers

from consumers.admin_api.problems import invalid

MOST = 200
LARGEST_ID = 2**63 - 1


class Strict(serializers.Serializer[Any]):
    """A body or query in which unknown fields are refused: a slip must not look as if it had worked."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        if unknown:
            raise serializers.ValidationError({str(name)[:80]: ["Unknown field."] for name in unknown})
        return super().to_internal_value(data)


class Page(Strict):
    """The parameters that every list takes."""

    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=50)
    cursor = serializers.CharField(
        max_length=100, default="", allow_blank=True, help_text="`next_cursor` of the page before."
    )


class Flag(serializers.BooleanField):
    """true or false, in a query as text. 1, "yes" and the like are refused."""

    def to_internal_value(self, data: Any) -> bool:
        if isinstance(data, bool):
            return data
        if data in ("true", "false"):
            return bool(data == "true")
        raise serializers.ValidationError("Must be true or false.")


class Text(serializers.CharField):
    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError("Must be a text.")
        return super().to_internal_value(data)


class IdField(serializers.IntegerField):
    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=LARGEST_ID, **options)


def page_of(
    rows: QuerySet[Any], asked: dict[str, Any], serializer: type[serializers.Serializer[Any]],
    *, newest_first: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Return one page of the rows. `next_cursor` is None on the last one."""
    if asked["cursor"]:
        after = read_cursor(asked["cursor"])
        rows = rows.filter(pk__lt=after) if newest_first else rows.filter(pk__gt=after)
    limit: int = asked["limit"]
    found: list[Model] = list(rows.order_by("-pk" if newest_first else "pk")[: limit + 1])
    shown = found[:limit]
    return {
        "items": serializer(shown, many=True).data,
        "next_cursor": cursor_at(shown[-1].pk) if len(found) > limit else None,
    }


def cursor_at(key: int) -> str:
    return base64.urlsafe_b64encode(str(key).encode()).decode().rstrip("=")


def read_cursor(text: str) -> int:
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
        if not key.isdecimal() or int(key) > LARGEST_ID:
            raise ValueError
    except (ValueError, binascii.Error):
        raise invalid({"cursor": ["This is no cursor of this list."]}) from None
    return int(key)
