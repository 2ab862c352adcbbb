"""The key of a record in the URL: a code, a folio or a number."""

from __future__ import annotations

from rest_framework.request import Request

from maintenance.api.kit.query import MAX_TEXT, Query
from maintenance.models import Item
from maintenance.rules.refusals import InvalidFields, RecordNotFound

MOST_DIGITS = 9  # primary keys are not longer


def checked_code(code: str) -> str:
    """Refuses codes that no record can have."""
    if "\x00" in code:
        raise InvalidFields({"code": "must not contain a null character"})
    if len(code) > MAX_TEXT:
        raise RecordNotFound
    return code


def item_in_path(company_id: int, code: str) -> Item:
    item = Item.objects.filter(company_id=company_id, code=checked_code(code)).first()
    if item is None:
        raise RecordNotFound
    return item


def folio_of(request: Request, folio: str) -> str:
    """Returns the folio of the path or the query. Raises InvalidFields."""
    folio = folio or Query(request.query_params).text("folio") or ""
    if not folio:
        raise InvalidFields({"folio": "is required"})
    return checked_code(folio)


def number_in_path(number: str) -> int:
    if not (number.isascii() and number.isdigit()) or len(number) > MOST_DIGITS:
        raise RecordNotFound
    return int(number)
