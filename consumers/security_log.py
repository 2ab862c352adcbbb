"""One line for each refused or attack-like event: what happened and to whom, never a secret."""

from __future__ import annotations

import logging
from typing import Any

logger = logging.getLogger("security")


def note(event: str, **facts: Any) -> None:
    """`facts` are ids and short words of ours; strings from outside are cut and escaped."""
    words = (f"{name}={_word(value)}" for name, value in facts.items() if value is not None)
    logger.warning("oauth %s %s", event, " ".join(words))


def _word(value: Any) -> str:
    return ascii(value[:80]) if isinstance(value, str) else str(value)
