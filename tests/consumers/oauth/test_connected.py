"""An app is "connected" once it fetched a token, not when the person approves."""

from __future__ import annotations

import pytest
from django.db import connection

from consumers.models import AppAuthorization
from tests.conftest import World
from tests.consumers.conftest import Program
from tests.pages import browser, text_of

APPS = "/settings/api-connections/app-authorizations/"
LIST = "/settings/api-connections/oauth-consumers/"
OWN = "/profile/app-authorizations/"


def users_in_list(page: str) -> str:
    cell = page.partition('data-label="Users"')[2].partition("</td>")[0]
    return " ".join(cell.partition(">")[2].split())


@pytest.mark.parametrize("page", [APPS, OWN])
def test_approved_with_a_wrong_secret_is_not_connected(world: World, program: Program, page: str) -> None:
    code = program.code(world.owner)
    assert program.redeem(code, client_secret="fms_wrong").status_code == 401
    client = browser(world.owner)
    text = text_of(client.get(page))
    assert "approved, no token fetched yet" in text
    assert ">connected<" not in text
    assert users_in_list(text_of(client.get(LIST))) == "0"
    assert program.redeem(code).status_code == 200
    text = text_of(client.get(page))
    assert ">connected<" in text
    assert "approved, no token fetched yet" not in text
    assert ">1</a>" in users_in_list(text_of(client.get(LIST)))


def test_the_time_is_that_of_the_first_token(world: World, program: Program) -> None:
    tokens = program.connect(world.owner)
    table = AppAuthorization._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT connected_at FROM "{table}"')
        (first,) = cursor.fetchone()
        assert first is not None
        assert program.refresh(tokens["refresh_token"]).status_code == 200
        program.connect(world.owner)
        cursor.execute(f'SELECT connected_at FROM "{table}"')
        assert cursor.fetchall() == [(first,)]


def test_refused_is_no_connection_at_all(world: World, program: Program) -> None:
    code = program.code(world.owner)
    assert program.redeem(code, code_verifier="x" * 43).status_code == 400
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT connected_at FROM "{AppAuthorization._meta.db_table}"')
        assert cursor.fetchone() == (None,)
