"""The administrator of a company who allows programs to register, and approves the one that waits.

As a command, opens one authorization address for a program that waits, approves the program and the
connection, and prints the callback:

    python -m tests.consumers.registrations.administrator ADDRESS
"""

from __future__ import annotations

import sys
from urllib.parse import urlsplit

from tests.process.person import Form, Person, forms_of

EMAIL, PASSWORD = "admin@alone.example", "documents-only-password"
INBOX = "/settings/api-connections/registration/"


def form_to(page: str, path: str) -> Form:
    return next(form for form in forms_of(page) if form.action == path)


def allow_registration(administrator: Person, server_url: str) -> None:
    page = administrator.open(server_url + INBOX)
    form = form_to(page.text, f"{INBOX}rules/")
    administrator.submit(page, form, dict(form.fields) | {"mode": "inbox"})


def approve(administrator: Person, server_url: str) -> None:
    page = administrator.open(server_url + INBOX)
    form = form_to(page.text, f"{INBOX}decide/")
    group = page.text.partition(">Administrators</option>")[0].rpartition('value="')[2].rstrip('"')
    administrator.submit(page, form, dict(form.fields) | {"action": "approve", "permission_group": group})


if __name__ == "__main__":
    person, address = Person(EMAIL, PASSWORD), sys.argv[1]
    waits = person.open(address)
    if "registration_waits" not in waits.text:
        raise SystemExit(f"it does not wait: {waits.status_code} {waits.text[:500]}")
    approve(person, "{0.scheme}://{0.netloc}".format(urlsplit(address)))
    print(person.decide(address))
