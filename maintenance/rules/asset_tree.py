"""Where an asset is in the tree. Each asset stores its path, which is derived from its parent's."""

from __future__ import annotations

from django.db.models import F, Value
from django.db.models.functions import Concat, Length, Substr

from accounts.models import Company
from maintenance.models import Item
from maintenance.rules.locations import location_for
from maintenance.rules.refusals import InvalidFields

LONGEST_PATH = 2000  # characters, about two hundred levels: an index entry of PostgreSQL holds 2,700 bytes


def lock_tree(company_id: int) -> None:
    """Allows one change of a company's tree at a time, as paths are derived from those above."""
    Company.objects.select_for_update().get(pk=company_id)


def parent_by_code(item: Item, code: str, parameter: str) -> Item:
    parent = location_for(item.company_id, code, parameter)
    if item.pk and (parent.pk == item.pk or parent.ancestors.startswith(item.subtree)):
        raise InvalidFields({parameter: "stands below the asset itself"})
    return parent


def put_below(item: Item, parent: Item | None) -> None:
    item.parent = parent
    item.ancestors = parent.subtree if parent else "/"
    if len(item.ancestors) > LONGEST_PATH:
        raise _too_deep()
    item.parent_description = parent.subtree_description if parent else "// "


def carry(old: Item, item: Item) -> None:
    """Moves everything below too: both of its paths begin with those of the asset."""
    below = Item.objects.filter(company_id=item.company_id, ancestors__startswith=old.subtree)
    longer = len(item.subtree) - len(old.subtree)
    if below.annotate(length=Length("ancestors")).filter(length__gt=LONGEST_PATH - longer).exists():
        raise _too_deep()
    below.update(
        ancestors=Concat(Value(item.subtree), Substr(F("ancestors"), len(old.subtree) + 1)),
        parent_description=Concat(
            Value(item.subtree_description), Substr(F("parent_description"), len(old.subtree_description) + 1)
        ),
    )


def _too_deep() -> InvalidFields:
    return InvalidFields({"code_parent_location": "has too many levels above it: choose a place further up"})
