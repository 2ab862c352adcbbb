"""Names by which people could take one consumer for another."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection

from django.db.models import Count
from django.utils.translation import gettext as _

from accounts.models import Company
from consumers.models import Consumer
from listing.folding import fold

# The alphabets with letters that look like Latin ones.
ALIKE = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")


def warnings_for(company: Company, consumers: Collection[Consumer]) -> dict[int, list[str]]:
    """Return, by consumer, what may mislead about its name, in words."""
    wanted = {fold(consumer.name) or "" for consumer in consumers}
    named = Consumer.objects.filter(company=company)
    alike = named.filter(folded_name__in=wanted).order_by().values("folded_name").annotate(n=Count("pk"))
    shared = {row["folded_name"] for row in alike if row["n"] > 1}
    found: dict[int, list[str]] = {}
    for consumer in consumers:
        warnings = found.setdefault(consumer.pk, [])
        if fold(consumer.name) in shared:
            warnings.append(_("another consumer has this name"))
        if len(alphabets_of(consumer.name)) > 1:
            warnings.append(_("letters of several alphabets"))
    return found


def alphabets_of(name: str) -> set[str]:
    """Return which alphabets that look alike the letters of a name are from."""
    words = {unicodedata.name(sign, "").partition(" ")[0] for sign in name if sign.isalpha()}
    return words & set(ALIKE)
