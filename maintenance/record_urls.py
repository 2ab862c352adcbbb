"""The URLs of record pages."""

from __future__ import annotations

from urllib.parse import quote

from django.urls import reverse


def page_of(kind: str, code: str) -> str:
    """The code is quoted whole: a browser would resolve the dots in a/../b."""
    return reverse(f"record-{kind}", args=["_"]).removesuffix("_") + quote(code, safe="")


def meter_change_page(number: int) -> str:
    """The page for replaced dials and wrong readings."""
    return reverse("record-meter-change", args=[number])
