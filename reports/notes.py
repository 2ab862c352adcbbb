"""The notes of an answer, for people.

Notes are written for models, in English, and some say how to call the tool again. The page says in the
language of the person what is true of its figures. A note is known by its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from reports.list_notes import NOTES_OF_LISTS
from reports.metric_notes import NOTES_OF_METRICS, TOO_FEW

EARLIER = "Earlier period: "


def said(notes: Sequence[str]) -> Iterator[str]:
    """Yield the notes in the language of the page, each once."""
    yield from dict.fromkeys(text for note in notes if (text := _said(note)))


def said_of_too_few(text: str) -> str:
    return _known(text, TOO_FEW) or ""


def _said(note: str) -> str:
    if note.startswith(EARLIER):
        inner = _said(note.removeprefix(EARLIER))
        return inner and _("Earlier period: %(note)s") % {"note": inner}
    known = _known(note, (*NOTES_OF_METRICS, *NOTES_OF_LISTS))
    return _("The answer has a limit that only the assistant explains.") if known is None else known


def _known(note: str, table: Sequence[tuple[str, Promise | str]]) -> str | None:
    for pattern, text in table:
        if found := re.fullmatch(_expression(pattern), note, re.DOTALL):
            return str(text) % found.groupdict()
    return None


def _expression(pattern: str) -> str:
    return re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.*?)", re.escape(pattern))
