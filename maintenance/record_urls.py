"""The URLs of record pages."""

from __future__ import annotations

from urllib.parse import quote

from django.urls import reverse


def page_of(kind: str, code: str) -> str:
    """Returns the path of a record page.

    The code is fully quoted, or a browser would resolve the dots in a/../b.
    """
    return reverse(f"record-{kind}", args=["_"]).removesuffix("_") + quote(code, safe="")


def meter_change_page(number: int) -> str:
    """Returns the path of the page for replaced dials and wrong readings."""
    return reverse("record-meter-change", args=[number])
