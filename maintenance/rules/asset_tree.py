"""Maintains the asset tree. Each asset stores its path, which derives from its parent's."""

from __future__ import annotations

from django.db.models import F, Value
from django.db.models.functions import Concat, Length, Substr

from accounts.models import Company
from maintenance.models import Item
from maintenance.rules.locations import location_for
from maintenance.rules.refusals import InvalidFields

LONGEST_PATH = 2000  # characters, about two hundred levels: an index entry of PostgreSQL holds 2,700 bytes


def lock_tree(company_id: int) -> None:
    """Locks the tree, so that one change is made at a time: paths derive from those above."""
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
    """Updates both paths of everything below a moved asset, since they begin with those of the asset."""
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
