"""The URLs of record pages, for a company whose records are at Fracttal One."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from connections.models import ApiConnection
from tests.conftest import World
from tests.consumers.conftest import signed_in
from tests.pages import XSS, text_of


@pytest.mark.parametrize("kind", ["work-orders", "assets", "work-requests", "meters", "people", "warehouses"])
def test_a_record_there_is_not_looked_for_here(world: World, connection: ApiConnection, kind: str) -> None:
    """Not even one of ours with the same code."""
    page = signed_in(world.owner).get(f"/records/{kind}/17")
    assert page.status_code == 200
    assert "<strong>17</strong>" in text_of(page)
    assert f'href="{connection.api_url.removesuffix("/api")}"' in text_of(page)


def test_nobody_else_is_sent_there(world: World, connection: ApiConnection) -> None:
    assert Client().get("/records/assets/17").status_code == 302
    assert signed_in(world.stranger).get("/records/assets/17").status_code == 404
    connection.kind = ApiConnection.Kind.EMBEDDED
    connection.save()
    assert signed_in(world.owner).get("/records/assets/17").status_code == 404


def test_what_stands_in_the_address_is_only_text(world: World, connection: ApiConnection) -> None:
    page = signed_in(world.owner).get(reverse("home").rstrip("/") + "/records/assets/" + XSS)
    assert "<script>alert" not in text_of(page)
