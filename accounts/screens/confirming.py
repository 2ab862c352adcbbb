"""A page between a form and what it does, which says whom a change cuts before it is made."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.company_forms import DRAWN_FOR

CONFIRMED = "confirmed"


def is_confirmed(request: HttpRequest) -> bool:
    return CONFIRMED in request.POST


def confirmation(
    request: HttpRequest,
    *,
    title: str,
    sentences: Sequence[str],
    button: str,
    back: str,
    harmful: bool = True,
) -> HttpResponse:
    """Ask before the form of this request takes effect. The page sends the same form again."""
    kept = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in {"csrfmiddlewaretoken", DRAWN_FOR, CONFIRMED}
    ]
    context = {
        "title": title,
        "sentences": sentences,
        "button": button,
        "back": back,
        "kept": kept,
        "harmful": harmful,
    }
    return render(request, "accounts/confirm.html", context)
