"""Refusals of the admin API as problem details (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist, ValidationError
from django.db import DatabaseError, InterfaceError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    409: "Conflict",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    503: "Service Unavailable",
}
MEDIA_TYPE = "application/problem+json"
_TEXTS: Mapping[type[Exception], tuple[str, str]] = {
    exceptions.ParseError: ("body_unreadable", "The body is not a JSON object."),
    exceptions.UnsupportedMediaType: ("body_unreadable", "Send application/json."),
    exceptions.NotAcceptable: ("not_acceptable", "This API answers application/json."),
    exceptions.MethodNotAllowed: ("method_not_allowed", "This address does not take that method."),
    exceptions.NotFound: ("not_found", "There is no such thing in this company."),
    Http404: ("not_found", "There is no such thing in this company."),
    ObjectDoesNotExist: ("not_found", "There is no such thing in this company."),  # deleted a moment ago
}


class Problem(Exception):
    """A refusal: its status, our short code and one sentence. `fields` says what each field lacks."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        fields: Mapping[str, Sequence[str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.detail = status, code, detail
        self.fields, self.headers = fields or {}, headers or {}

    def response(self) -> Response:
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": TITLES[self.status],
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        }
        if self.fields:
            body["errors"] = [
                {"field": field, "detail": " ".join(sentences)} for field, sentences in self.fields.items()
            ]
        return Response(body, self.status, headers=dict(self.headers), content_type=MEDIA_TYPE)


def invalid(fields: Mapping[str, Sequence[str]]) -> Problem:
    """Return the refusal of a body or query with wrong fields."""
    return Problem(422, "invalid_fields", "Nothing was changed: some fields are not valid.", fields)


def of_validation(error: ValidationError) -> Problem:
    """Return the refusal for a rule that the screens have too; its code is that of the rule."""
    if hasattr(error, "error_dict"):
        return invalid(error.message_dict)
    return Problem(409, str(getattr(error, "code", None) or "refused"), " ".join(error.messages))


def of_form(errors: Mapping[str, Sequence[Any]], names: Mapping[str, str] | None = None) -> Problem:
    """Return the refusal for the errors of a form. `names` maps its fields to those of the API."""
    known = {NON_FIELD_ERRORS: "body", **(names or {})}
    return invalid({known.get(field, field): [str(each) for each in errors[field]] for field in errors})


def answer(error: Exception, _context: Any) -> Response | None:
    """Answer an exception of a view. Returns None for an unexpected one: Django reports it."""
    if isinstance(error, Problem):
        return error.response()
    if isinstance(error, exceptions.ValidationError):
        return invalid(_flat(error.detail)).response()
    if isinstance(error, ValidationError):
        return of_validation(error).response()
    if isinstance(error, DatabaseError | InterfaceError):
        return Problem(
            503, "temporarily_unavailable", "Try again in a few seconds.", headers={"Retry-After": "5"}
        ).response()
    for kind, (code, detail) in _TEXTS.items():
        if isinstance(error, kind):
            status = getattr(error, "status_code", 404)
            return Problem(status, code, detail).response()
    return None


def _flat(detail: Any, field: str = "") -> dict[str, list[str]]:
    """Return the errors of nested fields under dotted names, for example `callback_urls.0`."""
    if isinstance(detail, dict):
        found: dict[str, list[str]] = {}
        for name, part in detail.items():
            inner = "" if name == "non_field_errors" else str(name)
            found |= _flat(part, ".".join(filter(None, (field, inner))))
        return found
    return {field or "body": [str(each) for each in (detail if isinstance(detail, list) else [detail])]}
