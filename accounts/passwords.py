"""Treats a password as the same however a keyboard encodes it: "é" may be one character or two.

Passwords are stored in form NFKC (NIST SP 800-63B, 3.1.1.2). Older hashes of another form still work.
"""

from __future__ import annotations

import unicodedata


def kept_form(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def forms(password: str) -> list[str]:
    """Return the password as typed, as we store it, and in the two other forms that older hashes may have."""
    others = (unicodedata.normalize(form, password) for form in ("NFC", "NFD"))
    return list(dict.fromkeys([password, kept_form(password), *others]))
