"""Each wrong client stops the page that watches at its own step, with the cause and the cure in words."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from consumers.handshake.steps import Step
from consumers.handshake.wording import FAILURES, TITLES
from mcp_gateway.runtime import runtime
from tests.conftest import World
from tests.consumers.conftest import Program
from tests.consumers.handshake.clients import MCP, WRONG, WrongClient, initialize, message, send
from tests.pages import browser, text_of

LIST = "/settings/api-connections/oauth-consumers/"


def page_of(world: World, program: Program) -> str:
    return text_of(browser(world.owner).get(f"{LIST}{program.consumer.pk}/connect/"))


def states(page: str) -> list[str]:
    """Return the state of each step, in order, as the page draws it."""
    return re.findall(r'<li class="(done|failed|waiting|skipped)">', page)


def plain(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.play.__name__)
def test_a_wrong_client_stops_at_its_step(world: World, program: Program, wrong: WrongClient) -> None:
    wrong.play(world, program)
    page = page_of(world, program)
    found = states(page)
    number = list(Step).index(Step(wrong.step))
    assert found[number] == "failed"
    assert found.count("failed") == 1
    assert "done" not in found[number + 1 :]
    assert f"Stopped at: {TITLES[Step(wrong.step)]}" in plain(page)
    assert wrong.says in plain(page)
    assert wrong.reason in FAILURES


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.play.__name__)
def test_the_right_client_after_it_clears_the_failure(
    world: World, program: Program, wrong: WrongClient
) -> None:
    if wrong.reason == "consumer_off":
        pytest.skip("the consumer stays off")
    wrong.play(world, program)
    cache.clear()
    runtime().handshake.forget()
    connect_whole(world, program)
    page = page_of(world, program)
    assert "failed" not in states(page)
    assert "It works: the assistant has called a tool." in page


def connect_whole(world: World, program: Program, **extra: Any) -> None:
    http = Client()
    http.post(MCP, message("initialize"), content_type="application/json")
    http.get("/.well-known/oauth-protected-resource/mcp/oauth/fracttal-one")
    http.get("/.well-known/oauth-authorization-server")
    token = program.connect(world.owner)["access_token"]
    initialize(token)
    send(token, message("tools/list"))
    send(token, message("tools/call", name="whoami", arguments={}))


@pytest.mark.django_db(transaction=True)
def test_the_right_client_ticks_every_step(world: World, program: Program) -> None:
    page = page_of(world, program)
    assert states(page) == ["waiting"] * len(Step)
    connect_whole(world, program)
    page = page_of(world, program)
    assert states(page) == ["done"] * len(Step)
    assert "It works: the assistant has called a tool." in page
    assert "client_secret_post" in page
    assert "2025-06-18" in page
    assert plain(page).count("from anyone: it may be") == 3, "challenge and documents name no consumer"


@pytest.mark.django_db(transaction=True)
def test_a_program_for_the_company_has_the_steps_of_programs(world: World, register: Any) -> None:
    program = register(authorization_grant_type="client-credentials", callback_urls=[])
    assert states(page_of(world, program)) == ["waiting"] * 4
    token = program.token(grant_type="client_credentials").json()["access_token"]
    send(token, message("tools/call", name="whoami", arguments={}))
    assert states(page_of(world, program)) == ["done", "skipped", "skipped", "done"]


@pytest.mark.django_db(transaction=True)
def test_a_get_after_the_beginning_is_no_failure(world: World, program: Program) -> None:
    """Clients try a stream by GET once they have begun, and go on without it."""
    token = program.connect(world.owner)["access_token"]
    initialize(token)
    assert Client().get(MCP, HTTP_AUTHORIZATION=f"Bearer {token}").status_code == 405
    runtime().handshake.settle()
    assert "failed" not in states(page_of(world, program))


@pytest.mark.django_db(transaction=True)
def test_another_company_sees_nothing_of_it(world: World, program: Program) -> None:
    connect_whole(world, program)
    assert browser(world.stranger).get(f"{LIST}{program.consumer.pk}/connect/").status_code == 404
    assert browser(world.stranger).get(f"{LIST}{program.consumer.pk}/connect/steps/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_calls_of_people_who_are_connected_hide_no_failure(world: World, program: Program) -> None:
    token = program.connect(world.owner)["access_token"]
    program.redeem(program.code(world.colleague), client_secret="fms_" + "x" * 43)
    send(token, message("tools/call", name="whoami", arguments={}))
    found = states(page_of(world, program))
    assert found[list(Step).index(Step.TOKEN)] == "failed"
    assert found[-1] == "done"
