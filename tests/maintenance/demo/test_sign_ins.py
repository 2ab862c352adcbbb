"""The README shows what `make run` prints: the people who can sign in to the demo."""

from __future__ import annotations

import re

from django.conf import settings

from maintenance.demo.companies import COMPANIES, PASSWORD
from tests.process.person import DEMO_PASSWORD


def test_the_readme_names_them() -> None:
    text = (settings.BASE_DIR / "README.md").read_text(encoding="utf-8")
    block = text.split("Demo sign-ins")[1].split("\n\n")[0]
    assert block.startswith(f" (password {PASSWORD})")
    assert re.findall(r"^    (\S+@\S+) +(\S.*)$", block, re.MULTILINE) == [
        (sign_in.email, f"{sign_in.group}, {company.name}")
        for company in COMPANIES
        for sign_in in company.sign_ins
    ]


def test_programs_outside_of_django_sign_in_with_the_same_password() -> None:
    assert DEMO_PASSWORD == PASSWORD
