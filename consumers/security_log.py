"""Logs one line for each refused or suspicious event: what happened and to whom, never a secret."""

from __future__ import annotations

import logging
from typing import Any

logger = logging.getLogger("security")


def note(event: str, **facts: Any) -> None:
    """Log an event. `facts` are ids and our own short codes; foreign strings are truncated and escaped."""
    words = (f"{name}={_word(value)}" for name, value in facts.items() if value is not None)
    logger.warning("oauth %s %s", event, " ".join(words))


def _word(value: Any) -> str:
    return ascii(value[:80]) if isinstance(value, str) else str(value)
