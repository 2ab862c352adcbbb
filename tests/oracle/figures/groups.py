"""The key and the name of each group of tasks (docs/metrics.md, "Groups")."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tests.oracle.tables import spelling


def key_of(group_by: str, month: str) -> str:
    """Return the key. `month` is the column of the date that the metric selects by."""
    return {
        "none": "'all'",
        "asset": "coalesce(nullif(code, ''), '-')",
        "location": "path",
        "month": f"month_of({month})",
        "family": "spelling(family)",
        "person": "responsible",
    }[group_by]


def place(path: str) -> str:
    """Write the contract's `// A/ B/ ` as the answer does."""
    names = [name.strip() for name in path.strip().strip("/").split("/") if name.strip()]
    return " > ".join(names) or "-"


def usual_spellings(texts: Iterable[str | None]) -> dict[str | None, str]:
    """Return the spelling that is used most of each text, of equally frequent ones the first."""
    counted = Counter(" ".join((text or "").split()) or "-" for text in texts)
    found: dict[str | None, str] = {}
    for text in sorted(counted, key=lambda text: (-counted[text], text)):
        found.setdefault(spelling(text), text)
    return found


def share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
