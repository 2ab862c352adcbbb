"""A person verifies an e-mail address at a started server, through the mail for choosing a password.

Without a mail server the mail appears in the server's log.
"""

from __future__ import annotations

import re
import time

from tests.process.person import Person, forms_of
from tests.process.server import Server

NEW_PASSWORD = "another battery staple"


def prove_address(server: Server, email: str) -> Person:
    """Verify the person's address. Return the person with the chosen password."""
    person = Person(email)
    page = person.browser.get(f"{server.url}/accounts/password/reset/")
    form = next(form for form in forms_of(page.text) if any(name == "email" for name, _ in form.fields))
    person.submit(page, form, {**dict(form.fields), "email": email})
    page = person.open(_mailed_link(server))
    form = next(form for form in forms_of(page.text) if any(name == "password1" for name, _ in form.fields))
    chosen = {**dict(form.fields), "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert person.submit(page, form, chosen).status_code == 200
    return Person(email, NEW_PASSWORD)


def _mailed_link(server: Server) -> str:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        links = re.findall(r"http\S+/accounts/password/reset/key/\S+", server.log.read_text())
        if links:
            return str(links[-1])
        time.sleep(0.1)
    raise AssertionError("no message about a password")
