"""JSON bodies: parsed and validated, with one message for each invalid field."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import IO, Any, cast

import orjson
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from maintenance.api.kit.errors import ApiError
from maintenance.api.kit.query import MAX_INTEGER, parse_moment
from maintenance.rules.refusals import InvalidFields

MAX_BODY_BYTES = 256 * 1024


class JsonBody(BaseParser):
    media_type = "*/*"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        raw = stream.read(MAX_BODY_BYTES + 1)
        if len(raw) > MAX_BODY_BYTES:
            raise ApiError("The body is too large.")
        try:
            body = orjson.loads(raw)
        except orjson.JSONDecodeError:
            raise ApiError("The body is not JSON.") from None
        if not isinstance(body, dict):
            raise ApiError("The body must be a JSON object.")
        return cast("dict[str, Any]", body)


class Moment(serializers.DateTimeField):
    """A timestamp as the contract writes it. Without an offset it is UTC."""

    def to_internal_value(self, value: Any) -> Any:
        try:
            return parse_moment(value)
        except (ValueError, OverflowError, TypeError, AttributeError):
            raise serializers.ValidationError("must be a date such as 2026-07-12T20:00:00-03") from None


class Number(serializers.FloatField):
    """A finite number of at most 15 digits."""

    LARGEST = 1e15

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool):
            raise serializers.ValidationError("must be a number")
        number = super().to_internal_value(data)
        if not math.isfinite(number) or abs(number) > self.LARGEST:
            raise serializers.ValidationError("must be a number of at most 15 digits")
        return number


class WholeNumber(serializers.IntegerField):
    """An integer that fits the integer column of every database, even if the form sets no bounds."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool):
            raise serializers.ValidationError("must be a whole number")
        number = super().to_internal_value(data)
        if abs(number) > MAX_INTEGER:
            raise serializers.ValidationError(f"must be from {-MAX_INTEGER} to {MAX_INTEGER}")
        return number


class Flag(serializers.BooleanField):
    """A boolean: true or false, quoted or not. 1 and "yes" are refused."""

    def to_internal_value(self, data: Any) -> bool:
        if isinstance(data, bool):
            return data
        if isinstance(data, str) and data.strip().lower() in {"true", "false"}:
            return data.strip().lower() == "true"
        raise serializers.ValidationError("must be true or false")


class Text(serializers.CharField):
    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError("must be a text")
        return super().to_internal_value(data)


class Code(Text):
    """The code of a new record. It becomes a URL segment, where `.` and `..` would mean another path."""

    def to_internal_value(self, data: Any) -> str:
        code = super().to_internal_value(data)
        if code in {".", ".."}:
            raise serializers.ValidationError("must not be only dots: choose another code")
        return code


def optional_text(length: int) -> Text:
    return Text(max_length=length, required=False, allow_null=True, allow_blank=True)


def checked(form: type[serializers.Serializer[Any]], request: Request, **also: Any) -> dict[str, Any]:
    """Returns the validated fields of the body. `also` holds fields from the path or the query.

    Raises InvalidFields.
    """
    filled = form(data={**cast("dict[str, Any]", request.data), **also})
    if not filled.is_valid():
        raise InvalidFields(
            {
                field: str(problems[0]) if isinstance(problems, list) else "is not valid"
                for field, problems in filled.errors.items()
            }
        )
    fields: dict[str, Any] = filled.validated_data
    if not fields:
        raise InvalidFields({"body": "holds nothing to write"})
    return fields
