"""Concurrent programs and administrators, with real threads on a real database."""

from __future__ import annotations

import pytest
from django.test import Client

from consumers.models import Consumer
from consumers.registrations import admission
from consumers.registrations.models import Registration, RegistrationRules
from tests.conftest import World
from tests.consumers.racing import at_once
from tests.consumers.registering import METADATA, rules_of, send, token_for
from tests.pages import browser, form_at

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/settings/api-connections/registration/"


def test_case_128_limits_hold_for_programs_that_come_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No more wait than may, and no more are let in by token than may."""
    monkeypatch.setattr(admission, "MOST_WAITING", 4)
    monkeypatch.setattr(admission, "MOST_BY_THEMSELVES", 3)
    path = f"/oauth/register/{rules_of(world.company).address}"
    answers = at_once(10, lambda n: send(path, METADATA, REMOTE_ADDR=f"192.0.2.{n}"))
    assert sorted(answer.status_code for answer in answers) == [201] * 4 + [429] * 6
    token = token_for(world.company, world.colleague_group)
    answers = at_once(8, lambda n: send(path, METADATA, token, REMOTE_ADDR=f"198.51.100.{n}"))
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [429] * 5
    assert Registration.objects.waiting().count() == 4
    assert Consumer.objects.count() == 3


def test_two_administrators_approve_one_program(world: World) -> None:
    """There is one consumer; the slower administrator reads that nothing was done."""
    send(f"/oauth/register/{rules_of(world.company).address}", METADATA)
    clients = [browser(world.owner) for _ in range(4)]
    chosen = {"action": "approve", "permission_group": world.owner_group.pk}
    forms = [dict(form_at(client.get(PAGE), f"{PAGE}decide/").fields) | chosen for client in clients]
    answers = at_once(4, lambda n: clients[n].post(f"{PAGE}decide/", forms[n]))
    assert [answer.status_code for answer in answers] == [302] * 4
    assert Consumer.objects.count() == 1
    said = [client.get(PAGE).content.decode() for client in clients]
    assert sum("Copilot approved" in page for page in said) == 1
    assert sum("Nothing was done" in page for page in said) == 3


def test_two_administrators_save_the_first_rules(world: World) -> None:
    clients: list[Client] = [browser(world.owner) for _ in range(4)]
    forms = [
        dict(form_at(client.get(PAGE), f"{PAGE}rules/").fields) | {"mode": "token"} for client in clients
    ]
    answers = at_once(4, lambda n: clients[n].post(f"{PAGE}rules/", forms[n]))
    assert [answer.status_code for answer in answers] == [302] * 4
    assert RegistrationRules.objects.get().mode == "token"
