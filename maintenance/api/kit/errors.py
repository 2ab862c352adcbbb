"""Refusals and failures in the shapes of the contract."""

from __future__ import annotations

import logging
import sqlite3
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, SuspiciousOperation
from django.db import DatabaseError, DataError, IntegrityError
from django.http import Http404, UnreadablePostError
from rest_framework import exceptions, status
from rest_framework.response import Response

from accounts.database_trouble import RETRY_AFTER_SECONDS, is_database_trouble
from maintenance.rules.refusals import AlreadyExists, InvalidFields, RecordNotFound, Refusal, Rejected

logger = logging.getLogger(__name__)

POSTGRESQL_FOREIGN_KEY_VIOLATION = "23503"
POSTGRESQL_UNIQUE_VIOLATION = "23505"
UNAUTHORIZED_ENDPOINT = "UNAUTHORIZED_ENDPOINT"


class ApiError(exceptions.APIException):
    """An error answer. `message` and `data` go into the envelope."""

    status_code: int = status.HTTP_400_BAD_REQUEST

    def __init__(self, message: str, data: list[dict[str, Any]] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.data = data or []


class RightMissing(ApiError):
    """The token is valid but lacks a right, so another token would not help. The contract answers 401."""

    status_code = status.HTTP_401_UNAUTHORIZED

    def __init__(self) -> None:
        super().__init__(UNAUTHORIZED_ENDPOINT)


class Forbidden(ApiError):
    """The company's rules refuse the request, whatever rights the token has."""

    status_code = status.HTTP_403_FORBIDDEN


class TooManyRequests(ApiError):
    """The rate limit was exceeded. The contract answers 406 instead of 429."""

    status_code = status.HTTP_406_NOT_ACCEPTABLE

    def __init__(self) -> None:
        super().__init__("Maximum number of requests exceeded. Wait until the minute is over.")


class TooManyWrongTokens(ApiError):
    """The address showed too many wrong tokens. `wait` is in seconds."""

    status_code = status.HTTP_429_TOO_MANY_REQUESTS

    def __init__(self, wait: int) -> None:
        super().__init__("TOO_MANY_INVALID_TOKENS")
        self.wait = wait


def failure(code: int, message: str, data: list[dict[str, Any]] | None = None) -> Response:
    return Response({"success": False, "message": message, "data": data or [], "total": 0}, status=code)


def refused(refusal: Refusal) -> Response:
    """Turns a refusal into an answer. The contract answers 408 if a code is taken."""
    match refusal:
        case InvalidFields(problems=problems):
            fields = [{"field": field, "field_message": text} for field, text in problems.items()]
            return failure(status.HTTP_400_BAD_REQUEST, "INVALID_FIELDS", [{"invalid_fields": fields}])
        case Rejected(reason=reason):
            return _explained(status.HTTP_400_BAD_REQUEST, reason)
        case RecordNotFound():
            return failure(status.HTTP_404_NOT_FOUND, "ITEM_NOT_FOUND")
        case AlreadyExists():
            return failure(status.HTTP_408_REQUEST_TIMEOUT, "ALREADY_EXISTS")
        case _:
            raise TypeError(f"{type(refusal).__name__} has no form in the contract")


def _explained(code: int, reason: str) -> Response:
    return failure(code, reason, [{"ERROR": reason}])


def is_taken(error: Exception) -> bool:
    """Says whether a unique key was violated. A query before the insert would miss uncommitted rows."""
    return _violates(error, POSTGRESQL_UNIQUE_VIOLATION, sqlite3.SQLITE_CONSTRAINT_UNIQUE)


def has_vanished(error: Exception) -> bool:
    """Says whether a record was deleted between reading it and writing.

    It may be a record that the new one refers to, the record to be changed (Django raises a plain
    DatabaseError when an update matches no row), or one that is read again under its lock.
    """
    return (
        _violates(error, POSTGRESQL_FOREIGN_KEY_VIOLATION, sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY)
        or type(error) is DatabaseError
        or isinstance(error, ObjectDoesNotExist)
    )


def _violates(error: Exception, postgresql: str, sqlite: int) -> bool:
    cause = error.__cause__
    return isinstance(error, IntegrityError) and (
        getattr(cause, "sqlstate", None) == postgresql or getattr(cause, "sqlite_errorcode", None) == sqlite
    )


def handle(exc: Exception, context: dict[str, Any]) -> Response:
    """Turns any exception into an answer in the envelope. Internals go to the log only."""
    if is_taken(exc):
        exc = AlreadyExists()
    if has_vanished(exc) and context["request"].method != "GET":
        logger.info("a record vanished during %s", type(context.get("view")).__name__)
        return _explained(
            status.HTTP_409_CONFLICT,
            "A record that this request refers to was deleted meanwhile; nothing was written.",
        )
    if isinstance(exc, DataError | OverflowError):
        exc = Rejected("A value is too long or too large to be kept; nothing was written.")
    if isinstance(exc, Refusal):
        return refused(exc)
    if isinstance(exc, TooManyWrongTokens):
        answer = failure(exc.status_code, exc.message)
        answer["Retry-After"] = str(exc.wait)
        return answer
    if isinstance(exc, ApiError):
        return failure(exc.status_code, exc.message, exc.data)
    if isinstance(exc, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        answer = failure(exc.status_code, "UNAUTHORIZED")
        answer["WWW-Authenticate"] = getattr(exc, "auth_header", "Bearer")
        return answer
    if isinstance(exc, Http404):
        return failure(status.HTTP_404_NOT_FOUND, "NOT_FOUND")
    if isinstance(exc, exceptions.MethodNotAllowed):
        return failure(exc.status_code, "METHOD_NOT_ALLOWED")
    if isinstance(exc, exceptions.APIException):
        return failure(exc.status_code, str(exc.default_code).upper())
    if isinstance(exc, SuspiciousOperation | UnreadablePostError):
        return failure(status.HTTP_400_BAD_REQUEST, "BAD_REQUEST")
    if isinstance(exc, PermissionDenied):
        return failure(status.HTTP_401_UNAUTHORIZED, UNAUTHORIZED_ENDPOINT)
    if is_database_trouble(exc):
        logger.error("no database in %s: %s", type(context.get("view")).__name__, type(exc).__name__)
        answer = failure(status.HTTP_503_SERVICE_UNAVAILABLE, "UNAVAILABLE")
        answer["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return answer
    logger.error("unhandled error in %s", type(context.get("view")).__name__, exc_info=exc)
    return failure(status.HTTP_500_INTERNAL_SERVER_ERROR, "INTERNAL_ERROR")
