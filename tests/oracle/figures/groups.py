"""The key and the name of each group of tasks (docs/metrics.md, "Groups")."""

from __future__ import annotations


def key_of(group_by: str, month: str) -> str:
    """Return the key. `month` is the column of the date that the metric selects by."""
    return {
        "none": "'all'",
        "asset": "coalesce(nullif(code, ''), '-')",
        "location": "path",
        "month": f"month_of({month})",
        "family": "coalesce(nullif(family, ''), '-')",
        "person": "responsible",
    }[group_by]


def place(path: str) -> str:
    """Write the contract's `// A/ B/ ` as the answer does."""
    names = [name.strip() for name in path.strip().strip("/").split("/") if name.strip()]
    return " > ".join(names) or "-"


def share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
