"""Whether two names look alike to a person who reads them quickly.

A few letters of other alphabets and digits cover the names that pose as an assistant's. The full table of
Unicode (UTS #39) is not needed: the answer is a warning, never a refusal.
"""

from __future__ import annotations

import unicodedata

_SAME = str.maketrans(
    {
        # Cyrillic
        "а": "a", "в": "b", "е": "e", "к": "k", "м": "m", "н": "h", "о": "o", "р": "p", "с": "c", "т": "t",
        "у": "y", "х": "x", "і": "l", "ј": "j", "ѕ": "s", "ԁ": "d", "ԛ": "q", "ԝ": "w", "ӏ": "l", "ɡ": "g",
        # Greek
        "α": "a", "β": "b", "ε": "e", "η": "n", "ι": "l", "κ": "k", "μ": "u", "ν": "v", "ο": "o", "ρ": "p",
        "τ": "t", "υ": "u", "χ": "x",
        # Latin letters and digits that are drawn alike
        "i": "l", "ı": "l", "1": "l", "|": "l", "0": "o",
    }
)  # fmt: skip


def skeleton(name: str) -> str:
    """Return what is left of a name without case, accents, spaces, signs and look-alike letters."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    letters = "".join(sign for sign in plain if sign.isalnum() or sign == "|")
    return letters.translate(_SAME)
