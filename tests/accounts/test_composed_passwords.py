"""Passwords compare equal however a keyboard encodes them (NIST SP 800-63B, 3.1.1.2; RFC 8265)."""

from __future__ import annotations

import itertools
import unicodedata
from typing import Any, Literal

import pytest
from django.contrib.auth import hashers
from django.test import Client

from tests.conftest import World
from tests.pages import browser, send

LOGIN = "/accounts/login/"
# A password that differs in every Unicode form: a letter with a tilde, a ligature, a wide digit, a hard
# space.
TYPED = "contrase\u00f1a \ufb01el\u00a0\uff17 d\u00eda"
Form = Literal["NFC", "NFD", "NFKC", "NFKD"]
FORMS: list[Form] = ["NFC", "NFD", "NFKC", "NFKD"]


def sign_in(client: Client, email: str, password: str) -> Any:
    return send(client, LOGIN, {"login": email, "password": password}, action=LOGIN)


@pytest.mark.parametrize(("kept", "typed"), list(itertools.product(FORMS, FORMS)))
def test_any_form_opens_what_any_form_has_set(world: World, kept: Form, typed: Form) -> None:
    world.owner.set_password(unicodedata.normalize(kept, TYPED))
    world.owner.save()
    assert sign_in(browser(), world.owner.email, unicodedata.normalize(typed, TYPED)).status_code == 302


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
def test_a_hash_of_before_goes_on_working(world: World, form: Form, typed: Form) -> None:
    password = "una contrase\u00f1a de antes"
    world.owner.password = hashers.make_password(unicodedata.normalize(form, password))
    world.owner.save()
    assert sign_in(browser(), world.owner.email, unicodedata.normalize(typed, password)).status_code == 302


def test_another_letter_is_another_password(world: World) -> None:
    world.owner.set_password("una contrase\u00f1a larga")
    world.owner.save()
    assert sign_in(browser(), world.owner.email, "una contrasena larga").status_code == 200


@pytest.mark.parametrize("password", ["plain ascii password", "contrase\u00f1a de nadie"])
def test_an_unknown_e_mail_costs_as_much_as_a_wrong_password(
    world: World, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []

    def counted(original: Any) -> Any:
        def hash_of(self: Any, password: str, *args: Any, **kwargs: Any) -> Any:
            hashed.append(password)
            return original(self, password, *args, **kwargs)

        return hash_of

    hasher = type(hashers.get_hasher())
    monkeypatch.setattr(hasher, "encode", counted(hasher.encode))
    monkeypatch.setattr(hasher, "verify", counted(hasher.verify))
    counts = []
    for email in (world.owner.email, "nobody@example.com"):
        hashed.clear()
        sign_in(browser(), email, password)
        counts.append(len(hashed))
    assert counts[0] == counts[1] > 0
