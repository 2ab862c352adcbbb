"""What the endpoint says that it can do, in `initialize` and in `server/discover`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcp_gateway.calls.tool import Catalogue
from mcp_gateway.methods import tasks
from mcp_gateway.protocol import apps

WITHOUT_COMPLETIONS = "2024-11-05"  # it has completion/complete, but no capability to announce it
Capabilities = Mapping[str, Any]


class Announced:
    def __init__(self, catalogue: Catalogue) -> None:
        features = ("prompts", "resources", "completions", "logging")
        self._features: dict[str, Any] = {"tools": {}}
        self._features |= {name: {} for name in features if name in catalogue.capabilities}
        self._extensions = set(catalogue.extensions)
        if any(tool.task_after is not None for tool in catalogue.tools.values()):
            self._extensions.add(tasks.EXTENSION)
        self._has_cards = bool(catalogue.cards)

    def cards_for(self, client: Capabilities) -> bool:
        """Tell if there are cards and the client shows them."""
        return self._has_cards and apps.shows_cards(client)

    def in_session(self, version: str, client: Capabilities) -> dict[str, Any]:
        """Return what `initialize` announces. Extensions came later: only a client that knows one is told."""
        left_out = {"completions"} if version == WITHOUT_COMPLETIONS else set()
        known = {name: value for name, value in self._features.items() if name not in left_out}
        return known | ({"extensions": {apps.EXTENSION: {}}} if self.cards_for(client) else {})

    def discovered(self, client: Capabilities) -> dict[str, Any]:
        """Return what `server/discover` announces."""
        names = self._extensions | ({apps.EXTENSION} if self.cards_for(client) else set())
        return self._features | ({"extensions": {name: {} for name in sorted(names)}} if names else {})
