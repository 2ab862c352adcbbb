"""One password, however a keyboard composes its letters: "é" comes as one sign or as two.

Kept in form NFKC (NIST SP 800-63B, 3.1.1.2). A hash that was made before, of another form, goes on working.
"""

from __future__ import annotations

import unicodedata


def kept_form(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def forms(password: str) -> list[str]:
    """As it was typed, as we keep it, and the two other ways in which somebody may have set it before."""
    others = (unicodedata.normalize(form, password) for form in ("NFC", "NFD"))
    return list(dict.fromkeys([password, kept_form(password), *others]))
