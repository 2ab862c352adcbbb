"""A list on a screen: which rows a query string asks for, and the addresses of its other pages and orders."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.db.models.expressions import Expression, F, OrderBy
from django.http import QueryDict
from django.utils.functional import Promise

from listing.counting import number_of
from listing.folding import words_of

PAGE_SIZE = 50
MOST_PAGES = 10**9  # no list has so many, and databases take the number of the row
M = TypeVar("M", bound=Model)
R = TypeVar("R")
Text = str | Promise


@dataclass(frozen=True, slots=True)
class Sort:
    """An order that people can choose: its label, its expression, and whether the largest comes first."""

    label: Text
    by: str | Expression
    newest_first: bool = False


@dataclass(frozen=True, slots=True)
class Shown(Generic[M]):
    """The rows of one page, with how many there are in all pages, and how many without search and filters."""

    rows: list[M]
    total: int
    page: int
    pages: int
    everything: int

    @property
    def first(self) -> int:
        return (self.page - 1) * PAGE_SIZE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1 if self.rows else 0


def pages_for(total: int) -> int:
    return max(1, -(-total // PAGE_SIZE))


class Listing:
    """What a query string asks of a list. Whatever it does not understand is as if it were not there.

    `sorts` maps names in the address to orders, the default first. `filters` maps names to the values that
    they may have; None stands for any number.
    """

    def __init__(
        self,
        asked: QueryDict,
        address: str,
        *,
        sorts: Mapping[str, Sort],
        filters: Mapping[str, Iterable[str] | None] | None = None,
    ) -> None:
        self.address = address
        self.sorts = sorts
        self.words = words_of(asked.get("q", ""))
        self.filters: dict[str, str] = {}
        for name, allowed in (filters or {}).items():
            value = asked.get(name, "")
            known = _is_number(value) if allowed is None else value in set(allowed)
            self.filters[name] = value if known else ""
        self.default_sort = next(iter(sorts))
        sort = asked.get("sort", "")
        if sort.removeprefix("-") not in sorts:
            sort = self.natural(self.default_sort)
        self.sort = sort
        page = asked.get("page", "")
        self.page = min(max(1, int(page)), MOST_PAGES) if _is_number(page) else 1

    def natural(self, name: str) -> str:
        return f"-{name}" if self.sorts[name].newest_first else name

    def turned(self, name: str) -> str:
        """Return the other direction of an order."""
        return name if self.sorts[name].newest_first else f"-{name}"

    @property
    def is_filtered(self) -> bool:
        return bool(self.words or any(self.filters.values()))

    def number(self, name: str) -> int:
        """Return the value of a filter that is a number, 0 without it."""
        return int(self.filters[name] or 0)

    # --- rows -----------------------------------------------------------------------------

    def order(self, ties: Sequence[str] = ("pk",)) -> list[OrderBy]:
        """Return the order, made total by `ties`. What has no value comes last in the natural direction."""
        name, descending = self.sort.removeprefix("-"), self.sort.startswith("-")
        by = self.sorts[name].by
        expression = F(by) if isinstance(by, str) else by
        nulls = {"nulls_last": True} if self.sort == self.natural(name) else {"nulls_first": True}
        return [
            OrderBy(expression, descending=descending, **nulls),
            *(OrderBy(F(tie), descending=descending) for tie in ties),
        ]

    def slice(self, found: QuerySet[Any, R], page: int, ties: Sequence[str] = ("pk",)) -> QuerySet[Any, R]:
        """Return one page of what a query gives, in order."""
        start = (page - 1) * PAGE_SIZE
        return found.order_by(*self.order(ties))[start : start + PAGE_SIZE]

    def shown(self, found: QuerySet[M], full: QuerySet[M], everything: QuerySet[M] | None = None) -> Shown[M]:
        """Return one page of `found`, which is a part of `everything`, by one query if the page has rows.

        Its rows come from `full`, which joins and counts: so that is done for one page, not for all rows.
        """
        counts = {"rows_found": number_of(found)}
        if everything is not None and self.is_filtered:
            counts["rows_in_all"] = number_of(everything)
        counted = full.annotate(**counts).order_by(*self.order())
        rows = list(counted.filter(pk__in=self.slice(found.values("pk"), self.page)))
        page = self.page
        if not rows and page > 1:  # there are fewer pages than the address says
            page = pages_for(found.count())
            rows = list(counted.filter(pk__in=self.slice(found.values("pk"), page)))
        total = rows[0].rows_found if rows else 0
        in_all = total
        if "rows_in_all" in counts and everything is not None:
            in_all = rows[0].rows_in_all if rows else everything.count()
        return Shown(rows, total, page, pages_for(total), in_all)

    # --- addresses ------------------------------------------------------------------------

    def query(self, **changes: str) -> str:
        """Return the query string of this list with some values changed, without those that say nothing."""
        values = {"q": self.words, **self.filters, "sort": self.sort, "page": str(self.page)} | changes
        if values["sort"] == self.natural(self.default_sort):
            values["sort"] = ""
        if values["page"] == "1":
            values["page"] = ""
        return urlencode({name: value for name, value in values.items() if value})

    def url(self, **changes: str) -> str:
        query = self.query(**changes)
        return f"{self.address}?{query}" if query else self.address

    @property
    def here(self) -> str:
        return self.url()

    @property
    def next(self) -> str:
        """Return `next=…` for the address of a page that leads back here."""
        return urlencode({"next": self.here})

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """Return the search and the filters as the hidden fields of a form about all rows that fit."""
        return [(name, value) for name, value in {"q": self.words, **self.filters}.items() if value]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 18


def fingerprint(keys: Sequence[Any]) -> str:
    """Name a set of rows, so that what is confirmed is what was shown."""
    return hashlib.sha256(",".join(str(key) for key in sorted(keys)).encode()).hexdigest()[:24]
