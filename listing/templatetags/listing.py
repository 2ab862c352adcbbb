"""Template tags of lists: headings that sort, and the way back."""

from __future__ import annotations

from typing import Any

from django import template
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from listing.listing import Listing
from listing.way_back import way_back

register = template.Library()


@register.simple_tag
def sortable(listing: Listing, name: str, classes: str = "") -> SafeString:
    """Return the heading of a column that people can sort by; the other direction at the second click."""
    natural, label = listing.natural(name), listing.sorts[name].label
    sorted_by = listing.sort.removeprefix("-") == name
    wanted = listing.turned(name) if listing.sort == natural else natural
    state = ("descending" if listing.sort.startswith("-") else "ascending") if sorted_by else ""
    return format_html(
        '<th scope="col" class="sortable {}"{}><a href="{}">{}'
        '<span class="arrow {}" aria-hidden="true"></span></a></th>',
        classes,
        format_html(' aria-sort="{}"', state) if state else "",
        listing.url(sort=wanted, page="1"),
        label,
        state,
    )


@register.inclusion_tag("listing/sort_choice.html")
def sort_choice(listing: Listing) -> dict[str, Any]:
    """Offer the orders where no headings are to be seen: on a phone."""
    options = []
    for name, sort in listing.sorts.items():
        for value in (listing.natural(name), listing.turned(name)):
            words = _("%(column)s, descending") if value.startswith("-") else _("%(column)s, ascending")
            options.append((value, words % {"column": sort.label}))
    return {"options": options, "chosen": listing.sort}


@register.simple_tag
def page_url(listing: Listing, page: int) -> str:
    return listing.url(page=str(page))


@register.simple_tag
def without(listing: Listing, name: str) -> str:
    """Return the address of the list without one of its filters."""
    return listing.url(**{name: "", "page": "1"})


@register.simple_tag
def only_by(listing: Listing, name: str, key: int) -> str:
    """Return the address of the list filtered by one record more."""
    return listing.url(**{name: str(key), "page": "1"})


@register.simple_tag(takes_context=True)
def back_to(context: dict[str, Any], name: str) -> str:
    """Return the address of a list as the person left it."""
    request: HttpRequest = context["request"]
    return way_back(request, name)
