"""The location of a record, as people read it."""

from __future__ import annotations

import re

END_OF_PLACE = re.compile(r"(?<! )/ ")


def path(parents: str | None) -> str | None:
    """Convert the contract's `// L1/ L2/ ` to `L1 > L2`. A slash after a space belongs to a name."""
    places = [place.strip() for place in END_OF_PLACE.split((parents or "").removeprefix("//"))]
    return " > ".join(place for place in places if place) or None
