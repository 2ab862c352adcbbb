"""A page that names what will happen, before it does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Named:
    """One of the things that the action concerns."""

    name: str
    detail: str = ""
    people: int = 0


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a confirmation page says, and the form that confirms. `total` counts what `items` may only begin.

    `hidden` are the fields that the form repeats.
    """

    title: str
    button: str
    items: Sequence[Named]
    total: int
    sentences: Sequence[str]
    action_url: str
    hidden: Iterable[tuple[str, Any]]
    back_url: str
    changed_meanwhile: bool = False

    def page(self, request: HttpRequest, template: str = "consumers/confirm.html") -> HttpResponse:
        named = list(self.items[:MOST_NAMED])
        context = {
            "title": self.title,
            "button": self.button,
            "items": named,
            "more": self.total - len(named),
            "sentences": self.sentences,
            "action_url": self.action_url,
            "hidden": list(self.hidden),
            "back_url": self.back_url,
            "changed_meanwhile": self.changed_meanwhile,
        }
        return render(request, template, context)
