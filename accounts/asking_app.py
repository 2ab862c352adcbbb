"""The app for which somebody signs in, as the sign-in pages name it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class AskingApp:
    """An app whose request waits for a sign-in.

    `company` is empty if the app does not belong to one company. `cancel` is the URL that tells the app that
    nobody approved.
    """

    name: str
    company: str
    cancel: str


def asking_app(request: HttpRequest) -> dict[str, Any]:
    """Provide `asking_app` to templates (a context processor): an AskingApp or None, looked up when used."""
    return {"asking_app": SimpleLazyObject(lambda: _named_by(request))}


def _named_by(request: HttpRequest) -> AskingApp | None:
    path = get_next_redirect_url(request)
    found: AskingApp | None = import_string(settings.ASKING_APP)(path) if path else None
    return found
