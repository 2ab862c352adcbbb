"""Locations, what can be a parent, and everything below them."""

from __future__ import annotations

from django.db.models import Q

from maintenance.models import Item, ItemType
from maintenance.rules.refusals import InvalidFields


def find_location(company_id: int, code: str, parameter: str) -> Item:
    item = Item.objects.filter(company_id=company_id, code=code).first()
    if item is None:
        raise InvalidFields({parameter: "the location was not found in your company"})
    return item


def location_for(company_id: int, code: str, parameter: str) -> Item:
    """Finds a parent: a location, or equipment that something is a part of. Raises InvalidFields."""
    found = find_location(company_id, code, parameter)
    if found.type not in (ItemType.FACILITIES, ItemType.EQUIPMENTS):
        raise InvalidFields({parameter: "must be a location or equipment"})
    return found


def children(of: Item) -> Q:
    return Q(parent_id=of.pk)


def below(of: Item, prefix: str = "") -> Q:
    """Matches everything below a location, at any depth."""
    return Q(**{f"{prefix}ancestors__startswith": of.subtree})


def within(of: Item, prefix: str) -> Q:
    """Matches a location and everything below it."""
    return Q(**{f"{prefix}id": of.pk}) | below(of, prefix)
