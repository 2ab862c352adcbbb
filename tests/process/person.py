"""A person at a browser without JavaScript: signs in, reads the consent page, decides.

It talks plain HTTP to a started server. As a program it opens one authorization URL, approves it and calls
the callback, as command-line clients expect of a browser:

    python -m tests.process.person ADDRESS
"""

from __future__ import annotations

import os
import sys
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx

DEMO_PASSWORD = "demo-only-password"


class Form:
    """A form on a page: its target, and the fields as a browser would send them."""

    def __init__(self, action: str) -> None:
        self.action = action
        self.fields: list[tuple[str, str]] = []
        self.unticked: list[tuple[str, str]] = []
        self.buttons: list[tuple[str, str]] = []
        # Buttons with a target of their own.
        self.targets: dict[str, list[tuple[str, str]]] = {}


class _Forms(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(values.get("action", "")))
            self._inside = True
        elif self._inside and tag == "input" and values.get("name"):
            kind = values.get("type", "text")
            if kind in {"checkbox", "radio"} and "checked" not in values:
                self.forms[-1].unticked.append((values["name"], values.get("value", "on")))
                return
            if kind == "submit":
                self.forms[-1].buttons.append((values["name"], values.get("value", "")))
                return
            default = "on" if kind == "checkbox" else ""
            self.forms[-1].fields.append((values["name"], values.get("value", default)))
        elif self._inside and tag == "button" and values.get("name"):
            button = (values["name"], values.get("value", ""))
            if "formaction" in values:
                self.forms[-1].targets[values["formaction"]] = [button]
            else:
                self.forms[-1].buttons.append(button)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


def forms_of(page: str) -> list[Form]:
    return _Forms(page).forms


class Person:
    def __init__(self, email: str, password: str = DEMO_PASSWORD) -> None:
        self.email, self.password = email, password
        self.browser = httpx.Client(
            follow_redirects=False, timeout=30, limits=httpx.Limits(max_keepalive_connections=0)
        )

    def _follow(self, response: httpx.Response, stay_on: str) -> httpx.Response:
        """Follow redirects on the server; stop at the one that leaves it."""
        while response.is_redirect:
            target = urljoin(str(response.url), response.headers["location"])
            if urlsplit(target).netloc != stay_on:
                return response
            response = self.browser.get(target)
        return response

    def open(self, address: str) -> httpx.Response:
        """Open a URL, signing in on the way if asked."""
        host = urlsplit(address).netloc
        response = self._follow(self.browser.get(address), host)
        form = next((f for f in forms_of(response.text) if any(n == "password" for n, _ in f.fields)), None)
        if response.status_code == 200 and form:
            fields = {**dict(form.fields), "login": self.email, "password": self.password}
            response = self.submit(response, form, fields)
        return response

    def submit(self, page: httpx.Response, form: Form, fields: dict[str, str]) -> httpx.Response:
        target = urljoin(str(page.url), form.action)
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(target))
        answer = self.browser.post(target, data=fields, headers={"origin": origin, "referer": str(page.url)})
        return self._follow(answer, urlsplit(target).netloc)

    def decide(self, address: str, *, approve: bool = True, write: bool = True) -> str:
        """Open an authorization URL and decide. Return the callback URL that the server redirects to."""
        page = self.open(address)
        if page.is_redirect:
            return str(page.headers["location"])
        form = next(f for f in forms_of(page.text) if any(n == "decision" for n, _ in f.buttons))
        fields = {name: value for name, value in form.fields if name != "write"}
        if write:  # the box is ticked or not as the person left it the last time
            fields |= {name: value for name, value in [*form.fields, *form.unticked] if name == "write"}
        answer = self.submit(page, form, {**fields, "decision": "approve" if approve else "refuse"})
        if not answer.is_redirect:
            raise AssertionError(f"no redirect after the decision: {answer.status_code} {answer.text[:500]}")
        return str(answer.headers["location"])

    def stop_everything(self, server_url: str) -> None:
        """Disconnect everything under Profile > App authorizations, and confirm it."""
        page = self.open(f"{server_url}/profile/app-authorizations/")
        for pressed in ({"all": "1"}, {}):
            form = next(form for form in forms_of(page.text) if "app-authorizations" in form.action)
            page = self.submit(page, form, {**dict(form.fields), **pressed})


if __name__ == "__main__":
    person = Person(os.environ.get("PERSON", "planner@demo.example"))
    callback = person.decide(sys.argv[1])
    if os.environ.get("FOLLOW") == "1":
        httpx.get(callback, timeout=30)
    print(callback)
