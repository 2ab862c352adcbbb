"""Recognizes a constant of an argument in another spelling: "In Process", "HIGH", "en proceso", "alta"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from django.conf import settings
from django.utils import translation

from mcp_gateway.calls.labels import WORDS
from mcp_gateway.calls.text_matching import fold

_joints = re.compile(r"[\s_-]+")


def meant(text: str, words: Sequence[str]) -> str:
    """Return the one constant of `words` that the text can mean, otherwise the text itself."""
    if text in words:
        return text
    bare = _bare(text)
    fitting = [word for word in words if bare in _spellings(word)]
    return fitting[0] if len(fitting) == 1 else text


@cache
def _spellings(word: str) -> frozenset[str]:
    """Return the constant and its labels in every language, folded for comparison."""
    names = {word}
    if word in WORDS:
        for language, _name in settings.LANGUAGES:
            with translation.override(language):
                names.add(str(WORDS[word]))
    return frozenset(map(_bare, names))


def _bare(text: str) -> str:
    return _joints.sub(" ", fold(text)).strip()
