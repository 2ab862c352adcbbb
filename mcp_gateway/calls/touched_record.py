"""The record of the plant that a call was about, as the log keeps it: its kind and its code or id."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from django.conf import settings

from audit.recording import Subject

LONGEST_CODE = 100
_CODE = re.compile(r"(?=\D*\d)[\w./:#+-]+")
_PAGES = f"{settings.PUBLIC_URL}{settings.RECORDS_PATH}"
# Arguments that name one record, with the kind of its page; the first that is given counts.
_NAMED_BY = {"folio": "work-orders", "request": "work-requests", "asset": "assets", "warehouse": "warehouses"}


def of_answer(data: Mapping[str, Any] | None) -> Subject | None:
    """Return the record whose page the answer names; None if it names none, as lists do."""
    page = data.get("url") if data else None
    if not isinstance(page, str) or not page.startswith(_PAGES):
        return None
    kind, _, code = page.removeprefix(_PAGES).partition("/")
    return _subject(kind, unquote(code))


def of_arguments(arguments: Mapping[str, Any]) -> Subject | None:
    """Return the record that the arguments name; None if they name none, or something that is no code.

    People also name records by phrases, which may tell anything and are not kept: a code is one word with a
    digit.
    """
    for name, kind in _NAMED_BY.items():
        value = arguments.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool):
            return _subject(kind, str(value)) if _CODE.fullmatch(str(value)) else None
    return None


def _subject(kind: str, code: str) -> Subject | None:
    return Subject(kind, code) if 0 < len(code) <= LONGEST_CODE and code.isprintable() else None
