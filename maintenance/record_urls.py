"""Where the page of a record is."""

from __future__ import annotations

from urllib.parse import quote

from django.urls import reverse


def page_of(kind: str, code: str) -> str:
    """With the code quoted whole: a browser would follow the dots in a/../b."""
    return reverse(f"record-{kind}", args=["_"]).removesuffix("_") + quote(code, safe="")


def meter_change_page(number: int) -> str:
    """Where a person says that a dial started again, or that a reading was wrong."""
    return reverse("record-meter-change", args=[number])
