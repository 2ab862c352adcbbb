"""A person without a linked account at Fracttal One is sent to the page in the middle of a call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from accounts.models import User
from connections.models import LinkedAccount
from mcp_gateway.runtime import runtime
from tests.gateway.tools.conftest import caller_of, link
from tests.gateway.tools.screen import Screen, answer_of, error_of

pytestmark = pytest.mark.parametrize("_plant", ["fracttal_one"], indirect=True, scope="package")


@pytest.fixture
def admin() -> Screen:
    return Screen(caller_of("admin@demo.example", language="en"))


@pytest.fixture
def planner() -> Screen:
    return Screen(caller_of("planner@demo.example", language="en"))


@pytest.fixture
def unlinked(admin: Screen) -> Iterator[Screen]:
    """The administrator, without a linked account."""
    LinkedAccount.objects.filter(user__email="admin@demo.example").delete()
    runtime().credentials.linked.clear()
    yield admin
    user = User.objects.get(email="admin@demo.example")
    link(user.memberships.get(company__slug="demo"))


def test_who_has_no_account_linked_is_sent_to_the_page(unlinked: Screen, settings: Any) -> None:
    question = unlinked.asked("get_asset", code="CMP-01")
    assert question.params["mode"] == "url"
    assert question.params["url"] == f"{settings.PUBLIC_URL}/profile/fracttal-one/"
    # the person opened the page but did nothing there
    assert error_of(question.accept())["code"] == "not_connected"
    user = User.objects.get(email="admin@demo.example")
    link(user.memberships.get(company__slug="demo"))
    assert answer_of(question.accept())["code"] == "CMP-01"


@pytest.mark.parametrize("action", ["decline", "cancel"])
def test_who_does_not_go_to_the_page_is_refused(unlinked: Screen, action: str) -> None:
    refused = error_of(unlinked.asked("get_asset", code="CMP-01").reply({"action": action}))
    assert refused.pop("person_said") == {"decline": "declined", "cancel": "cancelled"}[action]
    assert refused == unlinked.told("get_asset", code="CMP-01")


def test_case_383_an_account_that_somebody_else_links_helps_nobody(unlinked: Screen, planner: Screen) -> None:
    """MCP elicitation, URL mode: who finishes at the page must be who was asked."""
    question = unlinked.asked("get_asset", code="CMP-01")
    link(User.objects.get(email="planner@demo.example").memberships.get(company__slug="demo"))
    assert error_of(question.accept())["code"] == "not_connected"
    assert answer_of(planner.send("get_asset", {"code": "CMP-01"}))["code"] == "CMP-01"


@pytest.mark.parametrize("elicitation", [None, {}, {"form": {}}])
def test_a_client_that_opens_no_pages_is_told_as_before(unlinked: Screen, elicitation: Any) -> None:
    reply = replace(unlinked, elicitation=elicitation).send("get_asset", {"code": "CMP-01"})
    assert error_of(reply) == unlinked.told("get_asset", code="CMP-01")
