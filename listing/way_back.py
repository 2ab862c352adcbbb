"""The way back to a list as the person left it: page, order, search and filters.

A list's links and forms carry its address in `next`. It is compared with the address of the list, so it can
lead nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, QueryDict
from django.urls import reverse

LONGEST_QUERY = 1000


def way_back(request: HttpRequest, *names: str, args: Sequence[object] = ()) -> str:
    """Return the address in `next` if it is that of one of these lists, else that of the first one.

    `args` are those of the lists' addresses.
    """
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return reverse(names[0], args=args)
    for name in names:
        path = reverse(name, args=args)
        if not parts.scheme and not parts.netloc and parts.path == path:
            return path + _tidy(parts.query)
    return reverse(names[0], args=args)


def _tidy(query: str) -> str:
    """Write the query anew, so that nothing but names and values of printable signs is left of it."""
    if not query or len(query) > LONGEST_QUERY:
        return ""
    pairs = [
        (name, value)
        for name, values in QueryDict(query).lists()
        for value in values
        if (name + value).isprintable()
    ]
    return f"?{urlencode(pairs)}" if pairs else ""
