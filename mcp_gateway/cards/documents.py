"""The documents of the cards, and which tool has which (docs/cards.md).

A document is put together once from the files of page/: it holds its script, its style and its texts, and
fetches nothing. Data reaches it only as the result of a call, from the host.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from mcp_gateway.calls.tool import Tool
from mcp_gateway.cards.texts import texts
from mcp_gateway.protocol.apps import MIME_TYPE, SCHEME

PAGE = Path(__file__).parent / "page"
PARTS = ("bridge", "elements", "paging", "question")  # of every card
# No host may be reached, and nothing may be framed: each list is empty.
CSP: Mapping[str, list[str]] = {
    name: [] for name in ("connectDomains", "resourceDomains", "frameDomains", "baseUriDomains")
}


@dataclass(frozen=True, slots=True)
class Card:
    """A document. `views` are the files that draw an answer, of which each card has those that it needs."""

    name: str
    title: str
    description: str
    views: tuple[str, ...]

    @property
    def address(self) -> str:
        return f"{SCHEME}fracttal-one/{self.name}.html"


METRIC = Card("metric", "Metric", "The figures and rows of a metric, with its report.", ("metric",))
RECORD = Card("record", "Record", "A work order or an asset with its timeline.", ("record",))
CHOICE = Card("choice", "Choice", "Records that may be meant, to choose from.", ("record", "choice"))
CHANGE = Card("change", "Change", "What a write changes, before and after.", ("change",))
CARDS = (METRIC, RECORD, CHOICE, CHANGE)
OF_TOOLS: Mapping[str, Card] = {
    "get_maintenance_metrics": METRIC,
    "get_work_order": RECORD,
    "get_asset": RECORD,
    "search": CHOICE,
}


def card_of(tool: Tool[Any, Any]) -> Card | None:
    """Return the card that shows the answers of a tool. Each write has one, and a few reads."""
    return OF_TOOLS.get(tool.name) if tool.read_only else CHANGE


class Documents:
    """The documents by their address, made of these tools: their fields and constants are named in it."""

    def __init__(self, tools: Sequence[Tool[Any, Any]]) -> None:
        self.addresses = {tool.name: card.address for tool in tools if (card := card_of(tool)) is not None}
        # A choice shows the record that was chosen.
        shown = {card: [tool for tool in tools if card_of(tool) is card] for card in CARDS}
        shown[CHOICE] = [*shown[CHOICE], *shown[RECORD]]
        self._html = {card.address: _document(card, shown[card]) for card in CARDS}

    @property
    def listed(self) -> list[dict[str, Any]]:
        return [
            {
                "uri": card.address,
                "name": card.name,
                "title": card.title,
                "description": card.description,
                "mimeType": MIME_TYPE,
                "_meta": _meta(),
            }
            for card in CARDS
        ]

    def content(self, address: str) -> dict[str, Any] | None:
        """Return a document as `resources/read` has it, None if there is none at this address."""
        html = self._html.get(address)
        if html is None:
            return None
        return {"uri": address, "mimeType": MIME_TYPE, "text": html, "_meta": _meta()}


def _meta() -> dict[str, Any]:
    return {"ui": {"csp": dict(CSP), "prefersBorder": True}}


def _document(card: Card, tools: Sequence[Tool[Any, Any]]) -> str:
    said = orjson.dumps(texts(tools)).decode()
    scripts = [(PAGE / f"{name}.js").read_text(encoding="utf-8") for name in (*PARTS, *card.views, "start")]
    script = f'"use strict";(() => {{const TEXTS={_in_script(said)};\n{"".join(scripts)}}})();'
    style = (PAGE / "card.css").read_text(encoding="utf-8")
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{card.title}</title><style>{style}</style></head>"
        f'<body><main data-card="{card.name}"></main><script>{script}</script></body></html>'
    )


def _in_script(json: str) -> str:
    """Keep a text from ending the script element."""
    return json.replace("<", "\\u003c")


def _hash(text: str) -> str:
    """Return the source expression of an inline element (Content Security Policy Level 3, 2.3.1)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
