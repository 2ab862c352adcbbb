"""A page about one record: facts, and tables of related records."""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import wraps
from itertools import compress
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.current import chosen_membership
from accounts.principal import Principal
from maintenance.tokens import principal_of

Text = str | Promise
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Cell:
    """A text, with the URL of the record that it names, if any."""

    text: Any
    url: str = ""
    is_number: bool = False


NOTHING = (None, "", Cell(""))


def _cell(value: Any) -> Cell:
    """Returns what a table or a fact shows as a cell: templates look up a missing attribute slowly."""
    return value if isinstance(value, Cell) else Cell("" if value is None else value)


def _drawn(cell: Cell, label: str) -> str:
    kind = "blank" if cell in NOTHING else "number" if cell.is_number else ""
    text: str = escape(cell.text)
    text = f'<a href="{escape(cell.url)}">{text}</a>' if cell.url else text
    return f'<td class="{kind if label else "name"}"{label}>{text}</td>'


@dataclass(frozen=True, slots=True)
class Table:
    title: Text
    headings: tuple[Text, ...]
    rows: list[tuple[Any, ...]]

    @property
    def filled(self) -> Table:
        """Returns the table without its empty columns, as tables of work are wide."""
        if not self.rows:
            return self
        filled = [any(value not in NOTHING for value in column) for column in zip(*self.rows, strict=True)]
        return Table(
            self.title,
            tuple(compress(self.headings, filled)),
            [tuple(compress(row, filled)) for row in self.rows],
        )

    @property
    def drawn(self) -> Iterator[SafeString]:
        """Draws the cells of each row; a template takes ten times as long for a page of them.

        A cell names its column, for displays without columns.
        """
        labels = ["", *(f' data-label="{escape(heading)}"' for heading in self.headings[1:])]
        for row in self.rows:
            cells = map(_cell, row)
            drawn = (_drawn(cell, label) for cell, label in zip(cells, labels, strict=True))
            yield mark_safe("".join(drawn))  # noqa: S308 - escaped

    @property
    def columns(self) -> list[tuple[Text, bool]]:
        """Returns each heading with whether its column holds numbers."""
        return [
            (heading, any(isinstance(row[index], Cell) and row[index].is_number for row in self.rows))
            for index, heading in enumerate(self.headings)
        ]


@dataclass(frozen=True, slots=True)
class Button:
    """An action that the reader may take: a POST to `url`."""

    label: Text
    hint: Text
    url: str


@dataclass(slots=True)
class Page:
    """A page about a record. `badge` is the record's status in words."""

    kind: Text
    title: str
    badge: Text = ""
    facts: list[tuple[Text, Cell]] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    button: Button | None = None

    def add(self, label: Text, value: Any) -> None:
        """Adds a fact if it has a value."""
        if isinstance(value, datetime.datetime):
            value = moment(value)
        if value not in (None, ""):
            self.facts.append((label, _cell(value)))


def moment(value: datetime.datetime | None) -> str:
    """Formats a time: the date in the reader's language, the time on the 24-hour clock that plants use."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return f"{date_format(local, 'SHORT_DATE_FORMAT')} {local:%H:%M}"


def quantity(value: float | None) -> Cell | None:
    """Formats a number in the reader's language, without trailing zeros."""
    if value is None:
        return None
    exact = Decimal(str(round(value, 6))).normalize()
    return Cell(number_format(f"{exact:f}", use_l10n=True, force_grouping=True), is_number=True)


def money(value: float | Decimal | None) -> Cell | None:
    if value is None:
        return None
    return Cell(number_format(value, decimal_pos=2, use_l10n=True, force_grouping=True), is_number=True)


def duration(seconds: int | None) -> str:
    if seconds is None:
        return ""
    hours, minutes = divmod(round(seconds / 60), 60)
    return _("%(hours)d h %(minutes)02d min") % {"hours": hours, "minutes": minutes}


def may(principal: Principal, right: str) -> bool:
    return right in principal.rights


def record_page(
    right: str,
) -> Callable[[Callable[Concatenate[Principal, P], Page]], Callable[..., HttpResponse]]:
    """Serves a page to a signed-in person with the right in the session's company.

    A record that the person may not see looks like one that does not exist.
    """

    def decorate(page_of: Callable[Concatenate[Principal, P], Page]) -> Callable[..., HttpResponse]:
        @wraps(page_of)
        def view(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            membership = chosen_membership(request)
            principal = None if membership is None else principal_of(membership)
            if principal is None or not may(principal, right):
                raise PermissionDenied  # before any look at the record, so it says nothing about one
            if any("\x00" in value for value in kwargs.values() if isinstance(value, str)):
                raise Http404
            with timezone.override(zoneinfo.ZoneInfo(principal.time_zone)):
                return render(
                    request, "maintenance/record.html", {"page": page_of(principal, *args, **kwargs)}
                )

        return cast("Callable[..., HttpResponse]", view)

    return decorate


def one(rows: QuerySet[Any, Any], **lookup: Any) -> Any:
    found = rows.filter(**lookup).first()
    if found is None:
        raise Http404
    return found


def of_company(model: type[Model], principal: Principal) -> QuerySet[Any, Any]:
    return model._default_manager.filter(company_id=principal.company_id)
