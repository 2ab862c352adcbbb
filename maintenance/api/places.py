"""Finding assets by code, and everything in a place."""

from __future__ import annotations

from django.db.models import Q

from maintenance.api.errors import InvalidFields, RecordNotFound
from maintenance.api.query import MAX_TEXT
from maintenance.models import Item, ItemType


def checked_code(code: str) -> str:
    """A code of the path: one that no record can have is not found."""
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


def location(company_id: int, code: str, parameter: str) -> Item:
    item = Item.objects.filter(company_id=company_id, code=code).first()
    if item is None:
        raise InvalidFields({parameter: "the location was not found in your company"})
    return item


def place_for(company_id: int, code: str, parameter: str) -> Item:
    """Where something may stand: in a location, or in equipment that it is a part of."""
    place = location(company_id, code, parameter)
    if place.type not in (ItemType.FACILITIES, ItemType.EQUIPMENTS):
        raise InvalidFields({parameter: "must be a location or equipment"})
    return place


def children(place: Item, prefix: str = "") -> Q:
    return Q(**{f"{prefix}parent_id": place.pk})


def subtree(place: Item, prefix: str = "") -> Q:
    """Everything below a place, at any depth."""
    return Q(**{f"{prefix}ancestors__startswith": place.subtree})


def within(place: Item, prefix: str) -> Q:
    """A place and everything below it."""
    return Q(**{f"{prefix}id": place.pk}) | subtree(place, f"{prefix}")
