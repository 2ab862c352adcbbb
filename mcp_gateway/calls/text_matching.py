"""Texts compared as people mean them: without case, accents and forms of Unicode."""

from __future__ import annotations

import unicodedata


def fold(text: str | None) -> str:
    """For comparison: without case and accents."""
    decomposed = unicodedata.normalize("NFKD", (text or "")[:5000].casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def composed_forms(code: str) -> list[str]:
    """A code as typed, in NFC and in NFD: keyboards send either."""
    return list(dict.fromkeys([code, unicodedata.normalize("NFC", code), unicodedata.normalize("NFD", code)]))


def contains(words: str, *texts: str | None) -> bool:
    """Whether every word occurs somewhere in the texts."""
    haystack = " ".join(fold(text) for text in texts if text)
    return all(word in haystack for word in fold(words).split())
