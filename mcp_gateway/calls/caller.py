"""Re-exports the caller and the scopes of the token look-up, as the gateway's only import of them."""

from __future__ import annotations

from consumers.caller import DEFAULT_TOOLSET, Caller
from consumers.scopes import READ as READ_SCOPE
from consumers.scopes import WRITE as WRITE_SCOPE

__all__ = ["DEFAULT_TOOLSET", "READ_SCOPE", "WRITE_SCOPE", "Caller"]
