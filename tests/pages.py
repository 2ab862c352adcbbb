"""Shared by tests of screens: reading pages as a person without JavaScript does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.test import Client

from accounts.models import User
from tests.process.person import Form, forms_of

XSS = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


def browser(user: User | None = None, **options: Any) -> Client:
    """Build a browser that checks CSRF as a real one would experience it."""
    client = Client(enforce_csrf_checks=True, **options)
    if user:
        client.force_login(user)
    return client


def text_of(response: Any) -> str:
    text: str = response.content.decode()
    return text


def form_at(response: Any, action: str = "") -> Form:
    """Find the form of a page whose action ends like this; by default the one without an action."""
    forms = forms_of(text_of(response))
    return next(form for form in forms if (form.action.endswith(action) if action else not form.action))


def send(client: Client, url: str, values: Mapping[str, Any], action: str = "", **extra: Any) -> Any:
    """Open the page, fill in its form over the present values, and send it with its CSRF token."""
    form = form_at(client.get(url), action)
    data: dict[str, Any] = {}
    for name, value in form.fields:
        data.setdefault(name, []).append(value)
    data.update(values)
    return client.post(form.action or url, data, **extra)


def token(client: Client, url: str = "/") -> str:
    """Return a CSRF token that matches the client's cookie."""
    return drawn(client, url)["csrfmiddlewaretoken"]


def drawn(client: Client, url: str = "/") -> dict[str, str]:
    """Return the fields that every form has: a valid CSRF token and the session's company."""
    for form in forms_of(text_of(client.get(url))):
        names = dict(form.fields)
        if "csrfmiddlewaretoken" in names:
            return {name: names[name] for name in ("csrfmiddlewaretoken", "drawn_for") if name in names}
    raise AssertionError(f"no form with a token at {url}")


def post(client: Client, url: str, data: Mapping[str, Any] | None = None, **extra: Any) -> Any:
    return client.post(url, {**drawn(client), **(data or {})}, **extra)
