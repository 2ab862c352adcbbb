"""Tells those who listen what was recorded, after its transaction is committed."""

from __future__ import annotations

from django.dispatch import Signal

# Arguments: `events`, a list of Event. Tool calls are not told, because each answer waits for its event.
recorded = Signal()
