"""Compares texts without regard to case, accents and Unicode form."""

from __future__ import annotations

import unicodedata


def fold(text: str | None) -> str:
    """Fold a text for comparison: without case and accents."""
    folded = (text or "")[:5000].casefold()
    if folded.isascii():
        return folded
    decomposed = unicodedata.normalize("NFKD", folded)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def composed_forms(code: str) -> list[str]:
    """Return a code as typed, in NFC and in NFD, because keyboards send either form."""
    return list(dict.fromkeys([code, unicodedata.normalize("NFC", code), unicodedata.normalize("NFD", code)]))


def contains(words: str, *texts: str | None) -> bool:
    """Say whether every word occurs somewhere in the texts."""
    haystack = " ".join(fold(text) for text in texts if text)
    return all(word in haystack for word in fold(words).split())
